"""/healthz says the process is up; /readyz says whether the database, and what works behind it, are well."""

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue

from backoffice import health as state
from blueprints.support import clock
from blueprints.support.access import anyone

health = Blueprint("health", __name__)


@health.get("/healthz")
@anyone("monitors have no account; the answer holds nothing")
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@health.get("/readyz")
@anyone("monitors have no account; the answer holds states and ages only")
def readyz() -> ResponseReturnValue:
    """503 when database or migrations are not ready; `degraded` with 200 when something behind them is late."""
    checks = state.check_readiness(current_app.extensions["settings"], now=clock.now())
    worst = state.worst(checks)
    answer = jsonify(
        status=worst.value,
        checks={check.name: {"status": check.level.value, "detail": check.found} for check in checks},
    )
    return answer, 503 if worst is state.Level.DOWN else 200

"""A bare application: settings, database, clock, keys and links. Web, workers and commands all begin here."""

import os

from flask import Flask

from backoffice.core import celery_app, clock, crypto, links, logs
from backoffice.core.config import Settings
from backoffice.core.db import begin_read_write, db, end_request, ping_idle_connections


def create_base_app(settings: Settings, import_name: str = "backoffice") -> Flask:
    """Build an application that can reach the database and sign links, without any page."""
    app = Flask(import_name, static_folder=None)
    app.config.update(settings.flask_config())
    app.extensions["settings"] = settings
    logs.configure(settings.log_level)
    clock.set_offset(settings.clock_offset)
    crypto.use_keys(list(settings.encryption_keys))
    links.configure(settings.secret_key, settings.public_url)
    celery_app.configure(settings.redis_url, str(settings.data_dir / "celerybeat-schedule"))
    db.init_app(app)
    app.teardown_appcontext(end_request)  # runs before the session is put away
    with app.app_context():
        ping_idle_connections(db.engine)
        begin_read_write(db.engine)
    os.register_at_fork(after_in_child=lambda: _forget_connections(app))
    return app


def _forget_connections(app: Flask) -> None:
    """A connection opened before fork must never be shared with the child."""
    with app.app_context():
        db.engine.dispose(close=False)

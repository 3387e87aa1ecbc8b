"""/ leads staff to their day and everybody else to the sign-in page."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.support.access import HOME, anyone

root = Blueprint("root", __name__)


@root.get("/")
@anyone("only points elsewhere")
def show() -> ResponseReturnValue:
    """Go where the day begins."""
    return redirect(HOME if current_user.is_authenticated else url_for("staff.sign_in"), code=303)

"""/ leads staff to their first page and everybody else to the sign-in page."""

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from blueprints.support.access import anyone
from blueprints.support.first_page import first_page

root = Blueprint("root", __name__)


@root.get("/")
@anyone("only points elsewhere")
def show() -> ResponseReturnValue:
    """Go where the day begins."""
    begins = first_page().path if current_user.is_authenticated else url_for("staff.sign_in")
    return redirect(begins, code=303)

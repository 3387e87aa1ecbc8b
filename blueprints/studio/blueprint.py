"""The blueprint that every settings page hangs on."""

from flask import Blueprint

settings = Blueprint("settings", __name__, url_prefix="/settings")

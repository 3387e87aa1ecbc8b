"""The blueprint that the files of this folder share."""

from flask import Blueprint

shifts = Blueprint("shifts", __name__, url_prefix="/shifts")

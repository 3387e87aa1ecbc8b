"""The blueprint that the files of this folder share."""

from flask import Blueprint

leads = Blueprint("leads", __name__, url_prefix="/leads")

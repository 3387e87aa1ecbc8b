"""The blueprint of the inbox; its views are in the modules beside."""

from flask import Blueprint

inbox = Blueprint("inbox", __name__)

"""The blueprint of all reports; each report has a module of its own."""

from flask import Blueprint

reports = Blueprint("reports", __name__)

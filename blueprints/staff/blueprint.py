"""The one blueprint of this package; each file adds its routes to it."""

from flask import Blueprint

staff = Blueprint("staff", __name__)

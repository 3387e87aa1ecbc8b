"""The blueprint of people, by itself so that each of its modules can add routes."""

from flask import Blueprint

people = Blueprint("people", __name__, url_prefix="/people")

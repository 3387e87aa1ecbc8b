"""The blueprint of the studio's money; its pages have modules of their own."""

from flask import Blueprint

money = Blueprint("money", __name__, url_prefix="/money")

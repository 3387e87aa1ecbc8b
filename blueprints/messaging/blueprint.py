"""The blueprint of messages, shared by its views."""

from flask import Blueprint

messages = Blueprint("messages", __name__)

"""Cross-site request forgery protection for every POST; the few exempt routes are listed in a test."""

from flask import Flask
from flask_wtf import CSRFProtect

from blueprints.support.limits import refuse_many_fields

protect = CSRFProtect()


def init_app(app: Flask) -> None:
    """Require the token on every unsafe method; it lasts as long as the session."""
    app.config["WTF_CSRF_TIME_LIMIT"] = None
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.before_request(refuse_many_fields)
    protect.init_app(app)

"""The web application: the bare application plus every blueprint and what all pages share."""

from pathlib import Path

from flask import Flask
from flask_login import LoginManager, current_user
from werkzeug.middleware.proxy_fix import ProxyFix

from backoffice import all_models  # noqa: F401 - relationships need every table to be known
from backoffice.core.app import create_base_app
from backoffice.core.config import Settings
from blueprints import registry
from blueprints.inbox import badge
from blueprints.start.views import first_steps
from blueprints.support import (
    access,
    appearance,
    assets,
    csrf,
    error_pages,
    filters,
    first_page,
    headers,
    icons,
    language,
    limits,
    navigation,
    promises,
    session_cookie,
)

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"


def create_app(settings: Settings) -> Flask:
    """Build the web application that gunicorn serves."""
    app = create_base_app(settings, import_name="blueprints")
    app.template_folder = str(TEMPLATES)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.config.update(
        MAX_CONTENT_LENGTH=limits.SMALL_BODY,
        MAX_FORM_MEMORY_SIZE=limits.IN_MEMORY,
        MAX_FORM_PARTS=limits.MOST_FIELDS,
        BABEL_DEFAULT_LOCALE="en",
    )
    if settings.production:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=0)  # type: ignore[method-assign]
    app.jinja_env.globals.update(nav_badges=badge.nav_badges, first_steps=first_steps)
    _know_the_visitor(app)
    for support in (
        language,
        filters,
        first_page,
        appearance,
        assets,
        icons,
        navigation,
        promises,
        limits,
        access,  # before csrf: a stranger's body is not even read
        csrf,
        headers,
        error_pages,
    ):
        support.init_app(app)
    for blueprint in registry.BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app


def _know_the_visitor(app: Flask) -> None:
    """Flask-Login without its `init_app`: that adds a remember-me hook which reads the session at every answer, so that
    even a stylesheet would vary by cookie and be loaded again after each sign-in."""
    manager = LoginManager()
    manager.request_loader(session_cookie.load)
    app.login_manager = manager  # type: ignore[attr-defined]
    app.jinja_env.globals["current_user"] = current_user

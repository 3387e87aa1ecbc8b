"""What a page may promise a guest: nothing comes by a channel that is not set up where the product runs."""

from flask import Flask, current_app

from backoffice.core.config import Settings


def sends_mail() -> bool:
    """Whether mail really goes out."""
    return bool(_settings().smtp_url)


def sends_on_line() -> bool:
    """Whether messages really go out on LINE."""
    return bool(_settings().line_channel_access_token)


def init_app(app: Flask) -> None:
    """Templates ask by these names."""
    app.jinja_env.globals.update(sends_mail=sends_mail, sends_on_line=sends_on_line)


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings

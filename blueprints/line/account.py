"""The LINE account of this gym, as far as a guest can connect to it."""

from flask import current_app

from backoffice.core.config import Settings
from blueprints.support.studio import current_studio


def gym_account() -> str:
    """The basic ID of the gym's account; nothing while the channel behind it is not set up: no code would be heard."""
    settings: Settings = current_app.extensions["settings"]
    return current_studio().line_id if settings.reaches_line else ""

"""The studio of a request: its name stands on every page."""

from backoffice.studio.models import Studio
from backoffice.studio.queries import the_studio
from blueprints.support.kept import kept


def current_studio() -> Studio:
    """The studio whose pages are shown. The row is detached: change it through its own query."""
    return kept("studio", the_studio)

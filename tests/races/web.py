"""What gunicorn loads in races: the real application, without the limit by address (all writers come from one)."""

from blueprints.support.limits import limiter
from blueprints.wsgi import app

limiter.enabled = False

__all__ = ["app"]

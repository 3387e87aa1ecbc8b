"""Every blueprint of the application, in one list."""

from flask import Blueprint

from blueprints.health.views import health
from blueprints.preferences.views import preferences

BLUEPRINTS: tuple[Blueprint, ...] = (health, preferences)

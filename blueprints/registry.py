"""Every blueprint of the application, in one list."""

from flask import Blueprint

from blueprints.health.views import health
from blueprints.preferences.views import preferences
from blueprints.root.views import root
from blueprints.staff.views import staff

BLUEPRINTS: tuple[Blueprint, ...] = (health, preferences, root, staff)

"""Every blueprint of the application, in one list."""

from flask import Blueprint

from blueprints.health.views import health

BLUEPRINTS: tuple[Blueprint, ...] = (health,)

"""What gunicorn loads: the web application with the settings of the environment."""

from backoffice.core.config import load_settings
from blueprints.app import create_app

app = create_app(load_settings())

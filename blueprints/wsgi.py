"""What gunicorn loads: the web application with the settings of the environment."""

import gc

from backoffice.core.config import load_settings
from blueprints.app import create_app

app = create_app(load_settings())
gc.collect()
gc.freeze()  # what was built before the workers fork lives as long as they do: nobody needs to look through it again

"""The worker's application: `celery -A tasks.worker worker` and `celery -A tasks.worker beat`."""

from backoffice import all_models  # noqa: F401 - relationships need every table to be known
from backoffice.core.app import create_base_app
from backoffice.core.celery_app import celery
from backoffice.core.config import load_settings
from tasks import context, schedule
from tasks.line import set_up_reading
from tasks.messages import set_up_delivery

flask_app = create_base_app(load_settings(), import_name="tasks")
context.use(flask_app)
set_up_delivery(flask_app)
set_up_reading(flask_app)
celery.conf.beat_schedule = schedule.beat_schedule()
celery.conf.include = schedule.modules()
app = celery

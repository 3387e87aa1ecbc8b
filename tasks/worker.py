"""The worker's application: `celery -A tasks.worker worker` and `celery -A tasks.worker beat`."""

from backoffice import all_models  # noqa: F401 - relationships need every table to be known
from backoffice.core.app import create_base_app
from backoffice.core.celery_app import celery
from backoffice.core.config import load_settings
from tasks import schedule

flask_app = create_base_app(load_settings(), import_name="tasks")
celery.conf.beat_schedule = schedule.BEAT
celery.conf.imports = schedule.TASK_MODULES
celery.conf.include = schedule.TASK_MODULES
app = celery

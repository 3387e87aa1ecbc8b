"""The queue of a trainer: who of their own clients needs a look, the greatest concern first."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from backoffice.care.standing_out import queue
from backoffice.core.submissions import new_token
from backoffice.staff.permissions import Permission
from blueprints.care.phrases import PHRASES
from blueprints.care.words import why
from blueprints.people.scope import only_own
from blueprints.support.access import permit
from blueprints.support.clock import today

care_queue = Blueprint("care_queue", __name__, url_prefix="/care")

MOST = 60
"""So many stand on the page; those below concern less, and come up as the others are answered."""


@care_queue.get("")
@permit(Permission.TRAINING_EDIT)
def show() -> ResponseReturnValue:
    """Everybody with something told and not seen, a note that is due or two weeks of silence. One statement."""
    looks = queue(only_own(), today())
    return render_template(
        "care/queue.html", looks=looks[:MOST], count=len(looks), why=why, phrases=PHRASES, new_token=new_token
    )

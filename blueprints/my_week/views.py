"""One page with which a trainer begins the day: who comes this week, and whom to think of."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from backoffice.memberships.resting import rests
from backoffice.reports.own_week import own_week
from backoffice.screening.queries import standings
from backoffice.screening.standing import TRAINING
from backoffice.staff.permissions import Permission
from backoffice.staff.trainers import trainer_of
from blueprints.bookings.days import asked_day
from blueprints.bookings.words import ATTENDANCE_WORDS
from blueprints.screening.words import LIGHT_TONES, LIGHT_WORDS
from blueprints.support.access import permit
from blueprints.support.clock import now, today
from blueprints.support.studio import current_studio

my_week = Blueprint("my_week", __name__, url_prefix="/my")


@my_week.get("/day-and-week")
@permit(Permission.TRAINING_EDIT)
def show() -> ResponseReturnValue:
    """The own sessions of seven days from `day` (today) on, CARE due, birthdays, members to be asked back."""
    own = trainer_of(current_user.id)
    if own is None:
        return render_template("my_week/nobody.html")
    week = own_week(current_studio(), own.id, asked_day(), now=now())
    training = {one.person_id for one in week.sessions if one.kind in TRAINING}
    return render_template(
        "my_week/show.html",
        week=week,
        today=today(),
        resting=rests({one.person_id for one in [*week.sessions, *week.clients]}, today=today()),
        standings=standings(current_studio(), training, now=now()),
        lights=LIGHT_WORDS,
        light_tones=LIGHT_TONES,
        attendances=ATTENDANCE_WORDS,
    )

"""What is asked for a series."""

from flask_babel import lazy_gettext as _l
from wtforms import DateField, IntegerField, RadioField, SelectField, TimeField
from wtforms.validators import InputRequired, NumberRange

from backoffice.bookings.models import BookingChannel
from backoffice.bookings.series import MOST_DATES
from blueprints.bookings.desk_forms import CLOCK
from blueprints.bookings.words import CHANNEL_WORDS
from blueprints.support.forms import CreateForm, SafeForm, options


class SeriesForm(CreateForm):
    """Service, trainer, first day, hour, every how many weeks and how often."""

    service_id = SelectField(_l("Service"), coerce=int)
    trainer_id = SelectField(_l("Trainer"), coerce=int)
    first_day = DateField(_l("First day"), validators=[InputRequired()])
    clock = TimeField(_l("Starts at"), format=CLOCK, validators=[InputRequired()])
    every_weeks = SelectField(
        _l("How often"),
        coerce=int,
        default=1,
        choices=options(
            {
                1: _l("every week"),
                2: _l("every two weeks"),
                3: _l("every three weeks"),
                4: _l("every four weeks"),
            }
        ),
    )
    count = IntegerField(
        _l("Number of dates"), default=8, validators=[InputRequired(), NumberRange(2, MOST_DATES)]
    )
    channel = RadioField(
        _l("Reached us by"), choices=options(CHANNEL_WORDS), default=BookingChannel.PHONE.value
    )


class SeriesMoveForm(SafeForm):
    """Another weekday, hour or trainer from a date on."""

    from_day = DateField(_l("From this date on"), validators=[InputRequired()])
    weekday = SelectField(
        _l("Weekday"),
        coerce=int,
        choices=options(
            {
                0: _l("Monday"), 1: _l("Tuesday"), 2: _l("Wednesday"), 3: _l("Thursday"), 4: _l("Friday"),
                5: _l("Saturday"), 6: _l("Sunday"),
            }
        ),
    )  # fmt: skip
    clock = TimeField(_l("Starts at"), format=CLOCK, validators=[InputRequired()])
    trainer_id = SelectField(_l("Trainer"), coerce=int)

"""Forms that say what is done to many leads: one for each kind of change."""

from collections.abc import Mapping

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateField, SelectField, StringField, TimeField
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from backoffice.core.clock import at_local
from backoffice.leads.bulk import BulkChange, BulkKind
from backoffice.todos.actions import LONGEST_TITLE
from blueprints.leads.forms import END_OF_DAY
from blueprints.support.forms import CreateForm, optional_int


class BulkForm(CreateForm):
    """What the three kinds share: a token, and a change they describe."""

    def offer(self, staff: Mapping[int, str], reasons: Mapping[str, str]) -> None:
        """Fill the choices."""

    def change(self, kind: BulkKind, zone: str) -> BulkChange:
        """What was asked for, in a form that was checked."""
        raise NotImplementedError


class OwnersForm(BulkForm):
    """Who looks after them."""

    owner = SelectField(_l("In charge"), coerce=optional_int)

    def offer(self, staff: Mapping[int, str], reasons: Mapping[str, str]) -> None:
        """Everybody who works here, or nobody."""
        self.owner.choices = [("", _("nobody yet")), *staff.items()]

    def change(self, kind: BulkKind, zone: str) -> BulkChange:
        """To whom."""
        return BulkChange(kind, owner_staff_id=self.owner.data)


class NextActionsForm(BulkForm):
    """What comes next, and when."""

    title = StringField(_l("What is to be done"), validators=[DataRequired(), Length(max=LONGEST_TITLE)])
    day = DateField(_l("Day"), validators=[InputRequired()])
    clock = TimeField(_l("Time of day"), format=["%H:%M", "%H:%M:%S"], validators=[Optional()])

    def change(self, kind: BulkKind, zone: str) -> BulkChange:
        """The words, and the instant on the studio's wall clock."""
        day = self.day.data
        assert day is not None  # noqa: S101 - required
        due_at = at_local(day, self.clock.data or END_OF_DAY, zone)
        return BulkChange(kind, title=self.title.data or "", due_at=due_at)


class LossesForm(BulkForm):
    """Why they are lost."""

    reason = SelectField(_l("Why it was lost"), validators=[InputRequired()])

    def offer(self, staff: Mapping[int, str], reasons: Mapping[str, str]) -> None:
        """The studio's own reasons."""
        self.reason.choices = [("", ""), *reasons.items()]

    def change(self, kind: BulkKind, zone: str) -> BulkChange:
        """The reason."""
        return BulkChange(kind, reason=self.reason.data)


FORMS: dict[BulkKind, type[BulkForm]] = {
    BulkKind.OWNER: OwnersForm,
    BulkKind.NEXT_ACTION: NextActionsForm,
    BulkKind.LOST: LossesForm,
}

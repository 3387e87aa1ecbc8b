"""What the studio prints on its papers and asks for: issuer, registration number, bank, days to pay, fees."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange

from backoffice.billing.house import MOST_FEE, House, change_settings
from backoffice.billing.queries import settings_of
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.staff.permissions import Permission
from blueprints.billing.blueprint import money
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import SafeForm, VersionField, add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

SHORT, LONG = 80, 200


class HouseForm(SafeForm):
    """All of it on one page."""

    issuer_ja = StringField(_l("Issuer (Japanese)"), validators=[Length(max=SHORT)])
    issuer_en = StringField(_l("Issuer (English)"), validators=[Length(max=SHORT)])
    registration_number = StringField(
        _l("Registration number"),
        validators=[Length(max=SHORT)],
    )
    bank_ja = StringField(_l("Bank account (Japanese)"), validators=[Length(max=LONG)])
    bank_en = StringField(_l("Bank account (English)"), validators=[Length(max=LONG)])
    payment_days = IntegerField(_l("Days to pay"), validators=[InputRequired(), NumberRange(0, 90)])
    float_yen = IntegerField(
        _l("Float in the drawer (yen)"), validators=[InputRequired(), NumberRange(0, 1_000_000)]
    )
    late_cancel_yen = IntegerField(
        _l("Fee for a late cancel (yen)"), validators=[InputRequired(), NumberRange(0, MOST_FEE)]
    )
    no_show_yen = IntegerField(
        _l("Fee for a no-show (yen)"), validators=[InputRequired(), NumberRange(0, MOST_FEE)]
    )
    version = VersionField()


@money.route("/settings", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def house() -> ResponseReturnValue:
    """Show and change them."""
    form = HouseForm(obj=settings_of(current_studio().id))
    if not form.validate_on_submit():
        return render_template("billing/house.html", form=form), 422 if form.errors else 200
    values = {name: value for name, value in form.data.items() if name in House.__annotations__}
    try:
        in_transaction(
            lambda: change_settings(
                current_studio().id, House(**values), version=form.version.data, by=actor(), now=now()
            )
        )
    except DomainError as error:
        add_domain_error(form, error)
        return render_template("billing/house.html", form=form), error.status
    flash_done(_("Saved."))
    return redirect(url_for("money.house"), 303)

"""A new enquiry taken by hand: by phone, at the door, from somebody already here."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.leads.actions import capture_lead
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.queries import person as find_person
from backoffice.people.recognition import maybe_known
from backoffice.staff.permissions import Permission
from blueprints.leads.blueprint import leads
from blueprints.leads.choices import service_names, source_names
from blueprints.leads.forms import EnquiryForm
from blueprints.people.words import REASON_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done


@leads.route("/new", methods=["GET", "POST"])
@permit(Permission.LEADS_EDIT)
def new() -> ResponseReturnValue:
    """An empty form, or one for somebody already here (`person`). POST makes one lead, however often it is sent."""
    form = _form()
    person = find_person(form.person_id.data) if form.person_id.data else None
    if not form.validate_on_submit():
        return _page(form, person), 422 if request.method == "POST" else 200
    token = str(form.form_token.data)
    try:
        in_transaction(lambda: _capture(form, person, token))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(form, person), error.status
    flash_done(_("The enquiry is kept."))
    return redirect(result_of(token) or url_for("leads.index"))


def _form() -> EnquiryForm:
    asked = request.args.get("person", "")
    known = asked if asked.isascii() and asked.isdigit() and len(asked) < 18 else ""
    form = (
        EnquiryForm(data={"source": "phone", "person_id": known})
        if request.method == "GET"
        else EnquiryForm()
    )
    form.source.choices = list(source_names().items())
    form.interest.choices = [("", _("not said")), *service_names().items()]
    form.person_id.choices = []
    if request.method == "GET":
        form.person_id.data = int(known) if known else None
    return form


def _capture(form: EnquiryForm, person: Person | None, token: str) -> None:
    if not first_use(token, "enquiry", now=now()):
        return
    who = person or create_person(
        name=form.name.data or "",
        kana=form.kana.data or "",
        phones=[form.phone.data] if form.phone.data else [],
        mails=[form.mail.data] if form.mail.data else [],
        by=actor(),
        now=now(),
    )
    lead = capture_lead(
        who,
        studio_id=current_studio().id,
        source=form.source.data,
        interest=form.interest.data or "",
        enquiry=form.enquiry.data or "",
        owner_staff_id=current_user.id,  # a lead without an owner is one that nobody calls
        by=actor(),
        now=now(),
    )
    keep_result(token, url_for("leads.show", lead_id=lead.id))


def _page(form: EnquiryForm, person: Person | None) -> str:
    """The form; whoever may already be here is shown above it."""
    candidates = []
    if person is None:
        candidates = maybe_known(
            name=form.name.data or "",
            kana=form.kana.data or "",
            phone=form.phone.data or "",
            mail=form.mail.data or "",
        )
    return render_template(
        "leads/new.html", form=form, person=person, candidates=candidates, reason_words=REASON_WORDS
    )

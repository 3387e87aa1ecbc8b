"""Accounts on LINE that nobody knows yet: what they wrote, who they may be, and how an enquiry begins from one."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import StringField
from wtforms.validators import Length

from backoffice.core.db import in_transaction, transaction
from backoffice.core.errors import DomainError
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.inbox.queries import conversation_of_account
from backoffice.leads.line_enquiries import enquire_from_line
from backoffice.line import accounts, queries
from backoffice.line.models import LineAccount
from backoffice.messaging.conversation import open_entry_file
from backoffice.messaging.conversation_queries import conversation
from backoffice.people.row import LONGEST_NAME
from backoffice.staff.permissions import Permission
from blueprints.files.answers import file_answer
from blueprints.inbox import scope
from blueprints.inbox.words import SAID_WORDS, answer_state
from blueprints.line.words import KIND_WORDS
from blueprints.people.words import REASON_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import CreateForm, add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

line_accounts = Blueprint("line_accounts", __name__, url_prefix="/line")


class NewPersonForm(CreateForm):
    """Who it is; a name or the kana is enough."""

    name = StringField(_l("Name"), validators=[Length(max=LONGEST_NAME)])
    kana = StringField(_l("Kana"), validators=[Length(max=LONGEST_NAME)])
    phone = StringField(_l("Phone"), validators=[Length(max=60)])
    mail = StringField(_l("Mail"), validators=[Length(max=254)])


@line_accounts.get("/accounts")
@permit(Permission.PEOPLE_EDIT)
def index() -> ResponseReturnValue:
    """Who wrote and is not known yet; `show=aside`: those taken off the list."""
    aside = request.args.get("show") == "aside"
    rows = queries.unknown_accounts(current_studio().id, aside=aside)
    return render_template("line/accounts.html", rows=rows, aside=aside, kinds=KIND_WORDS)


@line_accounts.route("/accounts/<int:account_id>", methods=["GET", "POST"])
@permit(Permission.PEOPLE_EDIT)
def show(account_id: int) -> ResponseReturnValue:
    """What an account wrote and who it may be; the form makes a new person and an enquiry of it, once."""
    account = queries.account(current_studio().id, account_id)
    if account.person_id is not None:
        return redirect(url_for("people.tab", person_id=account.person_id, tab="messages"), 303)
    form = NewPersonForm() if request.method == "POST" else _filled(account)
    if not form.validate_on_submit():
        return _page(account, form, status=422 if request.method == "POST" else 200)
    try:
        in_transaction(lambda: _enquire(account_id, form))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(queries.account(current_studio().id, account_id), form, status=error.status)
    flash_done(_("The enquiry is kept, and LINE is connected."))
    return redirect(result_of(str(form.form_token.data)) or url_for("line_accounts.index"), 303)


@line_accounts.post("/accounts/<int:account_id>/aside")
@permit(Permission.PEOPLE_EDIT)
def put_aside(account_id: int) -> ResponseReturnValue:
    """Nobody to get to know; it comes back when it writes again."""
    with transaction():
        accounts.set_aside(current_studio().id, account_id, aside=True, now=now())
    flash_undo(_("Taken off the list."), url_for("line_accounts.put_back", account_id=account_id))
    return redirect(url_for("line_accounts.index"), 303)


@line_accounts.post("/accounts/<int:account_id>/aside/undo")
@permit(Permission.PEOPLE_EDIT)
def put_back(account_id: int) -> ResponseReturnValue:
    """Back on the list."""
    with transaction():
        accounts.set_aside(current_studio().id, account_id, aside=False, now=now())
    return redirect(url_for("line_accounts.show", account_id=account_id), 303)


@line_accounts.get("/entries/<int:entry_id>/file")
@permit(Permission.INBOX_USE)
def file(entry_id: int) -> ResponseReturnValue:
    """A photo or PDF somebody sent, for those who may see the conversation. Each opening is recorded."""
    scope.check_entry(entry_id)
    with transaction():
        found = open_entry_file(current_studio().id, entry_id, by=actor(), now=now())
    return file_answer(found)


def _enquire(account_id: int, form: NewPersonForm) -> None:
    token = str(form.form_token.data)
    if not first_use(token, "line enquiry", now=now()):
        return
    lead = enquire_from_line(
        current_studio().id, account_id, name=form.name.data or "", kana=form.kana.data or "",
        phone=form.phone.data or "", mail=form.mail.data or "", by=actor(), now=now(),
    )  # fmt: skip
    keep_result(token, url_for("leads.show", lead_id=lead.id))


def _filled(account: LineAccount) -> NewPersonForm:
    return NewPersonForm(formdata=None, data={"name": account.display_name or ""})


def _page(account: LineAccount, form: NewPersonForm, *, status: int) -> ResponseReturnValue:
    page = render_template(
        "line/account.html",
        account=account,
        form=form,
        said=conversation(account.studio_id, line_account_id=account.id),
        conversation_id=conversation_of_account(account.studio_id, account.id),
        roads=SAID_WORDS,
        answer_state=answer_state,
        candidates=queries.may_be(account),
        kinds=KIND_WORDS,
        reasons=REASON_WORDS,
    )
    return page, status

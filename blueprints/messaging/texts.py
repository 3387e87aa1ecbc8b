"""Settings: what messages say. A manager writes, looks, sends a test, saves; the standard text can always come back."""

from dataclasses import dataclass

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.language import Language
from backoffice.core.submissions import new_token
from backoffice.messaging import text_editing
from backoffice.messaging.models import Kind, MessageTemplate
from backoffice.messaging.own_texts import STANDARD, standings, versions
from backoffice.messaging.policy import POLICIES
from backoffice.messaging.text_checks import Fault, faults
from backoffice.messaging.texts import own_source, says_who_sends
from backoffice.messaging.variables import KINDS
from backoffice.messaging.wording import Source
from backoffice.staff.permissions import Permission
from blueprints.messaging.offers import offers
from blueprints.messaging.text_form import TextForm
from blueprints.messaging.text_preview import Preview, preview
from blueprints.messaging.words import LANGUAGE_NAMES
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.language import say
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

message_texts = Blueprint("message_texts", __name__, url_prefix="/settings/messages/texts")


@dataclass(frozen=True)
class Editing:
    """Which text is edited, and what was written before, the newest first."""

    kind: Kind
    language: Language
    versions: list[MessageTemplate]

    @property
    def newest(self) -> MessageTemplate | None:
        """The version that holds, if there is any."""
        return self.versions[0] if self.versions else None

    @property
    def seen(self) -> int:
        """What a form that is opened now is based on."""
        return self.newest.version if self.newest is not None else 0

    @property
    def is_own(self) -> bool:
        """Whether the gym's own text holds."""
        return self.newest is not None and self.newest.body is not None


@message_texts.get("")
@permit(Permission.STUDIO_EDIT)
def index() -> ResponseReturnValue:
    """Every text of every kind: the standard one or the gym's own, and where one failed."""
    studio = current_studio()
    return render_template(
        "messaging/texts.html",
        kinds={kind: POLICIES[kind] for kind in KINDS},
        languages=LANGUAGE_NAMES,
        standings=standings(studio.id),
        standard=STANDARD,
        says_who=all(says_who_sends(studio, language) for language in Language),
    )


@message_texts.route("/<message_kind>/<text_language>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def edit(message_kind: str, text_language: str) -> ResponseReturnValue:
    """One text. A POST does what its button says and keeps all that was typed; only "save" and "standard" write."""
    editing = _editing(message_kind, text_language)
    if request.method == "GET":
        return _page(editing, _form_of(editing))
    form = TextForm()
    if not form.validate_on_submit():
        return _page(editing, form, status=422)
    if request.form.get("do") == "standard":
        return _back_to_standard(editing, form)
    found = faults(
        current_studio(), editing.kind, editing.language, form.subject.data, form.body.data, now=now()
    )
    for fault in found:
        add_domain_error(form, fault.refusal())
    if found:
        return _page(editing, form, found, status=422)
    if request.form.get("do") == "look":
        return _page(editing, form)
    return _test(editing, form) if request.form.get("do") == "test" else _save(editing, form)


def _save(editing: Editing, form: TextForm) -> ResponseReturnValue:
    try:
        in_transaction(
            lambda: text_editing.save_text(
                current_studio(), editing.kind, editing.language, form.subject.data, form.body.data,
                seen=form.version.data or 0, by=actor(), now=now(),
            )
        )  # fmt: skip
    except DomainError as error:
        return _refused(editing, form, error)
    flash_done(_("Saved. Messages say this from now on."))
    return redirect(_address(editing), 303)


def _back_to_standard(editing: Editing, form: TextForm) -> ResponseReturnValue:
    try:
        in_transaction(
            lambda: text_editing.use_standard(
                current_studio(), editing.kind, editing.language, seen=form.version.data or 0, by=actor(), now=now()
            )
        )  # fmt: skip
    except DomainError as error:
        return _refused(editing, form, error)
    flash_done(_("The standard text is used again. Your own one stays in the list of versions."))
    return redirect(_address(editing), 303)


def _test(editing: Editing, form: TextForm) -> ResponseReturnValue:
    in_transaction(
        lambda: text_editing.send_test(
            current_studio(), editing.kind, editing.language, form.subject.data, form.body.data,
            token=form.form_token.data, staff_id=current_user.id, by=actor(), now=now(),
        )
    )  # fmt: skip
    form.form_token.data, form.form_token.raw_data = new_token(), None
    flash(_("A test is on its way to your own mail address. Nothing was saved."), "success")
    return _page(editing, form)


def _refused(editing: Editing, form: TextForm, error: DomainError) -> ResponseReturnValue:
    """The page again with what was typed; after somebody else's change their text is in the list of versions."""
    add_domain_error(form, error)
    return _page(editing, form, status=error.status)


def _page(
    editing: Editing, form: TextForm, found: list[Fault] | None = None, *, status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "messaging/text.html",
        editing=editing,
        form=form,
        title=POLICIES[editing.kind].label,
        advertises=POLICIES[editing.kind].needs_consent,
        language_name=LANGUAGE_NAMES[editing.language],
        others={one: name for one, name in LANGUAGE_NAMES.items() if one != editing.language},
        offers=offers(editing.kind),
        faults=[say(one.refusal()) for one in found or ()],
        preview=None if found or form.errors else _preview(editing, form),
        address=_address(editing),
    )
    return page, status


def _preview(editing: Editing, form: TextForm) -> Preview | None:
    """How the text reads; None when one from an older program cannot be filled."""
    source = Source(form.subject.data or "", form.body.data or "", is_own=True)
    studio = current_studio()
    if faults(studio, editing.kind, editing.language, source.subject, source.body, now=now()):
        return None
    return preview(studio, editing.kind, editing.language, source, form.who.data or "", now=now())


def _form_of(editing: Editing) -> TextForm:
    """The text that holds, or with `?from=2` an older one to start from."""
    source = _asked(editing)
    return TextForm(
        formdata=None, data={"subject": source.subject, "body": source.body, "version": editing.seen}
    )


def _asked(editing: Editing) -> Source:
    asked = request.args.get("from", "")
    if not asked:
        return text_editing.current(editing.newest, editing.kind, editing.language)
    if asked == "0":
        return text_editing.current(None, editing.kind, editing.language)
    found = next(
        (one for one in editing.versions if str(one.version) == asked and one.body is not None), None
    )
    if found is None:
        raise NotFound
    return own_source(found)


def _editing(message_kind: str, text_language: str) -> Editing:
    known = {kind.value: kind for kind in KINDS}
    if message_kind not in known or text_language not in set(Language):
        raise NotFound
    kind, language = known[message_kind], Language(text_language)
    return Editing(kind, language, list(versions(current_studio().id, kind, language)))


def _address(editing: Editing) -> str:
    return url_for(
        "message_texts.edit", message_kind=editing.kind.value, text_language=editing.language.value
    )

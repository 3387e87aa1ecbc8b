"""The team: who signs in, with which roles. For the owner, and only with a password given a moment ago."""

from collections.abc import Callable

from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core import submissions
from backoffice.core.config import Settings
from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from backoffice.staff import actions, queries
from backoffice.staff.permissions import Permission
from backoffice.staff.tokens import LIFETIME, Purpose
from backoffice.staff.trainers import loose_accounts
from blueprints.staff.account_forms import InviteForm, MemberForm
from blueprints.staff.blueprint import staff
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

INVITE_DAYS = LIFETIME[Purpose.INVITE].days


@staff.get("/settings/team")
@permit(Permission.STAFF_EDIT)
def team() -> ResponseReturnValue:
    """Everybody who signs in or did."""
    studio_id = current_studio().id
    return render_template(
        "staff/team.html",
        members=queries.team(studio_id),
        loose=loose_accounts(studio_id),
        sends_mail=_sends_mail(),
    )


@staff.get("/settings/team/new")
@permit(Permission.STAFF_EDIT, fresh=True)
def new_member() -> ResponseReturnValue:
    """The form for somebody new."""
    return _invite_page(InviteForm())


@staff.post("/settings/team")
@permit(Permission.STAFF_EDIT, fresh=True)
def invite() -> ResponseReturnValue:
    """Invite somebody by mail; where none is set up, with a link that is shown this once."""
    form, link = InviteForm(), ""
    if not form.validate():
        return _invite_page(form), 422
    try:
        with transaction():
            if submissions.first_use(form.form_token.data, "staff.invite", now=now()):
                invited = actions.invite(
                    form.mail.data,
                    form.name.data,
                    form.roles.data,
                    studio_id=current_studio().id,
                    language=form.language.data,
                    name_en=form.name_en.data or "",
                    by_mail=_sends_mail(),
                    by=actor(),
                    now=now(),
                )
                link = "" if _sends_mail() else actions.invitation_link(invited.id, by=actor(), now=now())
    except DomainError as error:
        add_domain_error(form, error)
        return _invite_page(form), error.status
    if link:
        return _link_page(form.name.data, link)
    if _sends_mail():
        flash_done(_("The invitation to %(name)s is on its way.", name=form.name.data))
    return redirect(url_for("staff.team"), code=303)


@staff.route("/settings/team/<int:staff_id>", methods=["GET", "POST"])
@permit(Permission.STAFF_EDIT, fresh=True)
def member(staff_id: int) -> ResponseReturnValue:
    """One member of the team: name, address, language, roles."""
    found = queries.staff_member(current_studio().id, staff_id)
    form = MemberForm(obj=found)
    if not form.is_submitted():
        return render_template("staff/member.html", form=form, member=found)
    if not form.validate():
        return render_template("staff/member.html", form=form, member=found), 422
    wanted = {name: form[name].data for name in ("name", "name_en", "mail", "roles", "language")}
    try:
        with transaction():
            actions.change_member(found.id, wanted, version=form.version.data, by=actor(), now=now())
    except DomainError as error:
        add_domain_error(form, error)
        return render_template("staff/member.html", form=form, member=found), error.status
    flash_done(_("Saved."))
    return redirect(url_for("staff.team"), code=303)


@staff.post("/settings/team/<int:staff_id>/suspension")
@permit(Permission.STAFF_EDIT, fresh=True)
def suspend(staff_id: int) -> ResponseReturnValue:
    """Close the account; its sessions end at once."""
    return _done(staff_id, actions.suspend, _("The account is suspended and signed out."))


@staff.post("/settings/team/<int:staff_id>/restoration")
@permit(Permission.STAFF_EDIT, fresh=True)
def restore(staff_id: int) -> ResponseReturnValue:
    """Open a suspended account again."""
    return _done(staff_id, actions.restore, _("The account is open again."))


@staff.post("/settings/team/<int:staff_id>/invitation")
@permit(Permission.STAFF_EDIT, fresh=True)
def invite_again(staff_id: int) -> ResponseReturnValue:
    """Mail the invitation once more; where no mail is set up, show a new link this once."""
    if not _sends_mail():
        found = queries.staff_member(current_studio().id, staff_id)
        with transaction():
            link = actions.invitation_link(found.id, by=actor(), now=now())
        return _link_page(found.name, link)
    return _done(staff_id, actions.invite_again, _("The invitation is on its way again."))


@staff.post("/settings/team/<int:staff_id>/sessions/end")
@permit(Permission.STAFF_EDIT, fresh=True)
def sign_member_out(staff_id: int) -> ResponseReturnValue:
    """End every session of somebody, for a lost phone."""
    return _done(staff_id, actions.sign_out_everywhere, _("Signed out everywhere."))


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


def _sends_mail() -> bool:
    return bool(_settings().smtp_url)


def _invite_page(form: InviteForm) -> str:
    return render_template("staff/invite.html", form=form, sends_mail=_sends_mail())


def _link_page(name: str, link: str) -> str:
    return render_template(
        "staff/link.html",
        name=name,
        link=link,
        loose=loose_accounts(current_studio().id),
        is_only_here=_settings().is_only_here,
        days=INVITE_DAYS,
    )


def _done(staff_id: int, act: Callable[..., object], sentence: str) -> ResponseReturnValue:
    """Run one action on a member of this studio; the list says what came of it."""
    found = queries.staff_member(current_studio().id, staff_id)
    with transaction():
        act(found.id, by=actor(), now=now())
    flash_done(sentence)
    return redirect(url_for("staff.team"), code=303)

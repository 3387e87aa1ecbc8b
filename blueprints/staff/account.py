"""One's own account: language, password, PIN, calendar link, and signing out everywhere."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError, Invalid
from backoffice.core.language import N_
from backoffice.core.links import absolute
from backoffice.core.submissions import first_use
from backoffice.staff import account as own
from backoffice.staff import actions, feeds, queries, sessions
from backoffice.staff import sign_in as proving
from backoffice.staff.models import Staff
from backoffice.staff.sign_in import WrongSecret
from blueprints.staff.account_forms import ChangePasswordForm, LanguageForm, OwnPinForm
from blueprints.staff.blueprint import staff
from blueprints.support import session_cookie
from blueprints.support.access import actor, signed_in
from blueprints.support.clock import now
from blueprints.support.forms import CreateForm, SafeForm, add_domain_error
from blueprints.support.language import COOKIE
from blueprints.support.limits import limiter
from blueprints.support.toasts import flash_done


@staff.get("/account")
@signed_in
def account() -> ResponseReturnValue:
    """What belongs to the one who is working."""
    return _page()


@staff.post("/account/language")
@signed_in
def change_language() -> ResponseReturnValue:
    """Language of one's own screens and mails; what this browser chose before is forgotten."""
    form = LanguageForm()
    if not form.validate():
        return _page(language_form=form), 422
    with transaction():
        own.change_language(current_user.id, form.language.data, now=now())
    response = redirect(url_for("staff.account"), code=303)
    response.delete_cookie(COOKIE)
    return response


@staff.post("/account/password")
@signed_in
@limiter.limit("30/minute")
def change_password() -> ResponseReturnValue:
    """A new password ends every session of the account; this browser gets a new one."""
    form = ChangePasswordForm()
    if not form.validate():
        return _page(password_form=form), 422
    with transaction():
        member = queries.acting(current_user.id)
        proof = proving.confirm_password(member, current_user.session_id, form.old_password.data, now=now())
    if proof.refusal is not None:
        not_yours = Invalid(N_("That is not your password."), field="old_password")
        add_domain_error(form, not_yours if isinstance(proof.refusal, WrongSecret) else proof.refusal)
        return _page(password_form=form), proof.refusal.status
    try:
        with transaction():
            member = own.change_password(current_user.id, form.password.data, now=now())
            token = sessions.open_session(member, is_shared=current_user.is_shared, now=now())
    except DomainError as error:
        add_domain_error(form, error)
        return _page(password_form=form), error.status
    session_cookie.begin(token)
    flash_done(_("Your password is changed. You are signed out everywhere else."))
    return redirect(url_for("staff.account"), code=303)


@staff.post("/account/pin")
@signed_in
def set_pin() -> ResponseReturnValue:
    """Choose the PIN for shared screens; needs the password of a moment ago, so that nobody sets it for a colleague."""
    form = OwnPinForm()
    if not current_user.is_fresh:
        return redirect(url_for("staff.confirm_password", next=url_for("staff.account")), code=303)
    if not form.validate():
        return _page(pin_form=form), 422
    try:
        with transaction():
            own.set_pin(current_user.id, form.pin.data, now=now())
    except DomainError as error:
        add_domain_error(form, error)
        return _page(pin_form=form), error.status
    flash_done(_("Your PIN is set."))
    return redirect(url_for("staff.account"), code=303)


@staff.post("/account/pin/removal")
@signed_in
def remove_pin() -> ResponseReturnValue:
    """From now on only the password opens the screen."""
    with transaction():
        own.remove_pin(current_user.id, now=now())
    flash_done(_("Your PIN is removed."))
    return redirect(url_for("staff.account"), code=303)


@staff.post("/account/feed")
@signed_in
@limiter.limit("30/minute")
def make_feed() -> ResponseReturnValue:
    """A new calendar link, shown on this answer and never again; asks for the password as an export does."""
    form = CreateForm()
    if not current_user.is_fresh:
        return redirect(url_for("staff.confirm_password", next=url_for("staff.account")), code=303)
    if not form.validate():
        return _page(), 422
    with transaction():
        if not first_use(form.form_token.data, "feed", now=now()):
            return redirect(url_for("staff.account"), code=303)
        token = feeds.make_feed(current_user.id, by=actor(), now=now())
    return _page(feed_link=absolute(url_for("feeds.show", token=token)))


@staff.post("/account/feed/removal")
@signed_in
def revoke_feed() -> ResponseReturnValue:
    """From now on the calendar link opens nothing."""
    with transaction():
        feeds.revoke_feed(current_user.id, by=actor(), now=now())
    flash_done(_("Your calendar link is removed."))
    return redirect(url_for("staff.account"), code=303)


@staff.post("/account/sessions/end")
@signed_in
def end_sessions() -> ResponseReturnValue:
    """Sign out everywhere, here as well."""
    with transaction():
        actions.sign_out_everywhere(current_user.id, by=actor(), now=now())
    session_cookie.forget()
    flash_done(_("You are signed out everywhere."))
    return redirect(url_for("staff.sign_in"), code=303)


def _page(*, feed_link: str = "", **given: SafeForm) -> str:
    member: Staff = queries.acting(current_user.id)
    forms = {
        "language_form": LanguageForm(formdata=None, language=member.language),
        "password_form": ChangePasswordForm(formdata=None),
        "pin_form": OwnPinForm(formdata=None),
        "feed_form": CreateForm(formdata=None),
    }
    feed = feeds.own_feed(member.id)
    return render_template(
        "staff/account.html", member=member, feed=feed, feed_link=feed_link, **(forms | given)
    )

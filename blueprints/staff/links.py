"""Pages behind mailed links: accept an invitation, ask for a reset, choose a new password. GET shows, POST acts."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import Invalid
from backoffice.staff import invitations, tokens
from backoffice.staff.tokens import Purpose
from blueprints.staff.account_forms import NewPasswordForm, ResetRequestForm
from blueprints.staff.blueprint import staff
from blueprints.support import session_cookie
from blueprints.support.access import anyone, link_holder
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.limits import limiter
from blueprints.support.toasts import flash_done


@staff.get("/reset")
@anyone("who forgot the password is not signed in")
def ask_reset() -> ResponseReturnValue:
    """Where to send the link."""
    return render_template("staff/ask_reset.html", form=ResetRequestForm())


@staff.post("/reset")
@anyone("who forgot the password is not signed in")
@limiter.limit("10/minute;60/hour")
def request_reset() -> ResponseReturnValue:
    """Answers the same whether or not the account exists."""
    form = ResetRequestForm()
    if not form.validate():
        return render_template("staff/ask_reset.html", form=form), 422
    with transaction():
        invitations.request_reset(form.email.data, now=now())
    return render_template("staff/reset_sent.html")


@staff.route("/invite/<token>", methods=["GET", "POST"])
@link_holder("invite")
@limiter.limit("30/minute")
def accept_invite(token: str) -> ResponseReturnValue:
    """Choose the first password of an account."""
    return _choose_password(token, Purpose.INVITE)


@staff.route("/reset/<token>", methods=["GET", "POST"])
@link_holder("reset")
@limiter.limit("30/minute")
def reset_password(token: str) -> ResponseReturnValue:
    """Choose a new password; every session of the account ends."""
    return _choose_password(token, Purpose.RESET)


def _choose_password(token: str, purpose: Purpose) -> ResponseReturnValue:
    holder = tokens.holder_of(token, purpose, now=now())
    form = NewPasswordForm()
    page = {"form": form, "holder": holder, "is_new": purpose is Purpose.INVITE}
    if not form.is_submitted():
        return render_template("staff/choose_password.html", **page)
    if not form.validate():
        return render_template("staff/choose_password.html", **page), 422
    try:
        with transaction():
            invitations.accept(token, purpose, form.password.data, now=now())
    except Invalid as error:
        add_domain_error(form, error)
        return render_template("staff/choose_password.html", **page), error.status
    session_cookie.forget()
    flash_done(_("Your password is set. Please sign in."))
    return redirect(url_for("staff.sign_in"), code=303)

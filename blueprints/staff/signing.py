"""Signing in and out, and giving the password again before something that matters."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.db import transaction
from backoffice.staff import queries, sessions
from backoffice.staff import sign_in as proving
from backoffice.staff.permissions import Permission, permissions_of
from blueprints.staff.blueprint import staff
from blueprints.staff.forms import PasswordForm, SignInForm
from blueprints.start.views import standing
from blueprints.support import session_cookie
from blueprints.support.access import anyone, signed_in, signed_in_even_locked
from blueprints.support.clock import now
from blueprints.support.first_page import first_page, first_page_of
from blueprints.support.forms import add_domain_error
from blueprints.support.limits import limiter
from blueprints.support.next_page import own_path
from blueprints.support.toasts import flash_done


@staff.get("/sign-in")
@anyone("everybody starts here")
def sign_in() -> ResponseReturnValue:
    """The sign-in page; who is signed in already goes on."""
    if current_user.is_authenticated:
        return redirect(own_path(request.args.get("next"), first_page().path), code=303)
    return render_template("staff/sign_in.html", form=SignInForm(next=request.args.get("next", "")))


@staff.post("/sign-in")
@anyone("everybody starts here")
@limiter.limit("30/minute;300/hour")
def open_session() -> ResponseReturnValue:
    """Check mail address and password; one sentence for every way they can be wrong."""
    form = SignInForm()
    if not form.validate():
        return render_template("staff/sign_in.html", form=form), 422
    with transaction():
        proof = proving.sign_in(form.email.data, form.password.data, is_shared=form.shared.data, now=now())
        if proof.staff is not None and current_user.is_authenticated:
            sessions.end(current_user.session_id, now=now())
    if proof.refusal is not None:
        add_domain_error(form, proof.refusal)
        return render_template("staff/sign_in.html", form=form), proof.refusal.status
    session_cookie.begin(proof.token)
    roles = proof.staff.roles if proof.staff is not None else []
    return redirect(own_path(form.next.data, _where_to_begin(roles)), code=303)


@staff.post("/sign-out")
@signed_in_even_locked
def sign_out() -> ResponseReturnValue:
    """End this browser's session for good."""
    with transaction():
        sessions.end(current_user.session_id, now=now())
    session_cookie.forget()
    flash_done(_("You are signed out."))
    return redirect(url_for("staff.sign_in"), code=303)


@staff.route("/confirm-password", methods=["GET", "POST"])
@signed_in
@limiter.limit("30/minute", methods=["POST"])
def confirm_password() -> ResponseReturnValue:
    """Ask for the password again; changes to the team and exports need one not older than ten minutes."""
    form = PasswordForm(next=request.args.get("next", ""))
    if request.method == "GET":
        return render_template("staff/confirm_password.html", form=form)
    if not form.validate():
        return render_template("staff/confirm_password.html", form=form), 422
    with transaction():
        member = queries.acting(current_user.id)
        proof = proving.confirm_password(member, current_user.session_id, form.password.data, now=now())
    if proof.refusal is not None:
        add_domain_error(form, proof.refusal)
        return render_template("staff/confirm_password.html", form=form), proof.refusal.status
    return redirect(own_path(form.next.data, first_page().path), code=303)


def _where_to_begin(roles: list[str]) -> str:
    """Their first page; for an owner the first steps of a new gym, as long as there are any."""
    is_owner = Permission.STAFF_EDIT in permissions_of(roles)
    return url_for("start.show") if is_owner and not standing().is_over else first_page_of(roles).path

"""The shared screen: covered, opened by PIN or password, handed to a colleague without losing the page."""

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import generate_csrf

from backoffice.core.db import transaction
from backoffice.core.errors import NotFound
from backoffice.staff import queries, sessions
from backoffice.staff import sign_in as proving
from backoffice.staff.queries import Colleague
from backoffice.staff.sign_in import Proof
from blueprints.staff.blueprint import staff
from blueprints.staff.forms import PasswordForm, PinForm
from blueprints.support.access import actor, signed_in, signed_in_even_locked
from blueprints.support.appearance import role_words
from blueprints.support.asking import wants_json
from blueprints.support.clock import now
from blueprints.support.first_page import first_page, first_page_of
from blueprints.support.forms import SafeForm, add_domain_error
from blueprints.support.language import say
from blueprints.support.limits import limiter
from blueprints.support.next_page import own_path
from blueprints.support.studio import current_studio


@staff.post("/awake")
@signed_in
def awake() -> ResponseReturnValue:
    """Somebody types or reads here without asking for a page; 423 tells the page that it is locked already."""
    return "", 204


@staff.post("/lock")
@signed_in_even_locked
def lock() -> ResponseReturnValue:
    """Cover the screen. A script covers the page it is on; without one the lock page comes."""
    with transaction():
        sessions.lock(current_user.session_id)
    if not wants_json():
        return redirect(url_for("staff.unlock"), code=303)
    people = [{"id": one.id, "name": one.name, "current": one.id == current_user.id} for one in _choices()]
    return jsonify(people=people)


@staff.get("/unlock")
@signed_in_even_locked
def unlock() -> ResponseReturnValue:
    """The lock page: whose PIN, or the password of the one who was working."""
    target = request.args.get("next", "")
    if not current_user.is_locked and "switch" not in request.args:
        return redirect(own_path(target, first_page().path), code=303)
    return _lock_page(PinForm(next=target), PasswordForm(next=target))


@staff.post("/switch")
@signed_in_even_locked
@limiter.limit("30/minute")
def switch() -> ResponseReturnValue:
    """Open the screen by PIN for the one who works next; on a browser that is not shared only for its own person."""
    form = PinForm()
    if not form.validate():
        return _refuse_pin(form, str(next(iter(form.errors.values()))[0]), 422)
    with transaction():
        proof = _try_pin(form)
    if proof.refusal is not None or proof.staff is None:
        refusal = proof.refusal or NotFound()
        return _refuse_pin(form, say(refusal), refusal.status)
    if wants_json():
        return jsonify(name=proof.staff.name, role=role_words(proof.staff.roles), csrf=generate_csrf())
    return redirect(own_path(form.next.data, first_page_of(proof.staff.roles).path), code=303)


@staff.post("/unlock")
@signed_in_even_locked
@limiter.limit("30/minute")
def unlock_with_password() -> ResponseReturnValue:
    """Open the screen with the password of the one who was working; also after three wrong PINs."""
    form = PasswordForm()
    if not form.validate():
        return _lock_page(PinForm(next=form.next.data), form), 422
    with transaction():
        member = queries.acting(current_user.id)
        proof = proving.confirm_password(member, current_user.session_id, form.password.data, now=now())
    if proof.refusal is not None:
        add_domain_error(form, proof.refusal)
        return _lock_page(PinForm(next=form.next.data), form), proof.refusal.status
    return redirect(own_path(form.next.data, first_page().path), code=303)


def _choices() -> list[Colleague]:
    """Whose PIN opens this browser."""
    people = queries.may_take_over(current_studio().id)
    return [one for one in people if current_user.is_shared or one.id == current_user.id]


def _try_pin(form: PinForm) -> Proof:
    wanted = form.staff_id.data or str(current_user.id)
    chosen = next((one for one in _choices() if str(one.id) == wanted), None)
    if chosen is None:
        return Proof(refusal=proving.NoPin(field="pin"))
    member = queries.staff_member(current_studio().id, chosen.id)
    return proving.enter_pin(current_user.session_id, member, form.pin.data, by=actor(), now=now())


def _refuse_pin(form: PinForm, sentence: str, status: int) -> ResponseReturnValue:
    if wants_json():
        return jsonify(error=sentence), status
    if not form.errors:
        form.pin.errors = [sentence]
    return _lock_page(form, PasswordForm(formdata=None, next=form.next.data)), status


def _lock_page(pin_form: SafeForm, password_form: SafeForm) -> str:
    title = _("The screen is locked") if current_user.is_locked else _("Who is working?")
    return render_template(
        "staff/unlock.html", title=title, pin_form=pin_form, password_form=password_form, people=_choices()
    )

"""Who may call which route. Every view declares a policy; a view without one is refused and fails a test."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from backoffice.core.audit import Actor
from backoffice.core.errors import Refused
from backoffice.core.language import N_
from backoffice.staff.permissions import Permission
from blueprints.support import unsent
from blueprints.support.asking import wants_fragment, wants_json
from blueprints.support.first_page import first_page
from blueprints.support.next_page import own_path

View = TypeVar("View", bound=Callable[..., Any])
OPEN = frozenset({"anyone", "link"})


class PasswordNeeded(Refused):
    """What was asked for needs a password given within the last ten minutes."""

    message = N_("This needs your password once more. Please reload the page.")


@dataclass(frozen=True)
class Policy:
    """How a route is guarded: open to anyone, by signed link, for anyone signed in, or by a permission."""

    kind: str
    permission: Permission | None = None
    purpose: str = ""
    needs_fresh: bool = False


def permit(permission: Permission, *, fresh: bool = False) -> Callable[[View], View]:
    """Only for signed-in staff who hold the permission; `fresh` asks for a password given within 10 minutes."""
    return _declare(Policy("permission", permission=permission, needs_fresh=fresh))


def anyone(purpose: str) -> Callable[[View], View]:
    """Open to the world; `purpose` says why that is right."""
    return _declare(Policy("anyone", purpose=purpose))


def link_holder(purpose: str) -> Callable[[View], View]:
    """Open to whoever holds a signed link of that purpose; the view reads and checks the token."""
    return _declare(Policy("link", purpose=purpose))


def signed_in(view: View) -> View:
    """For any staff member who is signed in (own language, own PIN, sign out)."""
    return _declare(Policy("signed_in"))(view)


def signed_in_even_locked(view: View) -> View:
    """For a signed-in browser even while its screen is locked (unlock, switch, sign out)."""
    return _declare(Policy("even_locked"))(view)


def _declare(policy: Policy) -> Callable[[View], View]:
    def mark(view: View) -> View:
        view.policy = policy  # type: ignore[attr-defined]
        return view

    return mark


def policy_of(app: Flask, endpoint: str) -> Policy | None:
    """The declared policy of an endpoint; None when somebody forgot it."""
    view = app.view_functions[endpoint]
    return getattr(view, "policy", None) or getattr(getattr(view, "view_class", None), "policy", None)


def actor() -> Actor:
    """The signed-in staff member as the audit knows them."""
    return Actor("staff", current_user.id, current_user.name)


def may(permission: Permission) -> bool:
    """Whether the acting person holds a permission (for showing buttons; routes guard themselves)."""
    return current_user.is_authenticated and permission in current_user.permissions


def enforce() -> ResponseReturnValue | None:
    """Run before every request: find the policy of the route and refuse what it does not allow."""
    if request.endpoint is None:
        return None
    policy = policy_of(current_app, request.endpoint)
    if policy is None:
        abort(403)
    if policy.kind in OPEN:
        return None
    if not current_user.is_authenticated:
        return _to_sign_in()
    if policy.kind == "even_locked":
        return None
    if current_user.is_locked:
        return _to_lock_screen()
    if policy.permission is not None and policy.permission not in current_user.permissions:
        abort(403)
    if policy.needs_fresh and not current_user.is_fresh:
        return _to_password()
    return None


def _to_sign_in() -> ResponseReturnValue:
    if wants_json() or wants_fragment():
        abort(401)
    return redirect(url_for("staff.sign_in", next=_here()), code=303)


def _to_lock_screen() -> ResponseReturnValue:
    if wants_json() or wants_fragment():
        abort(423)
    if unsent.can_offer():
        step = unsent.FirstStep(url_for("staff.unlock"), _("Open the screen (in a new tab)"))
        return unsent.offer(423, _("The screen was locked in the meantime, so nothing was saved yet."), step)
    return redirect(url_for("staff.unlock", next=_here()), code=303)


def _to_password() -> ResponseReturnValue:
    if wants_json() or wants_fragment():
        raise PasswordNeeded
    if unsent.can_offer():
        step = unsent.FirstStep(url_for("staff.confirm_password"), _("Give your password (in a new tab)"))
        return unsent.offer(403, _("This needs your password once more, so nothing was saved yet."), step)
    return redirect(url_for("staff.confirm_password", next=_here()), code=303)


def _here() -> str:
    """Where to come back to: this page, or for a form the page it stood on."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path.rstrip("?")
    before = urlsplit(request.referrer or "")
    if before.netloc != request.host:
        return first_page().path
    return own_path(f"{before.path}?{before.query}", first_page().path)


def init_app(app: Flask) -> None:
    """Guard every route of the application and give templates `may`."""
    app.before_request(enforce)
    app.jinja_env.globals.update(may=may, Permission=Permission)

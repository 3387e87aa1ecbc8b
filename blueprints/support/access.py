"""Who may call which route. Every view declares a policy; a view without one is refused and fails a test."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, abort, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from backoffice.core.audit import Actor
from backoffice.staff.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


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
    g.policy = policy
    if policy.kind in {"anyone", "link"}:
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
        return redirect(url_for("staff.confirm_password", next=_here()))
    return None


def _here() -> str:
    return request.full_path.rstrip("?") if request.method == "GET" else url_for("today.show")


def _to_sign_in() -> ResponseReturnValue:
    if request.headers.get("HX-Request") or request.accept_mimetypes.best == "application/json":
        abort(401)
    return redirect(url_for("staff.sign_in", next=_here()))


def _to_lock_screen() -> ResponseReturnValue:
    if request.headers.get("HX-Request") or request.accept_mimetypes.best == "application/json":
        abort(423)
    return redirect(url_for("staff.unlock", next=_here()))


def init_app(app: Flask) -> None:
    """Guard every route of the application and give templates `may`."""
    app.before_request(enforce)
    app.jinja_env.globals.update(may=may, Permission=Permission)

"""What a visitor does: choose what and when, say who they are, and be told that it stands."""

from collections.abc import Mapping
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from backoffice.bookings.queries import guests_of, manage_token
from backoffice.bookings.refusals import GUEST_TAKEN, NotFree, SlotTaken
from backoffice.bookings.twice import BookedAlready
from backoffice.bookings.visits import VisitRequest, book_visit
from backoffice.core.audit import Actor
from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, NotFound
from backoffice.core.language import Language
from backoffice.core.submissions import first_use, keep_result, result_of
from backoffice.joining.models import TermsKind, TermsVersion
from backoffice.joining.queries import newest_terms, terms_versions
from backoffice.studio.models import Service
from backoffice.studio.queries import services
from blueprints.bookings import campaign, line_visit, own_visits, person_check
from blueprints.bookings.cancel_words import house_words
from blueprints.bookings.own_visits import OwnVisit
from blueprints.bookings.slot_picker import (
    Wish,
    chosen_start,
    nearest_offers,
    read_start,
    read_wish,
    show_picker,
    slot_at,
    write_start,
)
from blueprints.bookings.visit_forms import VisitForm
from blueprints.bookings.visit_page import explain_gone_links, fee_of, read_visit
from blueprints.joining.words import laid_out
from blueprints.support import language as languages
from blueprints.support.access import anyone, link_holder
from blueprints.support.clock import now
from blueprints.support.error_pages import csrf_error
from blueprints.support.filters import either, iso_day
from blueprints.support.forms import add_domain_error
from blueprints.support.language import language, say
from blueprints.support.limits import limiter
from blueprints.support.studio import current_studio

book = Blueprint("book", __name__)
explain_gone_links(book)

VISITOR = Actor("visitor", None, "visitor")
POSTS = "12 per minute; 90 per hour"
A_YEAR = 365 * 24 * 3600


@book.before_request
def _remember_campaign() -> None:
    campaign.remember()


@book.after_request
def _keep_language(response: Response) -> Response:
    """A link in one language (`lang=en`) opens every further page in it."""
    wanted = request.args.get("lang", "")
    if wanted in tuple(Language):
        secure = request.is_secure
        response.set_cookie(
            languages.COOKIE, wanted, max_age=A_YEAR, samesite="Lax", secure=secure, httponly=True, path="/"
        )
    return response


@book.get("/book")
@anyone("visitors choose what to book")
def index() -> str:
    """What can be booked."""
    offered = services(current_studio().id, public_only=True)
    wish = read_wish(request.args)
    return render_template("bookings/public_index.html", services=offered, wish=wish)


@book.get("/book/terms")
@anyone("visitors read what they agree to")
def terms() -> str:
    """The terms and the handling of personal data, in the version that consents remember."""
    offered = services(current_studio().id, public_only=True)
    version = _terms()
    parts = laid_out(either(version.text_ja, version.text_en))
    return render_template("bookings/public_terms.html", version=version, parts=parts, services=offered)


@book.get("/book/<slug>")
@anyone("visitors look for a free time")
def slots(slug: str) -> str:
    """Days and free times of a service."""
    service = _service(slug)
    picker = show_picker(
        service,
        read_wish(request.args),
        request.args,
        endpoint="book.slots",
        chosen="book.details",
        fixed={"slug": slug},
    )
    taken = read_start(request.args.get("taken"))
    return render_template("bookings/public_slots.html", service=service, picker=picker, taken=taken)


@book.get("/book/<slug>/details")
@anyone("visitors say who they are")
def details(slug: str) -> ResponseReturnValue:
    """The form for a chosen time; back to the times when it has gone."""
    service, wish = _service(slug), read_wish(request.args)
    starts_at = read_start(request.args.get("at"))
    if starts_at is None:
        return redirect(url_for("book.slots", slug=slug, **wish.values()))
    if slot_at(service, wish, starts_at) is None:
        day, taken = iso_day(starts_at), write_start(starts_at)
        return redirect(url_for("book.slots", slug=slug, day=day, taken=taken, **wish.values()))
    return _form_page(_form(service), service, wish, starts_at)


@book.post("/book/<slug>/details")
@anyone("visitors book")
@limiter.limit(POSTS)
def send(slug: str) -> ResponseReturnValue:
    """Book, once however often it is sent. Nothing that was typed is lost by a refusal."""
    service = _service(slug)
    wish, starts_at = chosen_start()
    if starts_at is None:
        return redirect(url_for("book.slots", slug=slug, **wish.values()))
    form = _form(service)
    if not form.validate_on_submit():
        return _form_page(form, service, wish, starts_at), 422
    if _needs_a_person(form):
        return _again_page(slug, vouched=person_check.vouch(form.form_token.data or "")), 422
    try:
        in_transaction(lambda: _book_once(form, service, wish, starts_at))
    except NotFree as error:
        return _form_page(form, service, wish, starts_at, refusal=error), error.status
    except BookedAlready as error:
        own = own_visits.own_visit(error)
        return _form_page(form, service, wish, starts_at, own=own), error.status
    except DomainError as error:
        add_domain_error(form, error)
        return _form_page(form, service, wish, starts_at), error.status
    return _booked(result_of(form.form_token.data or ""))


@book.get("/book/done/<token>")
@link_holder("manage")
def done(token: str) -> ResponseReturnValue:
    """What was booked, how to get there, and the link to change it; once it is called off, the page that says so."""
    visit = read_visit(token)
    if visit.is_cancelled:
        return redirect(url_for("manage.show", token=token))
    costs = house_words(visit.service, visit.booking.starts_at)
    return render_template(
        "bookings/public_done.html", visit=visit, token=token, costs=costs, fee=fee_of(visit)
    )


@book.errorhandler(429)
def too_many(error: HTTPException) -> ResponseReturnValue:
    """Many bookings from one address: the phone number, and a button that sends the same again."""
    return _again_page((request.view_args or {}).get("slug", ""), busy=True), 429


@book.errorhandler(CSRFError)
def too_old(error: CSRFError) -> ResponseReturnValue:
    """The form lay open longer than the browser kept its cookie: the same text, to be sent once more.

    Only a form of our own pages is handed back; another site cannot put words into it.
    """
    if request.headers.get("Sec-Fetch-Site") != "same-origin":
        return csrf_error(error)
    return _again_page((request.view_args or {}).get("slug", "")), 400


def _service(slug: str) -> Service:
    """A service offered to visitors (one of the few there are; an odd address never reaches SQL)."""
    for service in services(current_studio().id, public_only=True):
        if service.slug == slug:
            return service
    raise NotFound


def _terms() -> TermsVersion:
    """The visitors' terms that hold."""
    return newest_terms(current_studio().id, TermsKind.VISIT)


def _form(service: Service) -> VisitForm:
    shown = {"shown": person_check.stamp(now()), "terms_number": _terms().number}
    form = VisitForm(**shown, data=line_visit.known())
    if not service.offers_wear:
        form.leave_out_wear()
    return form


def _needs_a_person(form: VisitForm) -> bool:
    if person_check.is_vouched(form.form_token.data or "", form.vouched.data or ""):
        return False
    return person_check.looks_like_a_machine(
        trap=form.website.data or "", shown=form.shown.data or "", at=now()
    )


def _book_once(form: VisitForm, service: Service, wish: Wish, starts_at: datetime) -> None:
    token = form.form_token.data or ""
    if not first_use(token, "visit", now=now()):
        return
    booking = book_visit(_request(form, service, wish, starts_at), by=VISITOR, now=now())
    keep_result(token, url_for("book.done", token=manage_token(guests_of(booking.id)[0])))


def _booked(led_to: str | None) -> Response:
    """What the browser keeps once it stands, also of a form sent twice: the first answer may never have come."""
    campaign.forget()
    line_visit.forget()
    if not led_to:
        return redirect(url_for("book.index"), code=303)
    own_visits.remember(led_to)
    return redirect(led_to, code=303)


def _request(form: VisitForm, service: Service, wish: Wish, starts_at: datetime) -> VisitRequest:
    return VisitRequest(
        studio=current_studio(),
        service=service,
        starts_at=starts_at,
        trainer_id=wish.trainer_id,
        is_named=wish.trainer is not None,
        wants_woman=wish.woman,
        name=form.name.data or "",
        kana=form.kana.data or "",
        phone=form.phone.data or "",
        mail=form.mail.data or "",
        needs_wear=form.borrows,
        wear_size=form.wear_size.data or "" if form.borrows else "",
        shoe_cm=form.shoe_cm.data or "" if form.borrows else "",
        enquiry=form.enquiry.data or "",
        language=language(),
        follow_up=form.follow_up.data,
        wording=_wording(form),
        held=own_visits.seats(),
        **campaign.remembered(),
        **line_visit.origin(),
    )


def _wording(form: VisitForm) -> str:
    """The version of the terms that could be read when the page was opened, also if another came meanwhile."""
    found = terms_versions(current_studio().id, TermsKind.VISIT)
    shown = (one for one in found if str(one.number) == form.terms_number.data)
    return next(shown, found[0]).wording


def _form_page(
    form: VisitForm, service: Service, wish: Wish, starts_at: datetime, *, refusal: NotFree | None = None,
    own: OwnVisit | None = None,
) -> str:  # fmt: skip
    return render_template(
        "bookings/public_details.html",
        form=form,
        service=service,
        wish=wish,
        starts_at=starts_at,
        costs=house_words(service, starts_at),
        action=url_for("book.send", slug=service.slug, at=write_start(starts_at), **wish.values()),
        on_line=line_visit.is_open(),
        back=url_for("book.slots", slug=service.slug, day=iso_day(starts_at), **wish.values()),
        refusal=refusal and _told(refusal),
        own=own,
        nearest=nearest_offers(refusal, wish) if refusal else [],
    )


def _told(refusal: NotFree) -> str:
    """Who is in the way is nobody's business here."""
    if isinstance(refusal, SlotTaken) and refusal.message != GUEST_TAKEN:
        return _("This time has just been taken. Everything you typed is still here.")
    return say(refusal)


def _again_page(slug: str, *, vouched: str = "", busy: bool = False) -> str:
    """A page with everything that was sent in hidden fields and one button."""
    target = url_for("book.send", slug=slug, **_flat(request.args))
    return render_template(
        "bookings/public_again.html", target=target, sent=_sent(), vouched=vouched, busy=busy
    )


def _sent() -> list[tuple[str, str]]:
    left_out = {"csrf_token", "website", "vouched"}
    known = {*VisitForm()._fields, "other"} - left_out
    return [(name, value) for name, value in request.form.items() if name in known]


def _flat(values: Mapping[str, str]) -> dict[str, str]:
    return {name: values[name] for name in ("at", "trainer", "women") if values.get(name)}

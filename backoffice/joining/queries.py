"""Questions about joining: discounts and terms of the house, one paper, who was referred by whom."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from sqlalchemy import func, or_, select

from backoffice.clients.models import Client
from backoffice.core import links
from backoffice.core.db import db
from backoffice.joining.models import Discount, JoiningPaper, PaperDiscount, TermsKind, TermsVersion
from backoffice.memberships.models import Plan
from backoffice.people.models import Person
from backoffice.staff.models import Trainer
from backoffice.studio.scope import of_studio

LINK = "joining"
LINK_HOLDS = timedelta(days=14)


class Referred(NamedTuple):
    """The other side of a referral, and when its joining was."""

    person_id: int
    name: str
    joined_on: date


@dataclass(frozen=True)
class Agreed:
    """What a paper says, with the rows it speaks of."""

    paper: JoiningPaper
    plan: Plan
    trainer: Trainer | None
    referrer: Person | None
    discounts: list[PaperDiscount]


def discounts(studio_id: int, *, with_archived: bool = False) -> list[Discount]:
    """The discounts of the house in their order, those out of use last."""
    query = select(Discount).where(Discount.studio_id == studio_id)
    if not with_archived:
        query = query.where(Discount.archived_at.is_(None))
    order = (Discount.archived_at.is_not(None), Discount.position, Discount.id)
    return list(db.session.scalars(query.order_by(*order)))


def discounts_on(studio_id: int, day: date, *, also: Collection[int] = ()) -> list[Discount]:
    """Those that hold for somebody who signs on a day, and some by their id that were taken before."""
    holds = (
        or_(Discount.valid_from.is_(None), Discount.valid_from <= day)
        & or_(Discount.valid_until.is_(None), Discount.valid_until >= day)
        & Discount.archived_at.is_(None)
    )
    query = select(Discount).where(Discount.studio_id == studio_id, or_(holds, Discount.id.in_(also)))
    return list(db.session.scalars(query.order_by(Discount.position, Discount.id)))


def discount(studio_id: int, discount_id: int) -> Discount:
    """One discount. Raises `NotFound`."""
    return of_studio(Discount, studio_id, discount_id)


def newest_terms(studio_id: int, kind: TermsKind = TermsKind.MEMBERSHIP) -> TermsVersion:
    """The terms that hold; a gym has some from its first day."""
    query = select(TermsVersion).where(TermsVersion.studio_id == studio_id, TermsVersion.kind == kind)
    return db.session.scalars(query.order_by(TermsVersion.number.desc()).limit(1)).one()


def terms_versions(studio_id: int, kind: TermsKind = TermsKind.MEMBERSHIP) -> list[TermsVersion]:
    """Every version of the terms of a kind, the newest first."""
    query = select(TermsVersion).where(TermsVersion.studio_id == studio_id, TermsVersion.kind == kind)
    return list(db.session.scalars(query.order_by(TermsVersion.number.desc())))


def terms_of(paper: JoiningPaper) -> TermsVersion:
    """The terms that were signed, or those that will be."""
    signed = None if paper.terms_id is None else db.session.get(TermsVersion, paper.terms_id)
    return signed or newest_terms(paper.studio_id)


def paper(studio_id: int, paper_id: int) -> JoiningPaper:
    """One paper. Raises `NotFound`."""
    return of_studio(JoiningPaper, studio_id, paper_id)


def open_paper_of(studio_id: int, person_id: int) -> JoiningPaper | None:
    """The draft of somebody, the newest when a merge brought two together."""
    query = select(JoiningPaper).where(
        JoiningPaper.studio_id == studio_id,
        JoiningPaper.person_id == person_id,
        JoiningPaper.joined_at.is_(None),
        JoiningPaper.dropped_at.is_(None),
    )
    return db.session.scalar(query.order_by(JoiningPaper.id.desc()).limit(1))


def papers_of(studio_id: int, person_id: int) -> list[JoiningPaper]:
    """The papers on which somebody joined or is about to, the newest first."""
    query = select(JoiningPaper).where(
        JoiningPaper.studio_id == studio_id,
        JoiningPaper.person_id == person_id,
        JoiningPaper.dropped_at.is_(None),
    )
    return list(db.session.scalars(query.order_by(JoiningPaper.id.desc())))


def agreed(found: JoiningPaper) -> Agreed:
    """A paper with the names of what it speaks of."""
    get = db.session.get
    taken = select(PaperDiscount).where(PaperDiscount.paper_id == found.id).order_by(PaperDiscount.id)
    return Agreed(
        paper=found,
        plan=db.session.get_one(Plan, found.plan_id),
        trainer=None if found.main_trainer_id is None else get(Trainer, found.main_trainer_id),
        referrer=None if found.referrer_id is None else get(Person, found.referrer_id),
        discounts=list(db.session.scalars(taken)),
    )


def member_by_number(number: int) -> int | None:
    """The person who carries a member number."""
    return db.session.scalar(select(Client.person_id).where(Client.member_number == number))


def members_among(person_ids: Collection[int]) -> list[int]:
    """Those of these people who are members."""
    return list(db.session.scalars(select(Client.person_id).where(Client.person_id.in_(person_ids))))


def referred_by(person_id: int) -> Referred | None:
    """Who brought somebody."""
    return next(iter(_referrals(JoiningPaper.person_id == person_id, JoiningPaper.referrer_id)), None)


def has_referred(person_id: int) -> list[Referred]:
    """Whom somebody brought, the newest first."""
    return _referrals(JoiningPaper.referrer_id == person_id, JoiningPaper.person_id)


def _referrals(whose: object, other: object) -> list[Referred]:
    shown = func.coalesce(func.nullif(Person.name, ""), Person.kana)
    query = (
        select(Person.id, shown, JoiningPaper.starts_on)
        .join(Person, Person.id == other)
        .where(
            whose,  # type: ignore[arg-type]
            JoiningPaper.joined_at.is_not(None),
            JoiningPaper.referrer_id != JoiningPaper.person_id,  # two sides that turned out to be one
        )
        .order_by(JoiningPaper.id.desc())
    )
    return [Referred._make(row) for row in db.session.execute(query)]


def paper_path(paper_id: int, *, with_staff: int = 0) -> str:
    """The path of the page on which somebody fills their papers in; `with_staff` who hands over the tablet."""
    return f"/papers/{links.sign(LINK, paper_id, with_staff)}"


def copy_path(person_id: int) -> str:
    """The path of the page with the copy of the papers somebody joined on last; empty when none is kept."""
    query = select(JoiningPaper.id).where(
        JoiningPaper.person_id == person_id,
        JoiningPaper.joined_at.is_not(None),
        JoiningPaper.file_id.is_not(None),
    )
    found = db.session.scalar(query.order_by(JoiningPaper.id.desc()).limit(1))
    return "" if found is None else f"{paper_path(found)}/done"


def paper_by_token(token: str) -> tuple[int, int] | None:
    """Which paper a link opens, and who handed it over (0: nobody); None for a forged or old one."""
    parts = links.read(LINK, token, LINK_HOLDS)
    if parts is None or len(parts) != 2 or not all(isinstance(part, int) for part in parts):
        return None
    return int(parts[0]), int(parts[1])

"""The papers: begun by the desk, filled in and signed by the new member, and finished, which makes them one."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import delete

from backoffice.billing.models import PaymentKind
from backoffice.clients.actions import AlreadyMember
from backoffice.clients.models import Client
from backoffice.clients.queries import client_of, has_left
from backoffice.core.audit import Actor, record
from backoffice.core.clock import local_date
from backoffice.core.db import db
from backoffice.core.errors import DomainError, Invalid, SeveralInvalid, check_version
from backoffice.core.language import N_, translate
from backoffice.files.actions import add_file, open_file
from backoffice.files.models import MediaType, Shelf
from backoffice.files.reading import ReadyFile
from backoffice.joining import answers as written
from backoffice.joining import money, queries, signing
from backoffice.joining.answers import Answers
from backoffice.joining.contract import contract_now
from backoffice.joining.copy import TITLE, draw_copy
from backoffice.joining.models import JoiningPaper, PaperDiscount
from backoffice.joining.prices import take_off
from backoffice.leads.models import Lead
from backoffice.memberships.actions import Joining, check_start, join
from backoffice.memberships.models import Plan
from backoffice.memberships.queries import joined_with
from backoffice.memberships.queries import plan as find_plan
from backoffice.memberships.rejoining import OldTickets, check_first_day
from backoffice.people.actions import record_consent, update_person
from backoffice.people.details import Details, details_of, save_details
from backoffice.people.models import Person, Purpose
from backoffice.people.queries import held_person
from backoffice.studio.models import Studio
from backoffice.studio.scope import of_studio

MOST_FEE = 1_000_000
"""Yen."""
AGREE = N_("You can join only with the terms.")
THEMSELVES = N_("Nobody can refer themselves.")
NOT_ON_OFFER = N_("One of the discounts does not hold any more. Please choose again.")
PLAN_CHANGED = N_("The plan has changed. Please save the agreement again and let it be signed.")


class Closed(DomainError):
    """Somebody has joined on these papers, or they were put away."""

    status = 409
    message = N_("These papers are closed.")


class Unsigned(DomainError):
    """Nobody joins on papers that are not signed."""

    status = 409
    message = N_("These papers are not signed yet.")


class TrialUnpaid(DomainError):
    """Only a trial fee that was paid can be credited."""

    status = 409
    message = N_(
        "The trial fee that is credited has not been paid. Please choose how it is paid, or save the agreement again."
    )


@dataclass(frozen=True)
class Agreement:
    """What desk and guest agree on: plan, first day, trainer, joining fee in yen, discounts, who referred them."""

    plan_id: int
    starts_on: date
    main_trainer_id: int | None
    joining_fee_yen: int
    discount_ids: Collection[int] = ()
    referrer_id: int | None = None


@dataclass(frozen=True)
class Signing:
    """What is drawn and ticked: signature, the guardian's where one is needed, the version of the terms shown."""

    signature: str
    guardian_signature: str
    agrees: bool
    terms_number: int
    language: str
    with_staff: str = ""


def begin_paper(
    person: Person, agreement: Agreement, *, studio: Studio, lead: Lead | None, by: Actor, now: datetime
) -> JoiningPaper:
    """Begin the papers of somebody; the draft there is already takes over what was agreed now.

    Raises `AlreadyMember`, `MergedAway`, and refuses what `change_agreement` refuses.
    """
    held_person(person.id)
    client = client_of(person.id)
    if client is not None and not has_left(client, local_date(now, studio.zone)):
        raise AlreadyMember
    found = queries.open_paper_of(studio.id, person.id)
    if found is not None:
        return change_agreement(studio, found.id, agreement, version=None, by=by, now=now)
    made = JoiningPaper(
        studio_id=studio.id, person_id=person.id, lead_id=None if lead is None else lead.id,
        answers=written.packed(_known(person)), created_at=now, created_by=by.label,
    )  # fmt: skip
    _write(made, agreement, studio, now)
    record("joining.begun", "joining", made.id, by=by, now=now, person_id=person.id, after=_audited(made))
    return made


def change_agreement(
    studio: Studio, paper_id: int, agreement: Agreement, *, version: int | None, by: Actor, now: datetime
) -> JoiningPaper:
    """Agree on something else: what was signed before does not hold any more.

    Refuses (Invalid) a plan that would be over, a discount that does not hold, somebody who refers themselves; raises
    `NotFound`, `Closed`, `Stale`.
    """
    paper = _open(studio, paper_id, version)
    before = _audited(paper)
    _write(paper, agreement, studio, now)
    paper.signed_at = paper.signature = paper.guardian_signature = paper.terms_id = None
    paper.version += 1
    record(
        "joining.changed", "joining", paper.id, by=by, now=now, person_id=paper.person_id, before=before,
        after=_audited(paper),
    )  # fmt: skip
    return paper


def keep_answers(
    studio: Studio, paper_id: int, typed: Answers, *, version: int | None, by: Actor, now: datetime
) -> JoiningPaper:
    """Keep what was written so far, complete or not. Raises `NotFound`, `Closed`, `Stale`."""
    paper = _open(studio, paper_id, version)
    paper.answers = written.packed(written.tidied(typed))
    paper.signed_at = paper.signature = paper.guardian_signature = paper.terms_id = None
    paper.version += 1
    record("joining.saved", "joining", paper.id, by=by, now=now, person_id=paper.person_id)
    return paper


def sign(
    studio: Studio,
    paper_id: int,
    typed: Answers,
    signing_: Signing,
    *,
    version: int | None,
    by: Actor,
    now: datetime,
) -> JoiningPaper:
    """Keep the papers as they were filled in and signed, with the terms shown.

    Refuses (`SeveralInvalid`) the `faults` of what was sent;
    raises `Stale` when the papers or the terms have changed since they were shown, `Closed`, `NotFound`.
    """
    paper = _open(studio, paper_id, version)
    terms = queries.newest_terms(studio.id)
    check_version(terms.number, signing_.terms_number)
    found = faults(paper, typed, signing_, now=now)
    if found:
        raise SeveralInvalid(found)
    answers = written.as_kept(written.tidied(typed))
    paper.signature = signing_.signature.strip()
    is_minor = answers.needs_guardian(paper.starts_on)
    paper.guardian_signature = signing_.guardian_signature.strip() if is_minor else None
    kept = answers if is_minor else replace(answers, guardian_name="")
    paper.answers, paper.terms_id = written.packed(kept), terms.id
    paper.signed_at, paper.signed_with = now, signing_.with_staff
    paper.version += 1
    record_consent(
        paper.person_id, Purpose.TERMS, True, wording=terms.wording, language=signing_.language,
        source="joining papers", by=by, now=now,
    )  # fmt: skip
    after = {"terms": terms.number, "guardian": is_minor}
    record("joining.signed", "joining", paper.id, by=by, now=now, person_id=paper.person_id, after=after)
    return paper


def faults(paper: JoiningPaper, typed: Answers, signing_: Signing, *, now: datetime) -> list[Invalid]:
    """All that keeps papers from being signed, each on its field, so that it is mended in one go.

    What is missing or cannot be read, terms not agreed to, no signature, a minor without a guardian who signs.
    """
    answers = written.tidied(typed)
    found = written.faults(answers, language=signing_.language, starts_on=paper.starts_on, now=now)
    if not signing_.agrees:
        found.append(Invalid(AGREE, field="agrees"))
    drawn = {"signature": signing_.signature}
    if answers.needs_guardian(paper.starts_on):
        drawn["guardian_signature"] = signing_.guardian_signature
    return found + [
        Invalid(signing.MISSING, field=name) for name, path in drawn.items() if not signing.is_drawn(path)
    ]


def finish(
    studio: Studio,
    paper_id: int,
    *,
    version: int | None,
    paid_with: PaymentKind | None = None,
    old_tickets: OldTickets | None = None,
    by: Actor,
    now: datetime,
) -> Client:
    """Make a member of whoever signed: data, membership, tickets, invoice, copy and welcome in one transaction.

    With `paid_with` the invoice is paid at once, else it stays open. Who has left joins again; `old_tickets` says what
    becomes of those left from before.

    Raises `Unsigned`, `TrialUnpaid`, `Closed` (also for whoever comes second), `Stale`, `AlreadyMember`; refuses
    (Invalid) a plan that has changed since it was agreed on.
    """
    paper = _open(studio, paper_id, version)
    if paper.signed_at is None:
        raise Unsigned
    _take_over(paper, by=by, now=now)
    client = _join(studio, paper, paid_with, old_tickets, by=by, now=now)
    paper.file_id = _keep_copy(studio, paper, client, by=by, now=now)
    return client


def finish_on_paper(
    studio: Studio,
    paper_id: int,
    *,
    version: int | None,
    paid_with: PaymentKind | None = None,
    old_tickets: OldTickets | None = None,
    by: Actor,
    now: datetime,
) -> Client:
    """The same for somebody who signed a printed form, which the desk keeps. As `finish`, but never `Unsigned`."""
    paper = _open(studio, paper_id, version)
    paper.signed_at = paper.signature = paper.guardian_signature = paper.terms_id = None
    return _join(studio, paper, paid_with, old_tickets, by=by, now=now)


def drop(studio: Studio, paper_id: int, *, version: int | None, by: Actor, now: datetime) -> JoiningPaper:
    """Put a draft away: what was written and signed on it is emptied. Raises `NotFound`, `Closed`, `Stale`."""
    paper = _open(studio, paper_id, version)
    paper.dropped_at = now
    paper.answers = paper.signature = paper.guardian_signature = None
    paper.version += 1
    record("joining.dropped", "joining", paper.id, by=by, now=now, person_id=paper.person_id)
    return paper


def hand_over(studio: Studio, paper_id: int, *, by: Actor, now: datetime) -> JoiningPaper:
    """Somebody gets the papers on a screen of the gym: recorded, because whoever holds it answers for them."""
    paper = _open(studio, paper_id, None)
    record("joining.handed_over", "joining", paper.id, by=by, now=now, person_id=paper.person_id)
    return paper


def hand_out_copy(studio: Studio, paper_id: int, *, by: Actor, now: datetime) -> ReadyFile:
    """The copy for whoever signed: as kept since they joined, before that drawn from what was signed. Recorded.

    Raises `Unsigned` where nothing was signed here, or it was erased.
    """
    paper = queries.paper(studio.id, paper_id)
    if paper.file_id is not None:
        file = open_file(studio.id, paper.file_id, Shelf.AGREEMENTS, by=by, now=now)
        return ReadyFile(file.name, MediaType(file.media_type), file.content or b"")
    if paper.signed_at is None or paper.signature is None:
        raise Unsigned
    record("joining.copy_opened", "joining", paper.id, by=by, now=now, person_id=paper.person_id)
    return _drawn(studio, paper, None, now)


def _open(studio: Studio, paper_id: int, version: int | None) -> JoiningPaper:
    """The paper, held until the end of the transaction, after the person it is about."""
    held_person(queries.paper(studio.id, paper_id).person_id)
    paper = of_studio(JoiningPaper, studio.id, paper_id, lock=True)
    if not paper.is_open:
        raise Closed
    check_version(paper.version, version)
    return paper


def _write(paper: JoiningPaper, agreement: Agreement, studio: Studio, now: datetime) -> None:
    """Put the agreement and what it takes off on the paper, checked."""
    today = local_date(now, studio.zone)
    plan = find_plan(studio.id, agreement.plan_id)
    check_start(plan, agreement.starts_on, today=today)
    client = client_of(paper.person_id)
    if client is not None:
        check_first_day(client, agreement.starts_on)
    if not 0 <= agreement.joining_fee_yen <= MOST_FEE:
        raise Invalid(field="joining_fee_yen")
    if agreement.referrer_id == paper.person_id:
        raise Invalid(THEMSELVES, field="referrer")
    paper.plan_id, paper.plan_version, paper.price_yen = plan.id, plan.version, plan.price_yen
    paper.contract = contract_now(plan, studio)
    paper.starts_on = agreement.starts_on
    paper.main_trainer_id, paper.referrer_id = agreement.main_trainer_id, agreement.referrer_id
    paper.joining_fee_yen = agreement.joining_fee_yen
    db.session.add(paper)
    db.session.flush()
    _take_discounts(paper, agreement.discount_ids, today)
    paper.deposit_yen, paper.trial_credit_yen = plan.deposit_yen, 0
    left = money.total_yen(queries.agreed(paper)) - paper.deposit_yen
    paper.trial_credit_yen = money.trial_credit(paper.person_id, plan, studio, left_yen=left, now=now)
    db.session.flush()


def _take_discounts(paper: JoiningPaper, discount_ids: Collection[int], today: date) -> None:
    earlier = {one.discount_id for one in queries.agreed(paper).discounts}
    offered = queries.discounts_on(paper.studio_id, today, also=earlier)
    chosen = [one for one in offered if one.id in set(discount_ids)]
    if len(chosen) != len(set(discount_ids)):
        raise Invalid(NOT_ON_OFFER, field="discount_ids")
    db.session.execute(delete(PaperDiscount).where(PaperDiscount.paper_id == paper.id))
    for one, yen in take_off(chosen, price_yen=paper.price_yen, fee_yen=paper.joining_fee_yen):
        db.session.add(
            PaperDiscount(
                paper_id=paper.id,
                discount_id=one.id,
                taken_from=one.taken_from,
                name_ja=one.name_ja,
                name_en=one.name_en,
                yen=yen,
            )
        )
    db.session.flush()


def _known(person: Person) -> Answers:
    """What the gym knows already stands on the papers from the start."""
    details = details_of(person.id)
    return Answers(
        name=person.name,
        kana=person.kana,
        birth_date="" if person.birth_date is None else person.birth_date.isoformat(),
        postal_code=details.postal_code,
        address=details.address,
        phone=person.phones[0].raw if person.phones else "",
        mail=person.mails[0].raw if person.mails else "",
        emergency_name=details.emergency_name,
        emergency_relation=details.emergency_relation,
        emergency_phone=details.emergency_phone,
    )


def _take_over(paper: JoiningPaper, *, by: Actor, now: datetime) -> None:
    """What was signed is from now on what is known of the person; other phones and addresses stay."""
    person, answers = held_person(paper.person_id), written.unpacked(paper.answers)
    update_person(
        person, name=answers.name, kana=answers.kana, former_name=person.former_name,
        phones=[*(phone.raw for phone in person.phones), answers.phone],
        mails=[*(mail.raw for mail in person.mails), answers.mail],
        language=person.language, gender=person.gender, birth_date=answers.born, version=None, by=by, now=now,
    )  # fmt: skip
    known = details_of(person.id)
    texts = {name: getattr(answers, name) for name in Details.TEXTS}
    save_details(person.id, Details(**texts, version=known.version), by=by, now=now)


def _join(
    studio: Studio,
    paper: JoiningPaper,
    paid_with: PaymentKind | None,
    old_tickets: OldTickets | None,
    *,
    by: Actor,
    now: datetime,
) -> Client:
    """Join on the paper, charge it and close it."""
    if db.session.get_one(Plan, paper.plan_id, populate_existing=True).version != paper.plan_version:
        raise Invalid(PLAN_CHANGED)
    if not money.is_trial_paid(queries.agreed(paper)):
        raise TrialUnpaid(field="fee")
    lead = None if paper.lead_id is None else db.session.get_one(Lead, paper.lead_id)
    off_yen = money.off_plan(queries.agreed(paper))
    terms = Joining(paper.plan_id, paper.starts_on, paper.main_trainer_id, off_yen, old_tickets)
    client = join(held_person(paper.person_id), terms, studio_id=studio.id, lead=lead, by=by, now=now)
    membership = joined_with(client.id)
    paper.membership_id = membership.id
    invoice = money.charge_joining(studio, queries.agreed(paper), membership, paid_with, by=by, now=now)
    paper.invoice_id = None if invoice is None else invoice.id
    paper.joined_at, paper.joined_by = now, by.label
    paper.version += 1
    after = {"membership_id": paper.membership_id, "on_tablet": paper.signed_at is not None}
    record("joining.finished", "joining", paper.id, by=by, now=now, person_id=paper.person_id, after=after)
    return client


def _keep_copy(studio: Studio, paper: JoiningPaper, client: Client, *, by: Actor, now: datetime) -> int:
    """The copy as a file of the person, on a shelf from which nothing is taken away."""
    ready = _drawn(studio, paper, client.member_number, now)
    return add_file(studio.id, paper.person_id, Shelf.AGREEMENTS, ready, by=by, now=now).id


def _drawn(studio: Studio, paper: JoiningPaper, member_number: int | None, now: datetime) -> ReadyFile:
    """The signed papers as a PDF in the language of the person, under its name."""
    language = held_person(paper.person_id).language
    content = draw_copy(
        studio,
        queries.agreed(paper),
        queries.terms_of(paper),
        member_number=member_number,
        language=language,
        at=now,
    )
    name = f"{translate(TITLE, language)} {member_number or ''}".strip()
    return ReadyFile(f"{name}.pdf", MediaType.PDF, content)


def _audited(paper: JoiningPaper) -> dict[str, object]:
    return {
        "plan_id": paper.plan_id,
        "starts_on": paper.starts_on,
        "joining_fee_yen": paper.joining_fee_yen,
        "referrer_id": paper.referrer_id,
    }

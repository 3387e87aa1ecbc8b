"""What each row of an enquiry file is: a new person, a second enquiry, somebody's family, or nothing usable."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from backoffice.core.contact import Identity, same_person
from backoffice.leads.enquiry_file import EnquiryRow


class RowKind(StrEnum):
    """Each row is exactly one of these; the values are the names under which they are counted."""

    NEW = "people"
    AGAIN = "duplicates"
    FAMILY = "same_phone_other_person"
    UNCLEAR = "warnings"
    REJECTED = "rejected"
    BLANK = "blank"


@dataclass(slots=True, eq=False)
class KnownPerson:
    """Somebody a row may be: from the database (`person_id`) or from an earlier row of the file."""

    identities: list[Identity]
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A row, what it is, and whose it is. Rows of one person share one `who`; rejected and blank have none."""

    row: EnquiryRow
    kind: RowKind
    who: KnownPerson | None = None


@dataclass(slots=True)
class _Registry:
    """People by each phone and address they are reached at."""

    by_contact: dict[str, list[KnownPerson]] = field(default_factory=dict)

    def add(self, who: KnownPerson, identity: Identity) -> None:
        for contact in identity.phones | identity.mails:
            sharing = self.by_contact.setdefault(contact, [])
            if who not in sharing:
                sharing.append(who)

    def sharing(self, identity: Identity) -> list[KnownPerson]:
        contacts = sorted(identity.phones | identity.mails)
        return [who for contact in contacts for who in self.by_contact.get(contact, [])]


def judge(rows: Iterable[EnquiryRow], known: Sequence[KnownPerson] = ()) -> list[Judged]:
    """Judge every row in the order of the file. A row is somebody already met when `same_person` says so.

    Without `known` the answer depends on the file alone, so it is the same however often it is asked.
    """
    people = _Registry()
    for who in known:
        for identity in who.identities:
            people.add(who, identity)
    return [_judge(row, people) for row in rows]


def count(judged: Iterable[Judged]) -> dict[str, int]:
    """How many rows are of each kind, and all of them as `rows`."""
    kinds = Counter(one.kind for one in judged)
    return {kind.value: kinds[kind] for kind in RowKind} | {"rows": kinds.total()}


def _judge(row: EnquiryRow, people: _Registry) -> Judged:
    if row.blank:
        return Judged(row, RowKind.BLANK)
    if row.rejected:
        return Judged(row, RowKind.REJECTED)
    identity = row.identity
    sharing = people.sharing(identity)
    for who in sharing:
        if any(same_person(identity, other) for other in who.identities):
            who.identities.append(identity)
            people.add(who, identity)
            return Judged(row, RowKind.AGAIN, who)
    who = KnownPerson([identity])
    people.add(who, identity)
    return Judged(row, _kind_of_newcomer(row, shares_contact=bool(sharing)), who)


def _kind_of_newcomer(row: EnquiryRow, *, shares_contact: bool) -> RowKind:
    if row.warnings:
        return RowKind.UNCLEAR
    return RowKind.FAMILY if shares_contact else RowKind.NEW

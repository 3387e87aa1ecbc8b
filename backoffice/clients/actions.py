"""What makes a person a client."""

from datetime import date, datetime

from sqlalchemy.dialects.postgresql import insert

from backoffice.clients.models import Client, member_numbers
from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import DomainError
from backoffice.core.language import N_


class AlreadyMember(DomainError):
    """The person is a client already; nobody joins twice."""

    status = 409
    message = N_("This person is a member already.")


def register(
    person_id: int, *, joined_on: date, main_trainer_id: int | None, by: Actor, now: datetime
) -> Client:
    """Give a person a member number. Raises `AlreadyMember`, also when two do it at once.

    Numbers come from a sequence: unique under load, and a joining that was rolled back leaves a gap.
    """
    number = db.session.scalar(member_numbers)
    statement = (
        insert(Client)
        .values(
            person_id=person_id,
            member_number=number,
            joined_on=joined_on,
            main_trainer_id=main_trainer_id,
            created_at=now,
            version=1,
        )
        .on_conflict_do_nothing(index_elements=["person_id"])
        .returning(Client)
    )
    client = db.session.scalar(statement)
    if client is None:
        raise AlreadyMember
    after = {"member_number": number, "joined_on": joined_on, "main_trainer_id": main_trainer_id}
    record("client.registered", "client", client.id, person_id=person_id, by=by, now=now, after=after)
    return client

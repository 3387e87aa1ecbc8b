"""Questions about clients."""

from datetime import date

from sqlalchemy import select

from backoffice.clients.models import Client
from backoffice.core.db import db
from backoffice.core.errors import NotFound


def client_of(person_id: int) -> Client | None:
    """The client side of a person; None when they have never joined."""
    return db.session.scalar(select(Client).where(Client.person_id == person_id))


def held_client(client_id: int) -> Client:
    """A client, held until the end of the transaction and read anew. Raises `NotFound`.

    Who sets a last day and who begins an agreement hold them first, so that neither misses the other.
    """
    client = db.session.get(Client, client_id, with_for_update=True, populate_existing=True)
    if client is None:
        raise NotFound
    return client


def has_left(client: Client, day: date) -> bool:
    """Whether a client's last day has passed: they are a member no more, and may join again. Pure."""
    return client.left_on is not None and client.left_on < day


def is_member(person_id: int, day: date) -> bool:
    """Whether a person has joined and not left by a day."""
    client = client_of(person_id)
    return client is not None and not has_left(client, day)

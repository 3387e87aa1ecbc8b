"""Questions about clients."""

from sqlalchemy import select

from backoffice.clients.models import Client
from backoffice.core.db import db


def client_of(person_id: int) -> Client | None:
    """The client side of a person; None when they have never joined."""
    return db.session.scalar(select(Client).where(Client.person_id == person_id))

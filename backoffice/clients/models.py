"""The table of clients."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Integer, Sequence
from sqlalchemy.orm import Mapped, mapped_column

from backoffice.core.db import Base, WithId

member_numbers = Sequence("member_numbers", start=1001, metadata=Base.metadata)


class Client(WithId):
    """The training side of a person from the day they joined. The person's own row is not copied."""

    __tablename__ = "clients"

    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), unique=True)
    member_number: Mapped[int] = mapped_column(Integer, unique=True)
    joined_on: Mapped[date]
    main_trainer_id: Mapped[int | None] = mapped_column(ForeignKey("trainers.id"))
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(Integer, default=1)

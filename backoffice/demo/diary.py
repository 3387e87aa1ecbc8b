"""What every chapter of the demo's story needs: the gym, a die, the present, and a way to find a free hour."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from random import Random

from backoffice.bookings.actions import book
from backoffice.bookings.availability import free_slots
from backoffice.bookings.guests import Guest
from backoffice.bookings.models import Booking, BookingChannel
from backoffice.bookings.refusals import Slot, SlotTaken
from backoffice.core.audit import SYSTEM
from backoffice.demo.names import a_mail, a_name, a_phone
from backoffice.leads.models import Lead
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.staff.models import Staff, Trainer
from backoffice.studio.models import Service, Studio
from backoffice.studio.queries import services

Progress = Callable[[str, int, int], None]
"""Called with what is being told, how much is done, how much there is."""


@dataclass
class Diary:
    """The gym whose story is told, and the present at which it ends."""

    studio: Studio
    desk: Staff
    trainers: list[Trainer]
    random: Random
    now: datetime
    progress: Progress
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        self.services = {service.slug: service for service in services(self.studio.id)}

    def meet(self, at: datetime) -> Person:
        """Somebody new: four in five with a mail address, one in twelve writes English."""
        name, kana, gender = a_name(self.random)
        number = next(self.numbers)
        mails = [a_mail(number)] if self.random.random() < 0.8 else []
        language = "en" if self.random.random() < 0.08 else "ja"
        return create_person(
            name=name,
            kana=kana,
            gender=gender,
            phones=[a_phone(number)],
            mails=mails,
            language=language,
            by=SYSTEM,
            now=at,
        )

    def free(self, service: Service, day: date, at: datetime, trainer_id: int | None = None) -> list[Slot]:
        """The free slots of a day as they were at `at`."""
        return free_slots(self.studio, service, day, day, now=at, trainer_id=trainer_id)

    def book(
        self, service: Service, slot: Slot, guests: list[Guest], *, at: datetime, lead: Lead | None = None
    ) -> Booking | None:
        """Book a slot as it was done at `at`; None when a guest turned out to be busy."""
        channel = self.random.choice(list(BookingChannel))
        try:
            return book(
                studio=self.studio,
                service=service,
                trainer_id=slot.trainer_id,
                starts_at=slot.starts_at,
                participants=guests,
                channel=channel,
                lead=lead,
                is_named=self.random.random() < 0.3,
                by=SYSTEM,
                now=at,
            )
        except SlotTaken:
            return None

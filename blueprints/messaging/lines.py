"""What went and what is planned, on the pages of people, bookings and leads: one list, the same everywhere."""

from typing import Any

from backoffice.reports.message_lines import message_lines
from blueprints.bookings.reader import opens_booking
from blueprints.messaging import words
from blueprints.messaging.ahead import possible


def lines_about(
    *, person_id: int | None = None, booking_id: int | None = None, lead_id: int | None = None
) -> dict[str, Any]:
    """What templates/messaging/_lines.html needs. A button pressed there comes back to the same page."""
    back = "person" if person_id is not None else "booking" if booking_id is not None else "lead"
    return {
        "lines": message_lines(person_id=person_id, booking_id=booking_id, lead_id=lead_id),
        "lines_back": back,
        "lines_open": opens_booking(),
        "lines_can": possible,
        "line_kinds": words.kind_words(),
        "line_states": words.STATES,
    }

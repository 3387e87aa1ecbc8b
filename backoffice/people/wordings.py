"""What people agree to apart from a booking, word for word. A changed text gets a new version; a consent names it."""

from typing import NamedTuple

from backoffice.core.language import N_
from backoffice.people.models import Purpose


class Wording(NamedTuple):
    """A text to agree to and its version."""

    version: str
    text: str


WORDINGS = {
    Purpose.HEALTH: Wording(
        "health 2026-11",
        N_("I agree that the studio keeps these answers for my training; only trainers read them."),
    ),
    Purpose.PHOTOS: Wording(
        "photos 2026-11-29",
        N_(
            "I agree that photos of my progress that my trainers take, and photos of meals that I send, are kept"
            " encrypted; nobody but my trainers sees them."
        ),
    ),
    Purpose.HEALTH_CHAT: Wording(
        "health chat 2026-11-29",
        N_(
            "I agree that my trainer answers me on LINE about food, sleep and how my body feels when I write about it"
            " there. What is sent on LINE also lies with LINE."
        ),
    ),
    Purpose.MARKETING: Wording(
        "marketing 2026-11", N_("I would like news and offers of the studio by mail or LINE.")
    ),
}

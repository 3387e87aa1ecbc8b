"""What the palette can open by name, in both languages."""

from dataclasses import dataclass, field

from backoffice.core.contact import fold_name
from backoffice.core.language import N_, Language, translate
from backoffice.staff.permissions import Permission
from blueprints.support.navigation import NAV


@dataclass(frozen=True)
class Page:
    """An action or a page, and what else people call it. `books` opens the quick booking instead of a page."""

    label: str
    permission: Permission
    endpoint: str = ""
    icon: str = ""
    books: bool = False
    keys: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Fold the names once: they are compared at every key pressed."""
        names = (translate(self.label, language) for language in Language)
        object.__setattr__(self, "keys", tuple(fold_name(name) for name in names))


def pages() -> tuple[Page, ...]:
    """Every page and action, the most used first."""
    return (
        Page(N_("New booking"), Permission.BOOKINGS_EDIT, icon="calendar-plus", books=True),
        Page(N_("New enquiry"), Permission.LEADS_EDIT, "leads.new", icon="plus"),
        Page(N_("Import enquiries"), Permission.LEADS_IMPORT, "imports.choose", icon="file-upload"),
        Page(N_("New exercise"), Permission.EXERCISES_EDIT, "exercises.new", icon="plus"),
        Page(
            N_("Import exercises"), Permission.EXERCISES_IMPORT, "exercise_imports.choose", icon="file-upload"
        ),
        Page(N_("A trainer cannot come"), Permission.BOOKINGS_EDIT, "replanning.new", icon="user-off"),
        Page(N_("Renewals due"), Permission.JOINING_EDIT, "renewals.index", icon="ticket"),
        Page(N_("Waiting list"), Permission.BOOKINGS_EDIT, "waiting.index", icon="hourglass"),
        Page(
            N_("Bookings outside working hours"),
            Permission.BOOKINGS_EDIT,
            "shifts.outside",
            icon="calendar-off",
        ),
        Page(N_("Data in and out"), Permission.EXPORTS_MAKE, "exchange.index", icon="download"),
        *(Page(item.label, item.permission, item.endpoint, icon=item.icon) for item in NAV),
    )

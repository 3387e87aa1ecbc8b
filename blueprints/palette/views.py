"""The palette's answers while somebody types: pages by name, people by any key."""

from functools import cache

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from backoffice.core.contact import fold_name
from backoffice.people.search import find_people
from backoffice.staff.permissions import Permission
from blueprints.palette.pages import Page, pages
from blueprints.people.scope import only_visible
from blueprints.support.access import may, permit

palette = Blueprint("palette", __name__)

MOST_PEOPLE = 7
MOST_PAGES = 5
LONGEST = 100


@palette.post("/palette")
@permit(Permission.PEOPLE_VIEW)
def find() -> ResponseReturnValue:
    """Options for what was typed (a fragment); with `books`, whom to book. A POST: logs keep addresses."""
    typed = request.form.get("q", "")[:LONGEST].replace("\0", "")
    books = bool(request.form.get("books")) and may(Permission.BOOKINGS_EDIT)
    people = []
    if typed.strip():
        people = find_people(typed, limit=MOST_PEOPLE, only=only_visible())
    return render_template(
        "palette/_options.html", typed=typed, books=books, people=people, pages=[] if books else _named(typed)
    )


def _named(typed: str) -> list[Page]:
    key = fold_name(typed)
    return [page for page in _pages() if may(page.permission) and any(key in name for name in page.keys)][
        :MOST_PAGES
    ]


_pages = cache(pages)

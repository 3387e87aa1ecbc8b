"""Lists of the set-up are read once by a process, and a change shows at the very next page."""

from collections.abc import Callable

from sqlalchemy import text
from sqlalchemy.orm import Session

from backoffice.staff.models import Role
from tests.pages import PageClient
from tests.statements import statements


def test_a_second_page_does_not_ask_again(sign_in: Callable[..., PageClient]) -> None:
    client = sign_in(Role.FRONT_DESK)
    client.get("/leads")
    with statements() as sent:
        client.get("/leads")
    assert not [one for one in sent if "FROM lead_sources" in one or "FROM studios " in one]
    assert len(sent) == 3  # who is asking, the leads, and how many wait in the inbox


def test_a_new_name_shows_at_once(sign_in: Callable[..., PageClient], session: Session) -> None:
    client = sign_in(Role.FRONT_DESK)
    assert "町内会の回覧" not in client.get("/leads").get_data(as_text=True)
    session.execute(text("update lead_sources set name_ja = '町内会の回覧' where key = 'line'"))
    assert "町内会の回覧" in client.get("/leads").get_data(as_text=True)


def test_visitors_see_a_change_at_once_too(client: PageClient, session: Session, gym: object) -> None:
    client.get("/book")
    session.execute(text("update studios set name_ja = '新しい整'"))
    assert "新しい整" in client.get("/book").get_data(as_text=True)

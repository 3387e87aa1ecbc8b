"""The index of pieces never hides anybody: what a text holds, its pieces hold."""

import random

from sqlalchemy import text
from sqlalchemy.orm import Session

from backoffice.core.audit import Actor
from backoffice.core.contact import grams
from backoffice.people.actions import create_person
from backoffice.people.search import find_people

ALPHABET = "たかはしワタ高橋邊々ーabcxyz019@._%\\'é𠮷"


def test_pieces_of_a_needle_are_pieces_of_every_text_that_holds_it(session: Session) -> None:
    dice = random.Random(7)
    texts = [
        " ".join("".join(dice.choices(ALPHABET, k=dice.randint(1, 9))) for _ in range(4)) for _ in range(300)
    ]
    for words in texts:
        held = set(session.scalars(text("select unnest(search_grams(:words))"), {"words": words}))
        word = dice.choice(words.split())
        start = dice.randrange(len(word))
        needle = word[start : dice.randint(start + 1, len(word))]
        assert set(grams(needle)) <= held
        assert not any(" " in piece for piece in held)


def test_a_needle_too_short_for_a_piece_has_none() -> None:
    assert grams("も") == []
    assert grams("ab") == []
    assert grams("もり") == ["もり"]
    assert grams("mori") == ["mor", "ori"]


def test_characters_that_like_treats_as_jokers_stand_for_themselves(
    session: Session, by: Actor, now: object
) -> None:
    create_person(name="山田", mails=["a_b%c@example.com"], by=by, now=now)  # type: ignore[arg-type]
    create_person(name="川田", mails=["aXbYc@example.com"], by=by, now=now)  # type: ignore[arg-type]
    assert [one.name for one in find_people("a_b%c@example.com")] == ["山田"]


def test_the_index_answers(session: Session) -> None:
    """Taken out, the search still finds everybody but reads the whole table; so the plan is asked."""
    session.execute(text("set local enable_seqscan = off"))
    asked = "explain select id from people where search_grams(search) @> '{はし}' and search like '%はし%'"
    assert "ix_people_search_grams" in "\n".join(session.scalars(text(asked)))

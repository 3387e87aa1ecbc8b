"""Results of direct debits: each row judged, written once, failed ones stay open with one task."""

from datetime import datetime

import pytest

from backoffice.billing.debits import PAID_ALREADY, Verdict, import_file, judge, keep_file
from backoffice.billing.queries import items, open_yen
from backoffice.clients.actions import register
from backoffice.core.audit import Actor
from backoffice.core.db import db, transaction
from backoffice.core.errors import Invalid
from backoffice.people.models import Person
from backoffice.studio.models import Studio
from backoffice.todos.models import Todo, TodoKind

from .conftest import TODAY

HEAD = "会員番号,金額,結果\n"


def load(text: str, studio: Studio, by: Actor, now: datetime, times: int = 1) -> dict[Verdict, int]:
    with transaction():
        upload = keep_file(text.encode(), "furikae.csv", by=by, now=now)
    for _ in range(times):
        with transaction():
            counts = import_file(upload.token, studio, TODAY, by=by, now=now)
    return counts


def test_each_row_has_its_verdict(gym: Studio, guest: Person, charge, by: Actor, now: datetime) -> None:
    with transaction():
        number = register(guest.id, joined_on=TODAY, main_trainer_id=None, by=by, now=now).member_number
    invoice = charge(39_600)
    text = f'{HEAD}{number},"39,600",0\n{number},39601,0\n{number},39600,1\n'
    text += f"{invoice.label},100,7\n99999,1,0\n{number},x,0\n"
    assert [row.verdict.name for row in judge(text.encode(), gym)] == [
        "PAID", "LEFT_OUT", "FAILED", "LEFT_OUT", "LEFT_OUT", "LEFT_OUT",
    ]  # fmt: skip


def test_written_once_however_often(gym: Studio, guest: Person, charge, by: Actor, now: datetime) -> None:
    invoice = charge(39_600)
    text = f"請求書番号,金額,結果\n{invoice.label},10000,0\n"
    assert load(text, gym, by, now, times=2)[Verdict.PAID] == 1  # what it did, not once more
    assert load(text, gym, by, now)[Verdict.KNOWN] == 1
    assert items([invoice.id])[0].paid_yen == 10_000


def test_what_failed_stays_open_with_one_task(
    gym: Studio, guest: Person, charge, by: Actor, now: datetime
) -> None:
    invoice = charge(39_600)
    text = f"請求書番号,金額,結果\n{invoice.label},39600,1\n"
    load(text, gym, by, now, times=2)
    assert open_yen(guest.id, gym.id) == 39_600
    todo = db.session.query(Todo).filter_by(kind=TodoKind.DEBIT_FAILED, person_id=guest.id).one()
    with transaction():
        todo.done_at, todo.done_by = now, "test"
    assert [row.verdict for row in judge(text.encode(), gym)] == [Verdict.KNOWN]
    assert load(text, gym, by, now)[Verdict.KNOWN] == 1  # asked and done: nobody is asked again
    assert db.session.query(Todo).filter_by(kind=TodoKind.DEBIT_FAILED).count() == 1
    assert load(text + " \n", gym, by, now)[Verdict.FAILED] == 1  # the file of another month


def test_two_rows_do_not_take_the_same_yen(
    gym: Studio, guest: Person, charge, by: Actor, now: datetime
) -> None:
    with transaction():
        number = register(guest.id, joined_on=TODAY, main_trainer_id=None, by=by, now=now).member_number
    first, second = charge(10_000), charge(5_000)
    text = f"{HEAD}{number},12000,0\n{first.label},10000,0\n{second.label},3000,0\n{number},1,0\n"
    seen = [row.verdict for row in judge(text.encode(), gym)]
    assert seen == [Verdict.PAID, Verdict.LEFT_OUT, Verdict.PAID, Verdict.LEFT_OUT]
    counts = load(text, gym, by, now)
    assert (counts[Verdict.PAID], counts[Verdict.LEFT_OUT]) == (2, 2)
    assert open_yen(guest.id, gym.id) == 0


@pytest.mark.parametrize("text", ["", "a,b,c\n1,2,3\n", "会員番号,金額\n1,2\n"])
def test_another_file_is_refused(gym: Studio, by: Actor, now: datetime, text: str) -> None:
    with pytest.raises(Invalid), transaction():
        keep_file(text.encode(), "x.csv", by=by, now=now)


def test_what_another_file_brought_is_said_and_not_asked_for_again(
    gym: Studio, guest: Person, charge, by: Actor, now: datetime
) -> None:
    """The same invoice in another file is known; by a member's number somebody has to look, told of the day."""
    with transaction():
        number = register(guest.id, joined_on=TODAY, main_trainer_id=None, by=by, now=now).member_number
    invoice = charge(39_600)
    load(f"請求書番号,金額,結果\n{invoice.label},39600,0\n", gym, by, now)
    text = f"{HEAD}{invoice.label},39600,0\n{number},39600,0\n{number},5000,0\n"
    known, same, other = judge(text.encode(), gym)
    assert (known.verdict, known.taken_on) == (Verdict.KNOWN, TODAY)
    assert (same.verdict, same.why, same.taken_on) == (Verdict.LEFT_OUT, PAID_ALREADY, TODAY)
    assert (other.verdict, other.why, other.taken_on) == (Verdict.LEFT_OUT, PAID_ALREADY, None)


def test_full_width_digits_are_read(gym: Studio, charge, by: Actor, now: datetime) -> None:
    invoice = charge(39_600)
    wide = "".join(chr(ord(one) + 0xFEE0) for one in invoice.label)
    (row,) = judge(f"請求書番号,金額,結果\n{wide},￥３９６００,０\n".encode(), gym)
    assert (row.verdict, row.amount_yen, row.invoices) == (Verdict.PAID, 39_600, (invoice.label,))

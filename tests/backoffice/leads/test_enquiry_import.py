"""Importing real files: what the truth says, in any order, and nothing the second time."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from backoffice.core.audit import Actor, AuditLine
from backoffice.core.clock import local, local_date
from backoffice.leads import enquiry_import
from backoffice.leads.actions import capture_lead
from backoffice.leads.enquiry_file import EnquiryFile, read_enquiries
from backoffice.leads.enquiry_import import Fate
from backoffice.leads.models import Lead, StageChange
from backoffice.people.actions import create_person
from backoffice.people.models import Person
from backoffice.people.queries import person
from backoffice.people.search import find_people
from backoffice.studio.models import SpecialDay, Studio
from backoffice.todos.models import Todo, TodoKind
from tests.statements import statements

DATA = Path(__file__).parents[2] / "data"
FILES = ("enquiries-utf8", "enquiries-excel-cp932")
HEADER = "タイムスタンプ,お名前,フリガナ,電話番号,メールアドレス,ご希望,第一希望日時,きっかけ,ご相談内容"


def load(name: str) -> tuple[EnquiryFile, dict[str, int]]:
    truth: dict[str, int] = json.loads((DATA / f"{name}.truth.json").read_text())
    return read_enquiries((DATA / f"{name}.csv").read_bytes()), truth


def read(*lines: str) -> EnquiryFile:
    return read_enquiries("\n".join((HEADER, *lines)).encode())


def totals(session: Session) -> dict[str, int]:
    tables: Sequence[Any] = (Person, Lead, StageChange, Todo)
    return {
        table.__tablename__: session.scalar(select(func.count()).select_from(table)) or 0 for table in tables
    }


@pytest.mark.parametrize("order", [FILES, FILES[::-1]], ids=["utf8-first", "cp932-first"])
def test_both_files_twice_give_the_truth_once(
    order: tuple[str, str], gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    people = leads = 0
    for name in order:
        file, truth = load(name)
        made = enquiry_import.run(file, studio_id=gym.id, by=by, now=now)
        assert made.counts == truth
        people += truth["people"] + truth["warnings"] + truth["same_phone_other_person"]
        leads += truth["rows"] - truth["rejected"] - truth["blank"]
        after = totals(session)
        assert (after["people"], after["leads"]) == (people, leads)
        assert after["todos"] == after["stage_changes"] == leads
    for name in (*order, *order[::-1]):
        file, truth = load(name)
        again = enquiry_import.run(file, studio_id=gym.id, by=by, now=now + timedelta(days=1))
        assert (again.counts, again.new_leads) == (truth, 0)
    assert totals(session) == after


def test_a_plan_writes_nothing_and_is_what_happens(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    file, truth = load(FILES[0])
    before = totals(session)
    planned = enquiry_import.plan(file)
    assert (planned.counts, totals(session)) == (truth, before)
    done = enquiry_import.run(file, studio_id=gym.id, by=by, now=now)
    assert [row.fate for row in planned.rows] == [row.fate for row in done.rows]


def test_somebody_already_here_gets_a_second_enquiry_and_what_was_not_known(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    known = create_person(name="渡邊 智也", kana="ワタナベ トモヤ", phones=["080-0837-3313"], by=by, now=now)
    capture_lead(known, studio_id=gym.id, source="web", by=by, now=now)
    file = read("2026/9/1 9:00,渡辺智也,,+81 80 0837 3313,new@example.jp,,,,")
    made = enquiry_import.run(file, studio_id=gym.id, by=by, now=now)
    assert [row.fate for row in made.rows] == [Fate.KNOWN_PERSON]
    assert totals(session)["people"] == 1
    assert [mail.address for mail in person(known.id).mails] == ["new@example.jp"]
    assert [row.id for row in find_people("new@example.jp")] == [known.id]


def test_an_enquiry_keeps_its_day_its_words_and_what_nobody_could_read(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    file = read(
        "2026/9/1 9:00,佐藤 春香,サトウ ハルカ,090-12,h@example.jp,体験トレーニング,来週の夜,コラム:くびれ,=1+1"
    )
    enquiry_import.run(file, studio_id=gym.id, by=by, now=now)
    lead = session.scalars(select(Lead)).one()
    assert (lead.source, lead.article, lead.interest) == ("column", "くびれ", "trial")
    assert lead.opened_at == file.rows[0].received_at
    assert lead.enquiry == "=1+1\n第一希望日時: 来週の夜\n電話番号: 090-12"
    todo = session.scalars(select(Todo).where(Todo.kind == TodoKind.NEXT_ACTION)).one()
    assert todo.lead_id == lead.id
    assert local_date(todo.due_at, gym.zone) > local_date(now, gym.zone), "old: not overdue at once"


def test_a_backlog_is_spread_over_days_the_newest_first_and_todays_keeps_its_clock(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    closed, today = timedelta(days=2), local_date(now, gym.zone)
    session.add(SpecialDay(studio_id=gym.id, day=today + closed, name_ja="お盆"))
    lines = [f"2026/9/{1 + n // 24} {n % 24}:00,客{n},キャク,090-1111-{n:04},,,,,\n" for n in range(45)]
    file = read("".join(lines) + "2026/11/24 11:30,今日 花,キョウ,090-2222-0000,,,,,")
    enquiry_import.run(file, studio_id=gym.id, by=by, now=now)
    rows = session.execute(
        select(Lead.opened_at, Todo.due_at)
        .join(Todo, Todo.lead_id == Lead.id)
        .order_by(Lead.opened_at.desc())
    ).all()
    assert rows[0].due_at == rows[0].opened_at + timedelta(hours=1)
    ends = [local(row.due_at, gym.zone) for row in rows[1:]]
    assert [(end.date() - today).days for end in ends] == [1] * 20 + [3] * 20 + [4] * 5, (
        "not on the closed day"
    )
    assert {f"{end:%H:%M}" for end in ends} <= {"20:00", "22:00"}, (
        "by the end of the day, whenever the file came"
    )


def test_an_enquiry_from_the_future_is_from_now(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    enquiry_import.run(read("2062/9/1,佐藤,,,h@example.jp,,,,"), studio_id=gym.id, by=by, now=now)
    assert session.scalars(select(Lead.opened_at)).all() == [now]


def test_one_line_twice_in_a_file_is_one_enquiry(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    line = "2026/9/1 9:00,佐藤,,090-1111-2222,,,,,"
    made = enquiry_import.run(read(line, line), studio_id=gym.id, by=by, now=now)
    assert [row.fate for row in made.rows] == [Fate.NEW_PERSON, Fate.ALREADY]
    assert totals(session)["leads"] == 1


def test_every_person_and_lead_leaves_an_audit_line_without_their_words(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    file = read("2026/9/1 9:00,佐藤,,090-1111-2222,,,,,腰が痛い")
    enquiry_import.run(file, studio_id=gym.id, by=by, now=now)
    lines = session.scalars(select(AuditLine).where(AuditLine.at == now)).all()
    assert {"person.created", "lead.captured", "leads.imported"} <= {line.action for line in lines}
    assert not any("腰" in str(line.after) for line in lines)


def test_rejected_rows_come_back_with_a_reason_and_run_nothing() -> None:
    content = enquiry_import.rejected_csv(
        read("2026/9/1,=1+1,,,,,,,相談", "2026/9/1,佐藤,,090-1111-2222"), "ja"
    )
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert len(rows) == 2
    assert rows[1][1:3] == ["2026/9/1", "'=1+1"]
    assert rows[1][0]


def test_a_large_file_costs_no_more_statements_than_a_small_one(
    gym: Studio, by: Actor, now: datetime, session: Session
) -> None:
    with statements() as small:
        enquiry_import.plan(read("2026/9/1 9:00,佐藤,,090-1111-2222,,,,,"))
    with statements() as large:
        enquiry_import.plan(read(*(f"2026/9/1 9:00,佐藤{n},,090-1111-{n:04},,,,," for n in range(500))))
    assert len(large) == len(small) == 2
    file = read(*(f"2026/9/2 9:00,鈴木{n},,090-2222-{n:04},s{n}@example.jp,,,," for n in range(500)))
    with statements() as written:
        enquiry_import.run(file, studio_id=gym.id, by=by, now=now)
    assert len(written) < 40

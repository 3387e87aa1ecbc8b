"""Migrations: one head, the same schema as the models, and the way back works on a database with a gym in it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import Engine, create_engine, make_url, select, text

from backoffice.all_models import metadata
from backoffice.billing.actions import Line, charge, credit
from backoffice.billing.closing import close_day, reopen_day
from backoffice.billing.models import CreditWhy, DayClose, LineKind
from backoffice.bookings.shift_table import shift_table
from backoffice.core.app import create_base_app
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.config import Settings
from backoffice.core.db import db, transaction
from backoffice.core.migrate import alembic_config, current_revision, downgrade, head_revision, upgrade
from backoffice.inbox.actions import begin
from backoffice.inbox.answers import Draft, answer
from backoffice.inbox.health import Writer
from backoffice.inbox.hearing import heard
from backoffice.inbox.quick_replies import STARTERS
from backoffice.joining.actions import Agreement, begin_paper
from backoffice.joining.defaults import VISIT_JA
from backoffice.joining.models import JoiningPaper
from backoffice.memberships.actions import Joining, join
from backoffice.memberships.leaving import LeavingTerms, leave
from backoffice.memberships.models import LeavingReason
from backoffice.memberships.queries import plans
from backoffice.memberships.rejoining import OldTickets
from backoffice.messaging.conversation import keep_said
from backoffice.messaging.entries import EntryKind
from backoffice.messaging.models import Channel, Kind, Message
from backoffice.people.actions import create_person, record_consent
from backoffice.people.models import Purpose
from backoffice.playbooks.actions import StepDraft, add_step, switch_on
from backoffice.playbooks.models import Entry, Playbook
from backoffice.playbooks.starters import STARTERS as FOLLOW_UPS
from backoffice.shifts.days import set_day
from backoffice.staff.trainers import trainers
from backoffice.studio.queries import the_studio
from backoffice.tickets.actions import adjust
from backoffice.tickets.queries import lots_of
from tests.gym import make_gym


@pytest.fixture
def scratch(settings: Settings) -> Iterator[Engine]:
    """A database of its own, gone afterwards."""
    server = create_engine(settings.database_url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text("create database up_and_down"))
    engine = create_engine(make_url(settings.database_url).set(database="up_and_down"))
    yield engine
    engine.dispose()
    with server.connect() as connection:
        connection.execute(text("drop database up_and_down"))
    server.dispose()


@pytest.fixture
def grown(settings: Settings, scratch: Engine, now: datetime) -> Iterator[Flask]:
    """An application of its own on that database, which is at the head and has the gym of the tests in it."""
    app = create_base_app(replace(settings, database_url=scratch.url.render_as_string(hide_password=False)))
    with app.app_context():
        upgrade(db.engine)
        make_gym(now=now)
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config()).get_heads()) == 1


def test_models_and_schema_do_not_differ(app: Flask, scratch: Engine) -> None:
    upgrade(scratch)
    with scratch.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_up_down_and_up_again_with_a_row_inside(app: Flask, scratch: Engine, now: datetime) -> None:
    upgrade(scratch)
    with scratch.begin() as connection:
        connection.execute(
            text("insert into heartbeats (name, finished_at, detail) values ('backup', :now, '')"),
            {"now": now},
        )
    downgrade(scratch, "base")
    with scratch.connect() as connection:
        assert current_revision(connection) is None
        left = connection.scalars(
            text("select table_name from information_schema.tables where table_schema = 'public'")
        )
        assert set(left) <= {"alembic_version"}
    upgrade(scratch)
    with scratch.connect() as connection:
        assert current_revision(connection) == head_revision()


def test_studios_that_exist_get_the_library_and_kept_enquiry_files_survive_both_ways(
    app: Flask, scratch: Engine, now: datetime
) -> None:
    upgrade(scratch, "0015")
    with scratch.begin() as connection:
        connection.execute(
            text(
                "insert into studios (name_ja, name_en, zone, phone, mail, address_ja, address_en, way_ja, way_en,"
                " bring_ja, bring_en, changing_ja, changing_en, map_url, quiet_from, quiet_to, slot_step_minutes,"
                " horizon_days, version) values ('整', '', 'Asia/Tokyo', '', '', '', '', '', '', '', '', '', '', '',"
                " '21:00', '8:00', 15, 60, 1)"
            )
        )
        connection.execute(
            text(
                "insert into enquiry_uploads (token, file_name, content, created_at, result)"
                " values ('t', 'x.csv', '', :now, '{}')"
            ),
            {"now": now},
        )
    upgrade(scratch)
    with scratch.begin() as connection:
        found = connection.scalars(
            text("select source_key from exercises where search like '%けんこうこつ%'")
        )
        assert found.all() == ["shoulder_blade_circles"]
        assert connection.scalar(text("select count(*) from exercises")) == 11
        assert connection.scalar(text("select kind from uploads")) == "enquiries"
        connection.execute(
            text(
                "insert into uploads (kind, token, file_name, content, created_at, result)"
                " values ('exercises', 'u', 'x.json', '', :now, '{}')"
            ),
            {"now": now},
        )
    downgrade(scratch, "0015")
    with scratch.connect() as connection:
        assert connection.scalars(text("select token from enquiry_uploads")).all() == ["t"]


def test_hours_of_single_days_go_down_as_weekly_hours_of_that_day(grown: Flask, now: datetime) -> None:
    first, last = date(2026, 11, 1), date(2027, 1, 31)
    mori, okada = trainers(the_studio().id)
    with transaction():
        for day, spans in (
            (date(2026, 11, 1), []), (date(2026, 12, 2), [(570, 720), (800, 1000)]), (date(2026, 12, 9), []),
            (date(2027, 1, 31), [(0, 600)]),
        ):  # fmt: skip
            set_day(mori, day, spans, version=None, by=SYSTEM, now=now)
    before = {key: row.spans for key, row in shift_table([mori.id, okada.id], first, last).items()}
    db.session.rollback()
    downgrade(db.engine, "0013")
    upgrade(db.engine)
    after = {key: row.spans for key, row in shift_table([mori.id, okada.id], first, last).items()}
    assert after == {key: spans for key, spans in before.items() if spans}


def test_what_was_said_waits_again_after_the_way_down_and_up(grown: Flask, now: datetime) -> None:
    with transaction():
        known, studio = {"by": SYSTEM, "now": now}, the_studio()
        who = create_person(name="山田 花子", mails=["h@x.jp"], **known)
        person, said = {"person_id": who.id}, {"said_at": now, "now": now, "external_id": "1"}
        entry = keep_said(studio.id, Channel.LINE, EntryKind.TEXT, body="もしもし", **person, **said)
        heard(entry or 0, now)
        draft = Draft("はい", Channel.MAIL, 0)
        answer(studio.id, begin(studio.id, who.id, now=now).id, draft, Writer(), **known)
    db.session.remove()
    downgrade(db.engine, "0036")
    with db.engine.begin() as connection:
        assert connection.scalars(text("select kind from messages")).all() == []
        assert connection.scalar(text("select count(*) from conversation_entries")) == 2
        assert connection.scalar(text("select count(*) from playbooks where 'REPLIED' = any(stops)")) == 0
    upgrade(db.engine)
    with db.engine.begin() as connection:
        assert connection.scalars(text("select waiting_since from conversations")).all() == [now]
        assert connection.scalar(text("select count(*) from quick_replies")) == len(STARTERS)
        assert connection.scalar(text("select count(*) from playbooks where 'REPLIED' = any(stops)")) == 8


def test_playbooks_of_tickets_and_freezes_come_back_without_what_they_sent(
    grown: Flask, now: datetime
) -> None:
    """Also the steps that send their messages in other playbooks go on the way down."""
    known = {"by": SYSTEM, "now": now}
    with transaction():
        who, studio = create_person(name="山田 花子", mails=["h@x.jp"], **known), the_studio()
        pack = next(plan for plan in plans(studio.id) if not plan.is_monthly)
        join(who, Joining(pack.id, now.date(), None), studio_id=studio.id, lead=None, **known)
        adjust(lots_of(who.id)[0].grant.id, -15, note="試験", **known)
        consent = {"wording": "v1", "language": "ja", "source": "test"}
        record_consent(who.id, Purpose.FOLLOW_UP, True, **consent, **known)
        books = {row.entry: row for row in db.session.scalars(select(Playbook))}
        add_step(studio.id, books[Entry.QUIET].id, StepDraft(9, time(11), Kind.FREEZE_ENDING), **known)
        switch_on(studio.id, books[Entry.TICKETS_LOW].id, **known)
    assert db.session.scalars(select(Message.kind).where(Message.run_id.is_not(None))).all() == [
        "tickets_low"
    ]
    db.session.remove()
    downgrade(db.engine, "0050")
    with db.engine.begin() as connection:
        assert connection.scalars(text("select kind from messages where kind = 'tickets_low'")).all() == []
        assert connection.scalar(text("select count(*) from playbooks")) == len(FOLLOW_UPS) - 2
    upgrade(db.engine)
    with db.engine.begin() as connection:
        query = (
            "select playbooks.is_on, count(*) from playbooks join playbook_steps on playbook_id = playbooks.id"
            " where entry in ('TICKETS_LOW', 'FREEZE_ENDING') group by playbooks.id"
        )
        assert [tuple(row) for row in connection.execute(text(query))] == [(False, 2), (False, 2)]


def test_what_the_sweep_took_back_is_told_from_what_staff_did_both_ways(grown: Flask, now: datetime) -> None:
    said = text("select created_by, why from invoices where credits_id is not null order by id")
    studio = the_studio()
    fee = Line(LineKind.CANCEL, "キャンセル料", "Fee", 3_300, tax_rate=0)
    with transaction():
        who = create_person(name="山田 花子", by=SYSTEM, now=now)
        for by, why in ((SYSTEM, CreditWhy.VISIT), (Actor("staff", 1, "森"), CreditWhy.CHANGED)):
            made = charge(who.id, [fee], studio_id=studio.id, due_on=now.date(), by=SYSTEM, now=now)
            credit(made.id, why=why, reason="来店状況の変更", by=by, now=now)
    db.session.remove()
    downgrade(db.engine, "0053")
    with db.engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(said)] == [
            ("system", "CHANGED"), ("森", "CHANGED"),
        ]  # fmt: skip
    upgrade(db.engine)
    with db.engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(said)] == [
            ("system", "VISIT"),
            ("森", "CHANGED"),
        ]
        is_midnight = "extract(hour from fees_from at time zone 'Asia/Tokyo') = 0"
        assert connection.scalar(text(f"select {is_midnight} and fees_from <= now() from billing_settings"))


def test_who_joined_again_goes_down_as_a_leaving_that_was_taken_back(grown: Flask, now: datetime) -> None:
    known = {"by": SYSTEM, "now": now}
    with transaction():
        who, studio = create_person(name="戻田 圭", mails=["m@x.jp"], **known), the_studio()
        pack = next(plan for plan in plans(studio.id) if not plan.is_monthly)
        client = join(who, Joining(pack.id, now.date(), None), studio_id=studio.id, lead=None, **known)
        leave(client.id, LeavingTerms(now.date(), LeavingReason.TIME), studio=studio, waiver="検査", **known)
        later = {"by": SYSTEM, "now": now + timedelta(days=3)}
        again = Joining(pack.id, later["now"].date(), None, old_tickets=OldTickets.KEEP)
        join(who, again, studio_id=studio.id, lead=None, **later)
        leave(
            client.id,
            LeavingTerms(later["now"].date(), LeavingReason.TIME),
            studio=studio,
            waiver="検査",
            **later,
        )
    db.session.remove()
    downgrade(db.engine, "0051")
    with db.engine.begin() as connection:
        taken_back = connection.scalars(text("select cancelled_at from leavings order by id"))
        assert taken_back.all() == [now + timedelta(days=3), None]
    upgrade(db.engine)


def test_words_of_a_day_close_are_the_same_after_the_way_down_and_up(grown: Flask, now: datetime) -> None:
    with transaction():
        close_day(the_studio(), now.date(), {}, reason="北川様のお釣り", by=SYSTEM, now=now)
        reopen_day(the_studio().id, now.date(), reason="入力漏れ", by=SYSTEM, now=now)
        close_day(the_studio(), now.date(), {}, reason="両替", by=SYSTEM, now=now)
    words = text("select reason, reopen_reason from day_closes order by id")
    db.session.remove()
    downgrade(db.engine, "0057")
    with db.engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(words)] == [
            ("北川様のお釣り", "入力漏れ"), ("両替", ""),
        ]  # fmt: skip
    upgrade(db.engine)
    rows = db.session.query(DayClose).order_by(DayClose.id)
    assert [(row.reason, row.reopen_reason) for row in rows] == [
        ("北川様のお釣り", "入力漏れ"), ("両替", None),
    ]  # fmt: skip
    with db.engine.begin() as connection:
        assert all(
            bytes(word).startswith(b"gAAAA") for row in connection.execute(words) for word in row if word
        )


def test_papers_nobody_has_signed_say_the_contract_after_the_way_down_and_up(
    grown: Flask, now: datetime
) -> None:
    with transaction():
        studio, person = the_studio(), create_person(name="山本 さくら", by=SYSTEM, now=now)
        terms = Agreement(plans(studio.id)[0].id, now.date(), None, 0)
        paper_id = begin_paper(person, terms, studio=studio, lead=None, by=SYSTEM, now=now).id
    kept = db.session.get_one(JoiningPaper, paper_id).contract
    db.session.remove()
    downgrade(db.engine, "0059")
    upgrade(db.engine)
    assert db.session.get_one(JoiningPaper, paper_id).contract == kept
    db.session.remove()
    with db.engine.begin() as connection:
        connection.execute(text("update joining_papers set signed_at = created_at"))
    downgrade(db.engine, "0059")
    upgrade(db.engine)
    assert db.session.get_one(JoiningPaper, paper_id).contract is None  # nobody read it when it was signed


def test_a_gym_that_is_set_up_is_not_asked_for_steps_that_came_later(grown: Flask) -> None:
    steps = text("select skipped_steps from studios")
    with transaction():
        the_studio().skipped_steps = ["line"]
    db.session.remove()
    downgrade(db.engine, "0062")
    upgrade(db.engine)
    with db.engine.begin() as connection:
        assert connection.scalar(steps) == ["billing", "closing", "joining", "line", "team"]
    downgrade(db.engine, "0062")
    with db.engine.begin() as connection:
        assert connection.scalar(steps) == ["line"]
    upgrade(db.engine)


def test_visitors_terms_begin_with_the_text_of_before_and_members_keep_theirs_both_ways(grown: Flask) -> None:
    rows = text("select kind, number, text_ja from terms_versions order by id")
    db.session.remove()
    with db.engine.begin() as connection:
        before = [tuple(row) for row in connection.execute(rows)]
    assert [row[:2] for row in before] == [("terms", 1), ("visit_terms", 1)]
    assert before[1][2] == VISIT_JA
    downgrade(db.engine, "0064")
    with db.engine.begin() as connection:
        kept = connection.execute(text("select number, text_ja from terms_versions")).all()
        assert [tuple(row) for row in kept] == [before[0][1:]]
    upgrade(db.engine)
    with db.engine.begin() as connection:
        assert [tuple(row) for row in connection.execute(rows)] == before

"""A manager switches a playbook off while the sweep runs: nobody is left in it, and nothing waits to go out."""

import threading
import time
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.leads.actions import advance, capture_lead
from backoffice.leads.models import Stage
from backoffice.messaging.models import Message, MessageState
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.people.queries import person
from backoffice.playbooks.actions import switch_off
from backoffice.playbooks.models import Entry, Playbook, PlaybookRun
from backoffice.playbooks.reconcile import reconcile_playbooks
from backoffice.studio.queries import the_studio
from tests.faults.world import make_guests

pytestmark = pytest.mark.races


def test_nobody_enters_a_playbook_that_is_being_switched_off(arena: Flask) -> None:
    now = datetime.now(UTC)
    with arena.app_context():
        guest = make_guests(1, now=now)[0][0]
        with transaction():
            studio_id = the_studio().id
            lead = capture_lead(person(guest), studio_id=studio_id, source="web", by=SYSTEM, now=now)
            advance(lead, Stage.TRIALLED, by=SYSTEM, now=now)
            record_consent(
                guest, Purpose.FOLLOW_UP, True, wording="v1", language="ja", source="test", by=SYSTEM, now=now
            )
            playbook_id = db.session.scalars(
                select(Playbook.id).where(Playbook.entry == Entry.TRIALLED)
            ).one()
    sweep = threading.Thread(target=_sweep, args=(arena, now))
    with arena.app_context(), transaction():
        switch_off(studio_id, playbook_id, by=SYSTEM, now=now)
        sweep.start()
        time.sleep(0.5)
    sweep.join(30)
    assert not sweep.is_alive()
    with arena.app_context():
        live = select(func.count()).where(
            PlaybookRun.ended_at.is_(None), PlaybookRun.playbook_id == playbook_id
        )
        assert db.session.scalar(live) == 0
        waits = select(func.count()).where(Message.run_id.is_not(None), Message.state == MessageState.PLANNED)
        assert db.session.scalar(waits) == 0


def _sweep(arena: Flask, now: datetime) -> None:
    with arena.app_context(), transaction():
        reconcile_playbooks(now)

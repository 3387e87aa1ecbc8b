"""The link of a home program as a message: the link alone, in the morning, not once the program has ended."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from backoffice.core.db import db
from backoffice.core.errors import Invalid
from backoffice.exercises.vocabulary import Setting
from backoffice.messaging.facts import Facts, NotWanted
from backoffice.messaging.models import Kind, Message
from backoffice.people.models import Person
from backoffice.programs.actions import start_program
from backoffice.programs.home import home_facts, program_by_token, send_home_link
from backoffice.programs.models import Program
from tests.backoffice.programs.conftest import TODAY, Desk


def home_of(desk: Desk, person: Person) -> Program:
    return start_program(
        desk.studio, person.id, "肩こり", starts_on=TODAY, place=Setting.HOME, by=desk.by, now=desk.now
    )


def test_it_goes_out_once_a_day_as_a_link_and_not_at_night(desk: Desk) -> None:
    person = desk.meet(mail="hanako@example.jp")
    program, night = home_of(desk, person), desk.at(23, 30, TODAY)
    for _ in range(2):
        send_home_link(desk.studio, person.id, program.id, by=desk.by, now=night)
    message = db.session.scalars(select(Message).where(Message.kind == Kind.HOME_PROGRAM)).one()
    assert message.send_at == desk.at(8, 0, TODAY + timedelta(days=1))
    assert message.values == {"program_id": program.id}
    facts = home_facts(message, night)
    assert isinstance(facts, Facts)
    assert set(facts.values) == facts.secrets == {"program_url"}
    assert program_by_token(str(facts.values["program_url"]).rpartition("/")[2]) == program
    program.person_id = desk.meet().id
    assert isinstance(home_facts(message, night), NotWanted), "somebody else's"
    program.person_id = person.id
    program.ends_on = TODAY
    assert isinstance(home_facts(message, night), Facts), "still its last day"
    assert isinstance(home_facts(message, desk.at(0, 30, TODAY + timedelta(days=1))), NotWanted)


def test_there_is_nothing_to_send_of_one_for_the_gym_nor_without_an_address(
    desk: Desk, program: Program, person: Person
) -> None:
    nobody = desk.meet(mail="")
    for whose, which in ((person, program), (nobody, home_of(desk, nobody))):
        with pytest.raises(Invalid):
            send_home_link(desk.studio, whose.id, which.id, by=desk.by, now=desk.now)
    assert db.session.query(Message).count() == 0

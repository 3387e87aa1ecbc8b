"""A trainer plans for an own guest: from a template, day by day, with warnings, on paper and by link."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from backoffice.clients.limits import Limit
from backoffice.core.audit import SYSTEM
from backoffice.core.db import db, transaction
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Setting
from backoffice.people.models import Person
from backoffice.programs import actions
from backoffice.programs.home import home_path
from backoffice.programs.models import Program, ProgramVersion
from backoffice.programs.queries import running
from backoffice.screening.actions import decide
from backoffice.screening.models import Verdict
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.blueprints.bookings.front_desk import guest, signed_in_trainer, visit
from tests.pages import PageClient
from tests.statements import statements

TODAY = date(2026, 11, 24)
SignIn = Callable[..., PageClient]


@pytest.fixture
def person(gym: Studio, now: datetime) -> Person:
    """Somebody who trains with mori today."""
    made = guest("山田 花子", now=now)
    visit(gym, made, "18:00", now=now, slug="session")
    return made


@pytest.fixture
def program(gym: Studio, person: Person, now: datetime) -> Program:
    """An empty program of that person, for home."""
    with transaction():
        return actions.start_program(
            gym,
            person.id,
            "自宅の8週間",
            "Eight weeks",
            starts_on=TODAY,
            place=Setting.HOME,
            by=SYSTEM,
            now=now,
        )


def exercise(key: str) -> int:
    return db.session.scalars(select(Exercise.id).where(Exercise.source_key == key)).one()


def day_address(program: Program, week: int = 1, weekday: int = 1) -> str:
    return f"/people/{program.person_id}/program/{program.id}/week/{week}/day/{weekday}"


def row(n: int, exercise_id_: int, **changes: str) -> dict[str, str]:
    typed = {
        "exercise_id": str(exercise_id_), "sets": "3", "amount": "10", "amount_to": "", "load_kg": "", "rpe": "",
        "hold_seconds": "", "rest_seconds": "", "unit": "reps", "counted": "total", "note": "", "joined": "", **changes,
    }  # fmt: skip
    return {f"{name}-{n}": value for name, value in typed.items()}


def sent(*rows: dict[str, str], do: str, version: int = 1, **more: str) -> dict[str, str]:
    form = {
        "count": str(len(rows)),
        "do": do,
        "version": str(version),
        "valid_from": TODAY.isoformat(),
        **more,
    }
    return {name: value for some in (form, *rows) for name, value in some.items()}


def test_a_program_is_started_once_from_a_template(
    gym: Studio, person: Person, program: Program, now: datetime, sign_in: SignIn
) -> None:
    trainer = signed_in_trainer(gym, sign_in)
    trainer.get(day_address(program))
    bird = exercise("bird_dog")
    trainer.post(day_address(program), data=sent(row(0, bird, note="膝に注意"), do="save"))
    trainer.post(f"/people/{person.id}/program/{program.id}/template", data={})
    template = db.session.scalars(select(Program).where(Program.person_id.is_(None))).one()
    address = f"/people/{person.id}/program/new"
    page = trainer.get(address).text
    token = re.search(r'name="form_token"[^>]*value="([^"]+)"', page)
    assert token
    form = {
        "template": str(template.id), "name_ja": "ジムの計画", "name_en": "", "place": "gym", "starts_on": "2026-11-24",
        "weekly": "2", "weeks": "1", "form_token": token.group(1),
    }  # fmt: skip
    for _ in range(2):
        answer = trainer.post(address, data=form)
        assert answer.status_code == 303
    made = running(person.id, TODAY)
    assert made
    assert [(item.exercise_id, item.note) for day in made.workouts for item in day.items] == [(bird, "")]
    assert db.session.query(Program).filter_by(person_id=person.id).count() == 2


def test_buttons_of_the_editor_change_the_form_and_only_save_writes(
    gym: Studio, person: Person, program: Program, sign_in: SignIn
) -> None:
    trainer, address = signed_in_trainer(gym, sign_in), day_address(program)
    bird, row_ = exercise("bird_dog"), exercise("towel_row")
    trainer.get(address)
    versions = db.session.query(ProgramVersion).count()
    page = trainer.post(address, data=sent(row(0, bird, sets="4"), do="find", q="タオル")).text
    assert f'value="add:{row_}"' in page
    assert 'name="sets-0" value="4"' in page, "what is typed stays"
    page = trainer.post(address, data=sent(row(0, bird, sets="4"), do=f"add:{row_}", q="タオル")).text
    assert 'name="count" value="2"' in page
    assert 'name="hold_seconds-1" value="5"' in page, "the usual prescription of the library"
    two = (row(0, bird), row(1, row_))
    page = trainer.post(address, data=sent(*two, do="up:1")).text
    assert f'name="exercise_id-0" value="{row_}"' in page
    page = trainer.post(address, data=sent(*two, do="remove:0")).text
    assert 'name="count" value="1"' in page
    for nonsense in ("remove:9", "up:0", "add:99999999", "down:x", "what"):
        assert 'name="count" value="2"' in trainer.post(address, data=sent(*two, do=nonsense)).text
    assert db.session.query(ProgramVersion).count() == versions
    answer = trainer.post(
        address, data=sent(row(0, bird, load_kg="１２，５"), row(1, row_, joined="1", rpe="7.5"), do="save")
    )
    assert answer.status_code == 303
    held = running(person.id, TODAY, Setting.HOME)
    assert held
    assert [(item.block, str(item.load_kg), str(item.rpe)) for item in held.workouts[0].items] == [
        (1, "12.50", "None"), (1, "None", "7.5"),
    ]  # fmt: skip
    shown = trainer.get(f"/people/{person.id}/program").text
    assert "12.5 kg" in shown
    assert "RPE 7.5" in shown


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sets": "0"}, "sets-0"), ({"sets": "x"}, "sets-0"), ({"amount": ""}, "amount-0"), ({"rpe": "7.2"}, "rpe-0"),
        ({"rpe": "11"}, "rpe-0"), ({"load_kg": "501"}, "load_kg-0"), ({"load_kg": "NaN"}, "load_kg-0"),
        ({"amount_to": "3"}, "amount_to-0"), ({"rest_seconds": "1.5"}, "rest_seconds-0"), ({"unit": "miles"}, "unit-0"),
        ({"sets": "1e999999999"}, "sets-0"),
        ({"exercise_id": ""}, "exercise_id-0"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_said_and_nothing_typed_is_lost(
    gym: Studio, program: Program, sign_in: SignIn, changes: dict[str, str], field: str
) -> None:
    trainer, address = signed_in_trainer(gym, sign_in), day_address(program)
    trainer.get(address)
    page = trainer.post(
        address, data=sent(row(0, exercise("bird_dog"), **{"note": "ゆっくり", **changes}), do="save")
    )
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert "ゆっくり" in page.text
    assert db.session.query(ProgramVersion).count() == 1


def test_days_gone_by_and_exercises_of_nowhere_are_refused(
    gym: Studio, program: Program, sign_in: SignIn
) -> None:
    trainer, address = signed_in_trainer(gym, sign_in), day_address(program)
    trainer.get(address)
    bird = row(0, exercise("bird_dog"))
    for form in (
        sent(bird, do="save", valid_from="2026-11-23"),
        sent(bird, do="save", valid_from="morgen"),
        sent(bird, do="save", valid_from="9999-12-31"),
        sent(row(0, 99999), do="save"),
    ):
        assert trainer.post(address, data=form).status_code == 422
    assert trainer.post(day_address(program, week=2), data=sent(bird, do="save")).status_code == 422
    for week, weekday in ((0, 1), (13, 1), (1, 7)):
        assert trainer.get(day_address(program, week, weekday)).status_code == 404
    assert db.session.query(ProgramVersion).count() == 1


def test_who_saved_meanwhile_is_seen_and_the_second_save_goes_through(
    gym: Studio, person: Person, program: Program, now: datetime, sign_in: SignIn
) -> None:
    trainer, address = signed_in_trainer(gym, sign_in), day_address(program)
    trainer.get(address)
    trainer.post(address, data=sent(row(0, exercise("towel_row"), note="先に保存"), do="save"))
    page = trainer.post(
        address, data=sent(row(0, exercise("bird_dog"), note="あとから"), do="save", version=1)
    )
    assert page.status_code == 409
    assert "先に保存" in page.text
    assert "あとから" in page.text
    version = re.search(r'name="version" value="(\d+)"', page.text)
    assert version
    again = sent(row(0, exercise("bird_dog"), note="あとから"), do="save", version=int(version.group(1)))
    assert trainer.post(address, data=again).status_code == 303


def test_warnings_stand_in_the_editor_and_on_the_page_with_their_reason(
    gym: Studio, person: Person, program: Program, now: datetime, sign_in: SignIn
) -> None:
    trainer, address = signed_in_trainer(gym, sign_in), day_address(program)
    with transaction():
        decide(
            gym,
            person.id,
            Verdict.LIMITS,
            limits=[Limit.KNEE],
            reason="膝の痛み",
            seen=None,
            by=SYSTEM,
            now=now,
        )
    trainer.get(address)
    bird = row(0, exercise("bird_dog"), load_kg="20")
    typed = trainer.post(address, data=sent(bird, do="find")).text
    assert 'id="warnings"' in typed
    assert "バードドッグ" in typed.split('id="warnings"')[1][:600]
    trainer.post(address, data=sent(bird, do="save"))
    trainer.post(
        day_address(program, weekday=2), data=sent(row(0, exercise("bird_dog")), do="save", version=2)
    )
    shown = trainer.get(f"/people/{person.id}/program").text
    box = shown.split('id="warnings"')[1].split("</ul>")[0]
    assert box.count("<li>") == 3, "the limit on two days, the muscles on the second"
    after = trainer.post(
        address, data=sent(row(0, exercise("bird_dog"), load_kg="23"), do="find", version=3)
    ).text
    assert "20" in after.split('id="warnings"')[1].split("</ul>")[0], "from 20 to 23 kg"


def test_a_past_day_reads_as_it_was_and_cannot_be_edited(
    gym: Studio,
    person: Person,
    program: Program,
    now: datetime,
    at: Callable[[datetime], None],
    sign_in: SignIn,
) -> None:
    trainer, address = signed_in_trainer(gym, sign_in), day_address(program)
    trainer.get(address)
    trainer.post(address, data=sent(row(0, exercise("bird_dog"), load_kg="20"), do="save"))
    at(now + timedelta(hours=3))
    later = (TODAY + timedelta(days=7)).isoformat()
    trainer.post(
        address, data=sent(row(0, exercise("bird_dog"), load_kg="21"), do="save", version=2, valid_from=later)
    )
    page = f"/people/{person.id}/program"
    assert "20 kg" in trainer.get(page).text
    ahead = trainer.get(f"{page}?on={later}").text
    assert "21 kg" in ahead
    assert "20 kg" not in ahead
    past = trainer.get(f"{page}?on=2026-11-20").text
    assert "kg" not in past.split("<main")[1].split("<details")[0]


def test_a_home_program_opens_by_its_link_until_it_is_ended(
    gym: Studio, person: Person, program: Program, sign_in: SignIn, app: object
) -> None:
    trainer = signed_in_trainer(gym, sign_in)
    trainer.get(day_address(program))
    trainer.post(day_address(program), data=sent(row(0, exercise("bird_dog"), note="朝に"), do="save"))
    link = home_path(db.session.get_one(Program, program.id))
    assert link in trainer.get(f"/people/{person.id}/program").text
    visitor = app.test_client()  # type: ignore[attr-defined]
    page = visitor.get(f"{link}?lang=ja").text
    assert "バードドッグ" in page
    assert "朝に" in page
    assert "山田" not in page
    assert visitor.get("/home-program/made-up").status_code == 404
    paper = trainer.get(f"/people/{person.id}/program/{program.id}/print").text
    assert "バードドッグ" in paper
    assert "Bird dog" in paper
    assert "3 sets · 10 reps" in paper
    assert "3セット" in paper
    trainer.post(f"/people/{person.id}/program/{program.id}/links/end", data={})
    assert visitor.get(link).status_code == 404
    renewed = db.session.get_one(Program, program.id, populate_existing=True)
    assert visitor.get(home_path(renewed)).status_code == 200
    renewed.ends_on = TODAY - timedelta(days=1)
    db.session.flush()
    assert visitor.get(home_path(renewed)).status_code == 404, "it is over"
    renewed.ends_on = None
    renewed.place = Setting.GYM.value
    db.session.flush()
    assert visitor.get(home_path(renewed)).status_code == 404, "a gym program has no page"


def test_shape_and_end_are_changed_together(
    gym: Studio, person: Person, program: Program, sign_in: SignIn
) -> None:
    trainer = signed_in_trainer(gym, sign_in)
    address = f"/people/{person.id}/program/{program.id}/edit"
    trainer.get(address)
    form = {
        "name_ja": "新しい名前", "name_en": "", "weekly": "3", "weeks": "4", "valid_from": "2026-11-24",
        "ends_on": "2027-01-31", "version": "1",
    }  # fmt: skip
    assert trainer.post(address, data=form).status_code == 303
    held = running(person.id, TODAY, Setting.HOME)
    assert held
    assert (held.weeks, held.weekly) == (4, 3)
    assert trainer.post(address, data={**form, "version": "1"}).status_code == 409
    assert trainer.post(address, data={**form, "version": "9", "weeks": "13"}).status_code == 422


def test_a_template_is_made_filled_and_put_away(gym: Studio, person: Person, sign_in: SignIn) -> None:
    trainer = signed_in_trainer(gym, sign_in)
    page = trainer.get("/programs/new").text
    token = re.search(r'name="form_token"[^>]*value="([^"]+)"', page)
    assert token
    form = {"name_ja": "基本", "name_en": "Basics", "place": "gym", "weekly": "2", "weeks": "2"}
    for _ in range(2):
        trainer.post("/programs/new", data={**form, "form_token": token.group(1)})
    made = db.session.scalars(select(Program)).one()
    address = f"/programs/{made.id}"
    trainer.get(f"{address}/week/1/day/0")
    typed = sent(row(0, exercise("bird_dog")), do="save", version=made.version, every_week="1")
    assert trainer.post(f"{address}/week/1/day/0", data=typed).status_code == 303
    assert "バードドッグ" in trainer.get(f"{address}?week=2").text
    trainer.post(f"{address}/archive", data={})
    assert "基本" not in trainer.get("/programs").text.split("<main")[1].split("</main>")[0]
    trainer.post(f"{address}/restore", data={})
    assert "基本" in trainer.get("/programs").text.split("<main")[1]


def test_the_page_asks_as_many_statements_for_many_days_as_for_one(
    gym: Studio, person: Person, program: Program, sign_in: SignIn
) -> None:
    trainer, page = signed_in_trainer(gym, sign_in), f"/people/{person.id}/program"
    trainer.get(day_address(program))
    bird, other = exercise("bird_dog"), exercise("towel_row")
    trainer.post(day_address(program), data=sent(row(0, bird), do="save"))
    trainer.get(page)
    with statements() as few:
        trainer.get(page)
    for weekday in range(3, 7):
        many = [row(n, other if n % 2 else bird) for n in range(8)]
        trainer.post(day_address(program, weekday=weekday), data=sent(*many, do="save", version=weekday - 1))
    trainer.get(page)
    with statements() as lots:
        trainer.get(page)
    assert len(lots) == len(few)


@pytest.mark.parametrize("role", [Role.FRONT_DESK, Role.MANAGER, Role.OWNER])
def test_nobody_but_trainers_opens_it(person: Person, sign_in: SignIn, role: Role) -> None:
    client = sign_in(role)
    assert client.get(f"/people/{person.id}/program").status_code == 403
    assert client.get("/programs").status_code == 403


def test_a_trainer_of_others_finds_nobody(
    gym: Studio, person: Person, program: Program, sign_in: SignIn
) -> None:
    other = sign_in(Role.TRAINER, Role.FRONT_DESK, mail="other@test.example")
    address = f"/people/{person.id}/program"
    for path in ("", "/new", f"/{program.id}/week/1/day/1", f"/{program.id}/edit", f"/{program.id}/print"):
        assert other.get(f"{address}{path}").status_code == 404
    for path in (
        "/new", f"/{program.id}/week/1/day/1", f"/{program.id}/edit", f"/{program.id}/template",
        f"/{program.id}/links",
        f"/{program.id}/links/end",
    ):  # fmt: skip
        assert other.post(f"{address}{path}", data=sent(do="save")).status_code == 404
    assert db.session.query(ProgramVersion).count() == 1


def test_the_program_of_somebody_else_is_not_found_under_an_own_guest(
    gym: Studio, person: Person, program: Program, now: datetime, sign_in: SignIn
) -> None:
    trainer, second = signed_in_trainer(gym, sign_in), guest("別人 太郎", "090-9999-0000", now=now)
    with transaction():
        theirs = actions.start_program(gym, second.id, "他人の", starts_on=TODAY, by=SYSTEM, now=now)
    address = f"/people/{person.id}/program/{theirs.id}"
    for path in ("/week/1/day/1", "/edit", "/print"):
        assert trainer.get(f"{address}{path}").status_code == 404
    for path in ("/week/1/day/1", "/edit", "/template", "/links", "/links/end"):
        assert trainer.post(f"{address}{path}", data=sent(do="save")).status_code == 404
    assert "他人の" not in trainer.get(f"/people/{person.id}/program?program={theirs.id}").text

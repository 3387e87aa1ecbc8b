"""The manager sets up services, rooms, hours and absences; each change is checked, versioned and written down."""

import re
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import func, select

from backoffice.bookings.models import Block
from backoffice.core.audit import SYSTEM, AuditLine, record
from backoffice.core.db import db
from backoffice.staff.models import Role, Shift, TimeOff, Trainer
from backoffice.studio.models import OpeningHours, Room, Service, SpecialDay, Studio
from tests.blueprints.bookings.front_desk import TOMORROW, guest, trainer, visit
from tests.pages import PageClient


@pytest.fixture
def manager(sign_in: object) -> PageClient:
    """The manager's browser."""
    return sign_in(Role.MANAGER)  # type: ignore[operator, no-any-return]


def form_of(client: PageClient, path: str) -> dict[str, str]:
    """The fields of the form on a settings page as a browser would send them back."""
    html = client.get(path).get_data(as_text=True)
    main = html[html.index('id="content"') :].partition("data-guard")[2].partition("</form>")[0]
    values: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", main):
        named = dict(re.findall(r'([a-z_-]+)="([^"]*)"', tag))
        ticked = named.get("type") not in {"checkbox", "radio"} or " checked" in tag
        if "name" in named and ticked:
            values[named["name"]] = named.get("value", "y" if named.get("type") == "checkbox" else "")
    for name, body in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', main, re.S):
        chosen = re.search(r'<option selected value="([^"]*)"', body) or re.search(
            r'<option value="([^"]*)"', body
        )
        values[name] = chosen.group(1) if chosen else ""
    for name, body in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', main, re.S):
        values[name] = body.strip()
    return values


def test_every_page_of_the_settings_opens(manager: PageClient, gym: Studio) -> None:
    index = manager.get("/settings").get_data(as_text=True)
    for path in (
        "studio", "services", "services/new", "rooms", "opening-hours", "special-days", "trainers", "trainers/new",
        "time-off", "blocks",
    ):  # fmt: skip
        assert manager.get(f"/settings/{path}").status_code == 200, path
        assert f"/settings/{path}" in index or path.endswith("new")
    for path in ("/settings/audit", "/leads/import"):
        assert f'href="{path}"' in index


def test_the_desk_sets_nothing(sign_in: object, gym: Studio) -> None:
    desk = sign_in(Role.FRONT_DESK)  # type: ignore[operator]
    for path in ("", "/studio", "/services", "/trainers", "/time-off", "/blocks", "/special-days"):
        assert desk.get(f"/settings{path}").status_code == 403


def test_the_studio_tells_its_way_and_an_old_form_is_stale(manager: PageClient, gym: Studio) -> None:
    form = form_of(manager, "/settings/studio")
    assert manager.post("/settings/studio", data={**form, "way_ja": "烏丸駅から徒歩3分"}).status_code == 303
    stale = manager.post("/settings/studio", data={**form, "way_ja": "四条駅から"})
    assert stale.status_code == 422
    assert "四条駅から" in stale.get_data(as_text=True)
    db.session.expire_all()
    assert db.session.scalars(select(Studio.way_ja)).one() == "烏丸駅から徒歩3分"
    line = db.session.scalars(select(AuditLine).where(AuditLine.action == "studio.changed")).one()
    assert line.after == {"way_ja": "烏丸駅から徒歩3分"}


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("０７５－１２３－４５６７", "+81751234567"),
        ("+81 75 123 4567", "+81751234567"),
        ("0120444444", "+81120444444"),
        ("", ""),
    ],
)
def test_the_phone_is_kept_as_it_is_dialled(manager: PageClient, gym: Studio, typed: str, kept: str) -> None:
    form = form_of(manager, "/settings/studio")
    assert manager.post("/settings/studio", data={**form, "phone": typed}).status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(Studio.phone)).one() == kept


def test_an_address_of_two_lines_has_one_line_end(manager: PageClient, gym: Studio) -> None:
    form = form_of(manager, "/settings/studio")
    assert manager.post("/settings/studio", data={**form, "address_ja": "京都市\r\n烏丸 "}).status_code == 303
    db.session.expire_all()
    assert db.session.scalars(select(Studio.address_ja)).one() == "京都市\n烏丸"


@pytest.mark.parametrize(
    ("wrong", "where"),
    [({"name_ja": ""}, "name_ja"), ({"map_url": "javascript:alert(1)"}, "map_url"), ({"mail": "nobody"}, "mail"),
     ({"phone": "abc"}, "phone"), ({"phone": "075-12"}, "phone"),
     ({"horizon_days": "0"}, "horizon_days"), ({"quiet_from": "25:00"}, "quiet_from"),
     ({"name_ja": "a\x00"}, "name_ja")],
)  # fmt: skip
def test_a_wrong_value_is_said_beside_its_field(
    manager: PageClient, gym: Studio, wrong: dict[str, str], where: str
) -> None:
    answer = manager.post("/settings/studio", data={**form_of(manager, "/settings/studio"), **wrong})
    assert answer.status_code == 422
    assert f'id="{where}-error"' in answer.get_data(as_text=True)
    db.session.expire_all()
    assert db.session.scalars(select(Studio.version)).one() == 1


def test_a_service_is_added_once_changed_and_taken_out_of_use(manager: PageClient, gym: Studio) -> None:
    form = {
        **form_of(manager, "/settings/services/new"),
        "slug": "stretch",
        "name_ja": "ストレッチ",
        "name_en": "Stretch",
    }
    assert manager.post("/settings/services/new", data=dict(form)).status_code == 303
    assert manager.post("/settings/services/new", data=dict(form)).status_code == 303
    row = db.session.scalars(select(Service).where(Service.slug == "stretch")).one()
    again = {
        **form_of(manager, "/settings/services/new"),
        "slug": "stretch",
        "name_ja": "別",
        "name_en": "Other",
    }
    assert manager.post("/settings/services/new", data=again).status_code == 422
    change = {**form_of(manager, f"/settings/services/{row.id}"), "minutes": "45"}
    assert manager.post(f"/settings/services/{row.id}", data=change).status_code == 303
    manager.post(f"/settings/services/{row.id}/archive", data={})
    db.session.refresh(row)
    assert row.minutes == 45
    assert row.archived_at is not None
    manager.post(f"/settings/services/{row.id}/restore", data={})
    db.session.refresh(row)
    assert row.archived_at is None


def test_rooms(manager: PageClient, gym: Studio) -> None:
    form = {**form_of(manager, "/settings/rooms"), "name_ja": "3号室", "name_en": "Room 3"}
    assert manager.post("/settings/rooms", data=form).status_code == 303
    again = {**form_of(manager, "/settings/rooms"), "name_ja": "3号室", "name_en": "Room 3"}
    refused = manager.post("/settings/rooms", data=again)
    assert refused.status_code == 422
    assert "同じ名称がすでにあります。" in refused.text
    other = db.session.scalars(select(Room).where(Room.name_en != "Room 3").order_by(Room.id)).first()
    renamed = {**form_of(manager, f"/settings/rooms/{other.id}"), "name_ja": "3号室"}
    assert manager.post(f"/settings/rooms/{other.id}", data=renamed).status_code == 422
    row = db.session.scalars(select(Room).where(Room.name_en == "Room 3")).one()
    changed = {**form_of(manager, f"/settings/rooms/{row.id}"), "name_ja": "和室"}
    assert manager.post(f"/settings/rooms/{row.id}", data=changed).status_code == 303
    db.session.refresh(row)
    assert row.name_ja == "和室"


def test_opening_hours_close_a_weekday(manager: PageClient, gym: Studio) -> None:
    form = form_of(manager, "/settings/opening-hours")
    wrong = manager.post("/settings/opening-hours", data={**form, "opens_0": "21:00", "closes_0": "09:00"})
    assert wrong.status_code == 422
    assert (
        manager.post("/settings/opening-hours", data={**form, "opens_0": "", "closes_0": ""}).status_code
        == 303
    )
    assert 0 not in set(db.session.scalars(select(OpeningHours.weekday)))
    assert (
        manager.post(
            "/settings/opening-hours", data={**form, "opens_0": "09:00", "closes_0": "10:00"}
        ).status_code
        == 422
    )


def test_a_trainer_is_added_and_given_hours(manager: PageClient, gym: Studio) -> None:
    form = {
        **form_of(manager, "/settings/trainers/new"),
        "slug": "hayashi",
        "name_ja": "林 美咲",
        "name_en": "Misaki Hayashi",
    }
    assert manager.post("/settings/trainers/new", data=form).status_code == 303
    row = db.session.scalars(select(Trainer).where(Trainer.slug == "hayashi")).one()
    path = f"/settings/trainers/{row.id}/hours"
    hours = {
        **form_of(manager, path),
        "start_0": "10:00",
        "end_0": "19:00",
        "break_from_0": "13:00",
        "break_to_0": "14:00",
    }
    assert manager.post(path, data={**hours, "break_to_0": "20:00"}).status_code == 422
    assert manager.post(path, data=hours).status_code == 303
    shift = db.session.scalars(select(Shift).where(Shift.trainer_id == row.id)).one()
    today = date(2026, 11, 24)
    assert (shift.weekday, shift.starts_at, shift.valid_from) == (0, time(10), today), (
        "nothing was booked yet"
    )
    assert 'value="2026-11-25"' in manager.get(path).text, "a change begins tomorrow"


def test_hours_from_a_day_on_leave_earlier_days_as_they_were(manager: PageClient, gym: Studio) -> None:
    mori = trainer(gym)
    path = f"/settings/trainers/{mori.id}/hours"
    form = {
        **form_of(manager, path),
        "valid_from": "2026-12-01",
        "start_6": "",
        "end_6": "",
        "break_from_6": "",
        "break_to_6": "",
    }
    assert manager.post(path, data=form).status_code == 303
    shifts = list(db.session.scalars(select(Shift).where(Shift.trainer_id == mori.id)))
    assert {one.valid_until for one in shifts if one.valid_from < date(2026, 12, 1)} == {date(2026, 11, 30)}
    assert {one.weekday for one in shifts if one.valid_from == date(2026, 12, 1)} == set(range(6))


@pytest.mark.parametrize(
    ("first", "status"), [("2025-11-23", 422), ("2025-11-24", 303), ("2026-11-20", 303), ("1999-01-01", 422)]
)
def test_hours_do_not_begin_more_than_a_year_back(
    manager: PageClient, gym: Studio, first: str, status: int
) -> None:
    record("studio.founded", "studio", gym.id, by=SYSTEM, now=datetime(2001, 1, 1, tzinfo=UTC))
    db.session.commit()
    path = f"/settings/trainers/{trainer(gym).id}/hours"
    answer = manager.post(path, data={**form_of(manager, path), "valid_from": first})
    assert answer.status_code == status


def test_hours_do_not_begin_before_the_gym(manager: PageClient, gym: Studio) -> None:
    path = f"/settings/trainers/{trainer(gym).id}/hours"
    refused = manager.post(path, data={**form_of(manager, path), "valid_from": "2026-11-23"})
    assert refused.status_code == 422
    assert "開設" in refused.text
    again = manager.post(path, data={**form_of(manager, path), "valid_from": "2026-11-24"})
    assert again.status_code == 303


def test_time_off_lists_the_bookings_to_call_about_and_moves_none(
    manager: PageClient, gym: Studio, now: datetime
) -> None:
    booking = visit(gym, guest(now=now), "16:00", now=now, day=TOMORROW)
    form = form_of(manager, "/settings/time-off")
    span = {
        "trainer_id": str(booking.trainer_id),
        "starts_at": "2026-11-25T15:00",
        "ends_at": "2026-11-25T20:00",
    }
    assert (
        manager.post("/settings/time-off", data={**form, **span, "ends_at": "2026-11-25T14:00"}).status_code
        == 422
    )
    assert manager.post("/settings/time-off", data={**form, **span}).status_code == 303
    page = manager.get("/settings/time-off").get_data(as_text=True)
    assert "山田 花子" in page
    assert "090-1234-5678" in page
    version = booking.version
    db.session.refresh(booking)
    assert booking.version == version
    off = db.session.scalars(select(TimeOff)).one()
    manager.post(f"/settings/time-off/{off.id}/removal", data={})
    assert "山田 花子" not in manager.get("/settings/time-off").get_data(as_text=True)


def test_closing_days_list_the_bookings_they_hit(manager: PageClient, gym: Studio, now: datetime) -> None:
    visit(gym, guest(now=now), "16:00", now=now, day=TOMORROW)
    visit(gym, guest("佐藤 健", "090-2222-3333", now=now), "11:00", now=now, day=TOMORROW)
    form = form_of(manager, "/settings/special-days")
    short = {"day": "2026-11-25", "opens_at": "10:00", "closes_at": "15:00", "name_ja": "点検"}
    assert manager.post("/settings/special-days", data={**form, **short}).status_code == 303
    page = manager.get("/settings/special-days").get_data(as_text=True)
    assert "山田 花子" in page
    assert "佐藤 健" not in page
    year_end = {
        **form_of(manager, "/settings/special-days"),
        "day": "2026-12-29",
        "until": "2027-01-03",
        "name_ja": "年末年始",
    }
    assert manager.post("/settings/special-days", data=year_end).status_code == 303
    assert db.session.scalar(select(func.count()).select_from(SpecialDay)) == 7
    row = db.session.scalars(select(SpecialDay).where(SpecialDay.day == date(2026, 11, 25))).one()
    manager.post(f"/settings/special-days/{row.id}/removal", data={})
    assert "山田 花子" not in manager.get("/settings/special-days").get_data(as_text=True)


@pytest.mark.parametrize(
    "wrong", [{"day": "2026-11-23"}, {"until": "2026-11-20"}, {"until": "2027-11-25"}, {"opens_at": "10:00"}]
)
def test_a_wrong_special_day_writes_nothing(manager: PageClient, gym: Studio, wrong: dict[str, str]) -> None:
    form = {**form_of(manager, "/settings/special-days"), "day": "2026-11-26", **wrong}
    assert manager.post("/settings/special-days", data=form).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(SpecialDay)) == 0


def test_a_block_over_a_booking_says_who_is_in_the_way(
    manager: PageClient, gym: Studio, now: datetime
) -> None:
    booking = visit(gym, guest(now=now), "16:00", now=now, day=TOMORROW)
    form = {
        **form_of(manager, "/settings/blocks"),
        "resource": f"trainer-{booking.trainer_id}",
        "reason": "会議",
    }
    span = {"starts_at": "2026-11-25T16:30", "ends_at": "2026-11-25T18:00"}
    refused = manager.post("/settings/blocks", data={**form, **span})
    assert refused.status_code == 422
    assert "山田 花子" in refused.get_data(as_text=True)
    free = {"starts_at": "2026-11-25T18:00", "ends_at": "2026-11-25T19:00"}
    assert manager.post("/settings/blocks", data={**form, **free}).status_code == 303
    block = db.session.scalars(select(Block)).one()
    manager.post(f"/settings/blocks/{block.id}/removal", data={})
    db.session.refresh(block)
    assert block.removed_at is not None

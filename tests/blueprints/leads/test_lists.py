"""Sources and lost reasons are the gym's own: added, renamed, put out of use; leads keep what they have."""

from collections.abc import Callable

import pytest

from backoffice.core.submissions import new_token
from backoffice.leads.lists import ListKind, entries, entry
from backoffice.leads.queries import lost_reasons, sources
from backoffice.staff.models import Role
from backoffice.studio.models import Studio
from tests.pages import PageClient


@pytest.mark.parametrize(
    ("kind", "key", "choices"), [("source", "column", sources), ("lost_reason", "price", lost_reasons)]
)
def test_an_entry_is_added_renamed_and_put_out_of_use(
    gym: Studio, sign_in: Callable[..., PageClient], kind: str, key: str, choices: Callable[[], list[object]]
) -> None:
    manager = sign_in(Role.MANAGER)
    where = f"/settings/lists/{kind}"
    manager.get(where)
    form = {"form_token": new_token(), "name_ja": "駅の広告", "name_en": "Poster at the station"}
    for _twice in range(2):
        assert manager.post(where, data=dict(form)).status_code == 303
    assert [one.name_ja for one in entries(ListKind(kind))].count("駅の広告") == 1
    assert manager.post(where, data={**form, "form_token": new_token(), "name_en": ""}).status_code == 422
    renamed = {"name_ja": "新", "name_en": "New", "position": "0", "version": "1"}
    assert manager.post(f"{where}/{key}", data=dict(renamed)).status_code == 303
    assert manager.post(f"{where}/{key}", data={**renamed, "name_ja": "別"}).status_code == 422
    assert entry(ListKind(kind), key).name_ja == "新"
    before = len(choices())
    manager.post(f"{where}/{key}/archive", data={})
    assert len(choices()) == before - 1
    manager.post(f"{where}/{key}/restore", data={})
    assert len(choices()) == before


def test_only_who_sets_the_gym_up_changes_lists(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    assert sign_in(Role.FRONT_DESK).get("/settings/lists/source").status_code == 403


def test_no_other_list_is_there(gym: Studio, sign_in: Callable[..., PageClient]) -> None:
    manager = sign_in(Role.MANAGER)
    assert manager.get("/settings/lists/staff").status_code == 404
    assert manager.get("/settings/lists/source/none").status_code == 404

"""Every guard holds, and each of them is needed: taken out, what it prevents happens and is seen."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from backoffice.core.app import create_base_app
from backoffice.core.config import Settings
from backoffice.core.db import db
from backoffice.core.migrate import upgrade
from tests.faults.guards import GUARDS, make_stage, try_guard
from tests.faults.stage import Stage
from tests.faults.world import own_database

pytestmark = pytest.mark.faults


@pytest.fixture(scope="module")
def stage(settings: Settings) -> Iterator[Stage]:
    with own_database(settings.database_url) as database_url:
        app = create_base_app(replace(settings, database_url=database_url), import_name="tests")
        with app.app_context():
            upgrade(db.engine)
        yield make_stage(app)
        with app.app_context():
            db.engine.dispose()


@pytest.mark.parametrize("name", GUARDS)
def test_the_guard_holds(stage: Stage, name: str) -> None:
    assert try_guard(stage, name, removed=False) == []


@pytest.mark.parametrize("name", GUARDS)
def test_without_the_guard_it_is_seen(stage: Stage, name: str) -> None:
    assert try_guard(stage, name, removed=True) != []

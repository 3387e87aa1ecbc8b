"""Whom `create-owner` refuses: who meant a gym of their own, and would have become the owner of another."""

from datetime import datetime

import click
import pytest

from backoffice.core.db import transaction
from backoffice.core.heartbeat import beat
from backoffice.studio.models import Studio
from commands.create_owner import refuse_another_gym
from commands.demo import FINISHED, MARK


def test_the_demo_gets_no_owner_and_the_way_out_is_said(gym: Studio, now: datetime) -> None:
    refuse_another_gym(gym.name_ja)
    with transaction():
        beat(MARK, now=now, detail=FINISHED)
    for name in ("", gym.name_ja, "整"):
        with pytest.raises(click.ClickException, match="another DATA_DIR"):
            refuse_another_gym(name)


def test_a_gym_is_not_taken_for_another(gym: Studio) -> None:
    for name in ("", gym.name_ja, gym.name_en):
        refuse_another_gym(name)
    with pytest.raises(click.ClickException, match=gym.name_ja):
        refuse_another_gym(f"{gym.name_ja}の別館")

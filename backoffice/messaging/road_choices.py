"""Which kinds of message a studio sends by LINE."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from backoffice.core.audit import Actor, record
from backoffice.core.db import db
from backoffice.core.errors import Invalid, check_version
from backoffice.core.language import N_
from backoffice.messaging.models import Channel, Kind, MessageRoad
from backoffice.messaging.policy import POLICIES
from backoffice.studio import editing
from backoffice.studio.models import Studio

ONLY_MAIL = N_("Links with a secret go by mail only.")

CHOOSABLE = tuple(
    kind
    for kind, policy in POLICIES.items()
    if not policy.is_secret and not policy.is_by_hand and policy.only_by is None
)
"""The kinds a studio may send by LINE. A secret link goes to the address that was confirmed for it, and what is typed
by hand goes where its writer says."""


def roads_of(studio_id: int) -> dict[Kind, Channel]:
    """The road of every kind that can be chosen; mail where nothing was chosen. One statement."""
    rows = db.session.execute(
        select(MessageRoad.kind, MessageRoad.channel).where(MessageRoad.studio_id == studio_id)
    )
    chosen = {row.kind: Channel(row.channel) for row in rows}
    return {kind: chosen.get(kind, Channel.MAIL) for kind in CHOOSABLE}


def set_roads(
    studio_id: int, roads: Mapping[Kind, Channel], *, version: int | None, by: Actor, now: datetime
) -> None:
    """Choose the road of each kind; what is not named goes by mail. Refuses LINE for a secret kind; raises `Stale`.

    The roads belong to the studio, so its version guards them. Planned messages follow: a road is taken when a message
    goes out.
    """
    if set(roads) - set(CHOOSABLE):
        raise Invalid(ONLY_MAIL)
    studio = editing.locked(Studio, studio_id)
    check_version(studio.version, version)
    before, after = _by_line(roads_of(studio_id)), _by_line(roads)
    if before == after:
        return
    db.session.execute(delete(MessageRoad).where(MessageRoad.studio_id == studio_id))
    db.session.add_all(
        MessageRoad(studio_id=studio_id, kind=kind, channel=Channel.LINE.value) for kind in after
    )
    studio.version += 1
    db.session.flush()
    lines = {"by_line": before}, {"by_line": after}
    record("studio.roads_set", "studio", studio_id, by=by, now=now, before=lines[0], after=lines[1])


def _by_line(roads: Mapping[Kind, Channel]) -> list[str]:
    return sorted(kind.value for kind, channel in roads.items() if channel is Channel.LINE)

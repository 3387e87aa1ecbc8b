"""A sheet of paper for the client: everything measured, in Japanese and English at once; making one is recorded."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from backoffice.core.audit import record
from backoffice.core.db import transaction
from backoffice.core.language import Language, translate
from backoffice.people.queries import bare_person, check_health_kept
from backoffice.progress.courses import courses_of
from backoffice.progress.models import Pose
from backoffice.progress.photos import PhotoRow, photos_of
from backoffice.progress.queries import effects_of, first_effects
from backoffice.staff.permissions import Permission
from blueprints.people.scope import check_own_guest
from blueprints.progress.chart import drawing
from blueprints.progress.words import SHEET_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now, today
from blueprints.support.studio import current_studio

progress_sheet = Blueprint("progress_sheet", __name__)


@progress_sheet.get("/people/<int:person_id>/progress/sheet")
@permit(Permission.TRAINING_EDIT)
def show(person_id: int) -> ResponseReturnValue:
    """The sheet; with `photos` also the first and the newest of each pose, if the client agrees to photos.

    Refused once the consent to keep health data was taken back: there is nothing to print.
    """
    check_own_guest(person_id)
    check_health_kept(person_id)
    studio_id, with_photos = current_studio().id, request.args.get("photos") == "1"
    with transaction():
        after = {"photos": with_photos}
        record(
            "progress_sheet.made",
            "progress_sheet",
            None,
            by=actor(),
            now=now(),
            person_id=person_id,
            after=after,
        )
    return render_template(
        "progress/sheet.html",
        person=bare_person(person_id),
        day=today(),
        drawn=[(one, drawing(one)) for one in courses_of(studio_id, person_id)],
        firsts=first_effects(effects_of(studio_id, person_id)),
        pairs=_pairs(photos_of(studio_id, person_id)) if with_photos else [],
        both={key: _both(word) for key, word in SHEET_WORDS.items()},
    )


def _pairs(rows: list[PhotoRow]) -> list[list[PhotoRow]]:
    """The first and the newest photo of each pose; one where there is only one."""
    by_pose = ([one for one in rows if one.pose == pose] for pose in Pose)
    return [[taken[0], taken[-1]] if len(taken) > 1 else taken for taken in by_pose if taken]


def _both(word: str) -> Markup:
    japanese, english = (translate(word, one) for one in (Language.JA, Language.EN))
    return Markup('<span lang="ja">{}</span> <span lang="en">{}</span>').format(japanese, english)

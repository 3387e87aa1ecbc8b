"""What the demo's members tell about themselves, and what their trainers made of it: a few weeks, a few stories."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

from PIL import Image, ImageDraw

from backoffice.care.check_ins import check_in, mark_seen, tick_habits
from backoffice.care.measures import TARGETS, Habit, Measure
from backoffice.care.models import Outcome, Topic
from backoffice.care.notes import close_note, write_note
from backoffice.care.plans import set_plan
from backoffice.care.replies import reply
from backoffice.core.audit import SYSTEM, Actor
from backoffice.core.clock import local_date
from backoffice.core.db import transaction
from backoffice.demo.diary import Diary
from backoffice.demo.sessions import Member
from backoffice.people.actions import record_consent
from backoffice.people.models import Purpose
from backoffice.people.queries import mail_of
from backoffice.people.wordings import WORDINGS

DAYS = 30
STORIES = ("short nights", "sore", "steady", "silent")
"""One after the other, a story for each trainer in turn."""


def tell_stories(diary: Diary, members: list[Member]) -> None:
    """Check-ins of some members, notes that are due, one that was kept, an answer."""
    count = len(diary.trainers)
    with transaction():
        for number, story in enumerate(STORIES):
            for member in members[number * count : (number + 1) * count]:
                _tell(diary, member, story)
                _advise(diary, member, story)


def _tell(diary: Diary, member: Member, story: str) -> None:
    chance, person = diary.random, member.person.id
    asked = ["stress", "few_words"]
    if story == "sore":
        asked.append("meal_photo")
        wording = WORDINGS[Purpose.PHOTOS].version
        record_consent(
            person, Purpose.PHOTOS, True, wording=wording, language="ja", source="demo", by=SYSTEM, now=member.since
        )  # fmt: skip
    set_plan(diary.studio, person, TARGETS, asked, list(Habit), seen=None, by=SYSTEM, now=member.since)
    for back in range(DAYS, -1, -1):
        if (chance.random() < 0.35 and back > 2) or (story == "silent" and back < 15):
            continue
        is_late = back < 7
        sleep = 5 if story == "short nights" and is_late else chance.choice(("6.5", "7", "7", "7.5"))
        tired = 4 if story == "short nights" and is_late else chance.choice((1, 2, 2, 3))
        sore = 4 if story == "sore" and back == 0 else chance.choice((1, 1, 2, 3))
        meals = chance.choice((2, 3, 3))
        answers = {Measure.SLEEP: sleep, Measure.FATIGUE: tired, Measure.SORENESS: sore, Measure.MEALS: meals}
        meal = _bowl(chance.choice((28, 95, 355))) if story == "sore" and back < 3 else None
        check_in(
            diary.studio, person, {one: Decimal(value) for one, value in answers.items()},
            words="夜中に何度か目が覚めます。" if story == "short nights" and back == 0 else "", meal=meal,
            agrees=True, wording="demo", language="ja", by=SYSTEM, now=diary.now - timedelta(days=back, minutes=90),
        )  # fmt: skip
    if story == "steady":
        tick_habits(diary.studio, person, ["morning", "noon"], by=SYSTEM, now=diary.now)


def _bowl(hue: int) -> bytes:
    """A bowl on a table, seen from above: a picture that shows nobody's meal."""
    picture = Image.new("RGB", (800, 600), "#d8c3a5")
    draw = ImageDraw.Draw(picture)
    for edge, colour in ((60, "#fdfbf7"), (90, f"hsl({hue}, 35%, 55%)")):
        draw.ellipse((100 + edge, edge, 700 - edge, 600 - edge), fill=colour)
    out = BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def _advise(diary: Diary, member: Member, story: str) -> None:
    studio, person, by = (
        diary.studio,
        member.person.id,
        Actor("staff", member.trainer.staff_id, member.trainer.name_ja),
    )
    today, before = local_date(diary.now, studio.zone), diary.now - timedelta(days=14)
    kept = write_note(
        studio, person, Topic.DIET, advice="朝食にたんぱく質を足す（卵かヨーグルト）", target="1日3食",
        due_on=local_date(before, studio.zone), by=by, now=before,
    )  # fmt: skip
    close_note(studio.id, person, kept.id, Outcome.PARTLY, "平日はできた", version=1, by=by, now=before)
    if story == "steady":
        mark_seen(person, until=diary.now, by=by, now=diary.now)
        return
    write_note(
        studio, person, Topic.SLEEP, advice="寝る1時間前からスマートフォンを見ない", target="睡眠7時間",
        noticed="寝つきが悪いとのこと", due_on=today + timedelta(days=0 if story == "sore" else 4), by=by, now=before,
    )  # fmt: skip
    if story == "silent" and mail_of(person):
        reply(
            studio,
            person,
            "ありがとうございます。次回は少し軽めにしましょう。",
            until=None,
            by=by,
            now=before,
        )

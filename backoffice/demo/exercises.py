"""The gym's own exercises, beside those that are in every library from the start."""

from datetime import datetime

from backoffice.clients.limits import Limit
from backoffice.core.audit import SYSTEM
from backoffice.exercises.actions import create_exercise
from backoffice.exercises.draft import ExerciseDraft
from backoffice.exercises.models import Exercise
from backoffice.exercises.vocabulary import Equipment, Muscle
from backoffice.studio.models import Studio

_M = Muscle

OWN = {
    "goblet_squat": ExerciseDraft(
        "ゴブレットスクワット", "ごぶれっとすくわっと", "Goblet squat", equipment=(Equipment.DUMBBELL,),
        muscles=(_M.QUADRICEPS, _M.GLUTES), supporting=(_M.CORE,), limits=(Limit.KNEE,), sets=3, amount=10,
        cues_ja="ダンベルを胸の前で抱えます。\n膝とつま先を同じ向きにして、ゆっくりしゃがみます。",
        cues_en="Hold the dumbbell against your chest.\nKnees follow the toes; sink slowly.",
    ),
    "romanian_deadlift": ExerciseDraft(
        "ルーマニアンデッドリフト", "るーまにあんでっどりふと", "Romanian deadlift", equipment=(Equipment.DUMBBELL,),
        muscles=(_M.HAMSTRINGS, _M.GLUTES), supporting=(_M.ERECTOR_SPINAE,), limits=(Limit.LOW_BACK,),
        sets=3, amount=8,
        cues_ja="背中をまっすぐ保ち、お尻を後ろへ引きます。\nももの裏が伸びたところで戻ります。",
        cues_en="Keep the back long and push the hips back.\nReturn when the back of the thigh is stretched.",
    ),
    "lat_pulldown": ExerciseDraft(
        "ラットプルダウン", "らっとぷるだうん", "Lat pulldown", equipment=(Equipment.CABLE,),
        muscles=(_M.LATISSIMUS_DORSI,), supporting=(_M.BICEPS, _M.RHOMBOIDS), limits=(Limit.SHOULDER,),
        sets=3, amount=10,
        cues_ja="肩を下げてから、肘を腰へ引きつけます。",
        cues_en="Set the shoulders down, then draw the elbows to the hips.",
    ),
    "dumbbell_press": ExerciseDraft(
        "ダンベルプレス", "だんべるぷれす", "Dumbbell press", equipment=(Equipment.DUMBBELL,),
        muscles=(_M.PECTORALS,), supporting=(_M.TRICEPS, _M.DELTOIDS), limits=(Limit.SHOULDER,), sets=3, amount=10,
        cues_ja="肩甲骨を寄せたまま、真上へ押します。",
        cues_en="Keep the shoulder blades together and press straight up.",
    ),
}  # fmt: skip


def add_own_exercises(studio: Studio, *, now: datetime) -> dict[str, Exercise]:
    """Add the gym's own exercises; by the name that the demo's programs use."""
    return {key: create_exercise(studio.id, draft, by=SYSTEM, now=now) for key, draft in OWN.items()}

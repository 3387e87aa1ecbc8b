"""What effects and spans are called."""

from flask_babel import lazy_gettext as _l

from backoffice.progress.models import Effect, Pose

EFFECT_WORDS = {Effect.FELT: _l("Felt something"), Effect.SEEN: _l("Saw something")}
FIRST_WORDS = {Effect.FELT: _l("First felt"), Effect.SEEN: _l("First seen")}
SPANS = {"90": (90, _l("3 months")), "365": (365, _l("1 year")), "all": (None, _l("All"))}
"""What a chart shows: how many days back, or everything."""
POSE_WORDS = {Pose.FRONT: _l("Front"), Pose.SIDE: _l("Side"), Pose.BACK: _l("Back view")}

"""What effects and spans are called."""

from flask_babel import lazy_gettext as _l

from backoffice.core.language import N_
from backoffice.progress.models import Effect, Pose

EFFECT_WORDS = {Effect.FELT: _l("Felt something"), Effect.SEEN: _l("Saw something")}
FIRST_WORDS = {Effect.FELT: _l("First felt"), Effect.SEEN: _l("First seen")}
SHEET_WORDS = {
    "title": N_("Progress"),
    "made": N_("Made on"),
    "measured": N_("Measurements"),
    "first": N_("First"),
    "newest": N_("Newest"),
    "change": N_("Difference"),
    "goal": N_("Goal"),
    "noticed": N_("What the client noticed"),
    "felt": N_("First felt"),
    "seen": N_("First seen"),
    "photos": N_("Photos"),
    "line": N_("The line is smoothed: for each day it moves a tenth of the way towards a new value."),
}
"""What a sheet for the client says, in both languages at once."""
SPANS = {"90": (90, _l("3 months")), "365": (365, _l("1 year")), "all": (None, _l("All"))}
"""What a chart shows: how many days back, or everything."""
POSE_WORDS = {Pose.FRONT: _l("Front"), Pose.SIDE: _l("Side"), Pose.BACK: _l("Back view")}

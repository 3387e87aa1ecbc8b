"""What the audit's codes are called on the screen."""

from flask_babel import gettext as _

from backoffice.core.language import N_

SUBJECTS = {
    "booking": N_("Booking"),
    "client": N_("Member"),
    "lead": N_("Lead"),
    "leads": N_("Leads"),
    "membership": N_("Membership"),
    "message": N_("Message"),
    "participant": N_("Participant"),
    "person": N_("Person"),
    "room": N_("Room"),
    "service": N_("Service"),
    "shift": N_("Shift"),
    "special_day": N_("Special day"),
    "staff": N_("Staff"),
    "studio": N_("Gym"),
    "time_off": N_("Time off"),
    "block": N_("Block"),
    "todo": N_("Task"),
    "trainer": N_("Trainer"),
}

VERBS = {
    "added": N_("added"),
    "archived": N_("taken out of use"),
    "assigned": N_("given to somebody"),
    "attended": N_("attended"),
    "begun": N_("begun"),
    "booked": N_("booked"),
    "cancelled": N_("cancelled"),
    "changed": N_("changed"),
    "consent": N_("consent recorded"),
    "dropped": N_("dropped"),
    "exported": N_("exported"),
    "feed_made": N_("calendar link made"),
    "feed_revoked": N_("calendar link revoked"),
    "finished": N_("done"),
    "founded": N_("founded"),
    "hours_set": N_("hours set"),
    "imported": N_("imported"),
    "invited": N_("invited"),
    "invited_again": N_("invited again"),
    "joined": N_("password chosen, account open"),
    "kept_apart": N_("said to be two people"),
    "merge_undone": N_("made two again"),
    "merged": N_("made one"),
    "moved": N_("moved"),
    "note_added": N_("note added"),
    "password_changed": N_("password changed"),
    "password_reset": N_("password reset"),
    "pin_removed": N_("PIN removed"),
    "pin_set": N_("PIN set"),
    "registered": N_("registered"),
    "reopened": N_("reopened"),
    "replied": N_("answered"),
    "reset_requested": N_("password reset asked for"),
    "restored": N_("restored"),
    "signed_in": N_("signed in"),
    "signed_out_everywhere": N_("signed out everywhere"),
    "stage": N_("stage changed"),
    "suspended": N_("suspended"),
    "took_over": N_("took over the screen"),
}

ACTORS = {
    "system": N_("the system"),
    "link": N_("the client, by link"),
    "visitor": N_("a visitor"),
    "import": N_("an import"),
}


def subject_word(kind: str) -> str:
    """Booking, Lead …; a code nobody named stays a code."""
    return _(SUBJECTS[kind]) if kind in SUBJECTS else kind


def verb_word(action: str) -> str:
    """What happened, from the part of `booking.moved` behind the dot."""
    verb = action.partition(".")[2]
    return _(VERBS[verb]) if verb in VERBS else verb.replace("_", " ")


def actor_word(kind: str, label: str) -> str:
    """The name of a staff member as it was then, or what kind of hand it was."""
    return _(ACTORS[kind]) if kind in ACTORS else label

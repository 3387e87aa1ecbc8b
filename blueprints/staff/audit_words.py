"""What the audit's codes are called on the screen."""

from flask_babel import gettext as _

from backoffice.core.language import N_

SUBJECTS = {
    "block": N_("Block"),
    "booking": N_("Booking"),
    "bookings": N_("Bookings"),
    "care_note": N_("CARE note"),
    "care_plan": N_("CARE targets"),
    "care_reply": N_("Answer to a check-in"),
    "check_in": N_("Check-in"),
    "client": N_("Member"),
    "effect": N_("Effect noticed"),
    "exercise": N_("Exercise"),
    "exercises": N_("Exercises"),
    "export": N_("Export"),
    "file": N_("File"),
    "handover": N_("Handover"),
    "handover_note": N_("Handover"),
    "incident": N_("Incident"),
    "lead": N_("Lead"),
    "leads": N_("Leads"),
    "measure_goal": N_("Goal of a measurement"),
    "measure_kind": N_("Kind of measurement"),
    "measurement": N_("Measurement"),
    "membership": N_("Membership"),
    "message": N_("Message"),
    "offer": N_("Offer from the waiting list"),
    "participant": N_("Participant"),
    "people": N_("People"),
    "person": N_("Person"),
    "program": N_("Program"),
    "record": N_("Client sheet"),
    "rejected rows": N_("Rejected rows"),
    "replan": N_("Replanning"),
    "report": N_("Report"),
    "room": N_("Room"),
    "saved_view": N_("View of the lead list"),
    "screening": N_("Health check"),
    "progress_sheet": N_("Progress sheet"),
    "review": N_("Review"),
    "series": N_("Series"),
    "service": N_("Service"),
    "sheet_version": N_("Health check sheet"),
    "shift": N_("Shift"),
    "shift_swap": N_("Swap of shifts"),
    "special_day": N_("Special day"),
    "staff": N_("Staff"),
    "studio": N_("Gym"),
    "time_off": N_("Time off"),
    "todo": N_("Task"),
    "trainer": N_("Trainer"),
    "wait": N_("Waiting list"),
}

VERBS = {
    "accepted": N_("accepted"),
    "added": N_("added"),
    "answered": N_("sheet answered"),
    "approved": N_("approved"),
    "archived": N_("taken out of use"),
    "arrive_undone": N_("arrival taken back"),
    "arrived": N_("arrived"),
    "asked": N_("asked"),
    "assigned": N_("given to somebody"),
    "attend_undone": N_("attendance taken back"),
    "attended": N_("attended"),
    "begun": N_("begun"),
    "booked": N_("booked"),
    "call_taken_back": N_("call taken back"),
    "called": N_("called"),
    "cancel_undone": N_("cancelling taken back"),
    "cancelled": N_("cancelled"),
    "captured": N_("came in"),
    "caution": N_("mark changed"),
    "changed": N_("changed"),
    "closed": N_("outcome noted"),
    "confirm_undone": N_("confirmation taken back"),
    "confirmed": N_("confirmed"),
    "consent": N_("consent recorded"),
    "contact_added": N_("phone or address added"),
    "copied": N_("copied"),
    "copy_undone": N_("copy undone"),
    "created": N_("created"),
    "cut": N_("cut short"),
    "decided": N_("decided"),
    "declined": N_("declined"),
    "deleted": N_("deleted"),
    "done": N_("done"),
    "dropped": N_("dropped"),
    "ended": N_("ended"),
    "exported": N_("exported"),
    "fee_received": N_("fee received"),
    "fee_undone": N_("fee taken back"),
    "feed_made": N_("calendar link made"),
    "feed_revoked": N_("calendar link revoked"),
    "finished": N_("done"),
    "founded": N_("founded"),
    "habits": N_("habits ticked"),
    "health_read": N_("health note read"),
    "hold_confirmed": N_("tentative booking confirmed"),
    "hold_lapsed": N_("tentative booking lapsed"),
    "hours_set": N_("hours set"),
    "imported": N_("imported"),
    "invited": N_("invited"),
    "invited_again": N_("invited again"),
    "joined": N_("password chosen, account open"),
    "kept_apart": N_("said to be two people"),
    "lapsed": N_("lapsed"),
    "links_ended": N_("links ended"),
    "late": N_("late"),
    "late_undone": N_("lateness taken back"),
    "made": N_("made"),
    "main_trainer": N_("main trainer changed"),
    "merge_undone": N_("made two again"),
    "merged": N_("made one"),
    "moved": N_("moved"),
    "name_completed": N_("name completed"),
    "no_show": N_("did not come"),
    "no_show_undone": N_("no-show taken back"),
    "not_approved": N_("not approved"),
    "note_added": N_("note added"),
    "noted": N_("noted"),
    "opened": N_("opened"),
    "password_changed": N_("password changed"),
    "password_reset": N_("password reset"),
    "photo_added": N_("photo added"),
    "photo_removed": N_("photo removed"),
    "photo_restored": N_("photo taken back"),
    "pin_removed": N_("PIN removed"),
    "pin_set": N_("PIN set"),
    "planned": N_("planned"),
    "proposed": N_("other times proposed"),
    "published": N_("published"),
    "read": N_("answers read"),
    "registered": N_("registered"),
    "released": N_("released"),
    "removed": N_("removed"),
    "reopened": N_("reopened"),
    "renamed": N_("renamed"),
    "replied": N_("answered"),
    "reported": N_("reported"),
    "reset_requested": N_("password reset asked for"),
    "restored": N_("restored"),
    "saved": N_("kept"),
    "sent_again": N_("sent again"),
    "sent_now": N_("sent at once"),
    "set": N_("set"),
    "signed_in": N_("signed in"),
    "signed_out_everywhere": N_("signed out everywhere"),
    "stage": N_("stage changed"),
    "substitute_ended": N_("substitute trainer removed"),
    "substitute_named": N_("substitute trainer named"),
    "suspended": N_("suspended"),
    "told": N_("told"),
    "took_over": N_("took over the screen"),
    "withdrawn": N_("withdrawn"),
    "written": N_("written"),
}

ACTORS = {
    "system": N_("the system"),
    "link": N_("the client, by link"),
    "visitor": N_("a visitor"),
    "import": N_("an import"),
}

# The labels that are no names, and the kind of hand behind each.
HANDS = {"system": "system", "link holder": "link", "visitor": "visitor"}


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


def label_word(label: str) -> str:
    """Who made a row that keeps only a label: a name of the staff, or in words what kind of hand it was."""
    return _(ACTORS[HANDS[label]]) if label in HANDS else label

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
    "choice": N_("Times to choose from"),
    "client": N_("Member"),
    "conversation": N_("Conversation"),
    "day_close": N_("Day close"),
    "effect": N_("Effect noticed"),
    "exercise": N_("Exercise"),
    "exercises": N_("Exercises"),
    "export": N_("Export"),
    "file": N_("File"),
    "freeze": N_("Freeze"),
    "handover": N_("Handover"),
    "handover_note": N_("Handover"),
    "discount": N_("Discount"),
    "costs": N_("costs of sources"),
    "goals": N_("Goals of the month"),
    "incident": N_("Incident"),
    "invoice": N_("Invoice"),
    "joining": N_("Joining papers"),
    "lead": N_("Lead"),
    "leads": N_("Leads"),
    "leaving": N_("Leaving"),
    "lost_reason": N_("Reason for not joining"),
    "measure_goal": N_("Goal of a measurement"),
    "measure_kind": N_("Kind of measurement"),
    "measurement": N_("Measurement"),
    "membership": N_("Membership"),
    "message": N_("Message"),
    "message_text": N_("Text of a message"),
    "offer": N_("Offer from the waiting list"),
    "participant": N_("Participant"),
    "payment": N_("Payment"),
    "people": N_("People"),
    "person": N_("Person"),
    "plan": N_("Plan"),
    "playbook": N_("Playbook"),
    "playbook_run": N_("Playbook for a person"),
    "playbook_step": N_("Step of a playbook"),
    "program": N_("Program"),
    "quick_reply": N_("Quick reply"),
    "receipt": N_("Receipt"),
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
    "session_log": N_("Session log"),
    "sheet_version": N_("Health check sheet"),
    "shift": N_("Shift"),
    "shift_swap": N_("Swap of shifts"),
    "source": N_("Source"),
    "special_day": N_("Special day"),
    "staff": N_("Staff"),
    "studio": N_("Gym"),
    "terms": N_("Terms of membership"),
    "ticket_grant": N_("Tickets"),
    "time_off": N_("Time off"),
    "todo": N_("Task"),
    "trainer": N_("Trainer"),
    "visit_terms": N_("Terms for visitors"),
    "wait": N_("Waiting list"),
}

SAME_WORD = {
    "bookings": "booking",
    "exercises": "exercise",
    "handover_note": "handover",
    "leads": "lead",
    "people": "person",
}
"""Kinds of many rows or of an older name, found under the kind they belong to."""

DEEDS = {"export.made": N_("exported")}
"""Where the part behind the dot alone would say something else."""

VERBS = {
    "accepted": N_("accepted"),
    "added": N_("added"),
    "answer_changed": N_("Answer changed"),
    "answer_taken_back": N_("Answer taken back"),
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
    "charged": N_("charged"),
    "chosen": N_("time chosen"),
    "closed": N_("outcome noted"),
    "closed_day": N_("counted and closed"),
    "confirm_undone": N_("confirmation taken back"),
    "confirmed": N_("confirmed"),
    "consent": N_("consent recorded"),
    "contact_added": N_("phone or address added"),
    "copied": N_("copied"),
    "copy_opened": N_("copy opened"),
    "copy_undone": N_("copy undone"),
    "corrected": N_("corrected"),
    "created": N_("created"),
    "credited": N_("charge taken back"),
    "cut": N_("cut short"),
    "data_given": N_("all data handed out"),
    "decided": N_("decided"),
    "declined": N_("declined"),
    "deleted": N_("deleted"),
    "details_changed": N_("address or emergency contact changed"),
    "done": N_("done"),
    "dropped": N_("dropped"),
    "ended": N_("ended"),
    "erased": N_("erased"),
    "exported": N_("exported"),
    "fee_received": N_("fee received"),
    "fee_undone": N_("fee taken back"),
    "feed_made": N_("calendar link made"),
    "feed_revoked": N_("calendar link revoked"),
    "file_opened": N_("file opened"),
    "finished": N_("done"),
    "founded": N_("founded"),
    "habits": N_("habits ticked"),
    "handed_over": N_("tablet handed over"),
    "health_read": N_("health note read"),
    "heard_by_hand": N_("Answer by mail or phone written down"),
    "hold_confirmed": N_("tentative booking confirmed"),
    "hold_lapsed": N_("tentative booking lapsed"),
    "hours_set": N_("hours set"),
    "imported": N_("imported"),
    "invited": N_("invited"),
    "invited_again": N_("invited again"),
    "joined": N_("password chosen, account open"),
    "kept": N_("kept all the same"),
    "kept_apart": N_("said to be two people"),
    "lapsed": N_("lapsed"),
    "late": N_("late"),
    "late_undone": N_("lateness taken back"),
    "line_code_made": N_("code for LINE made"),
    "line_tied": N_("LINE connected"),
    "line_untied": N_("LINE disconnected"),
    "link_sent": N_("link sent"),
    "link_shown": N_("invitation link shown"),
    "links_ended": N_("links ended"),
    "made": N_("made"),
    "main_trainer": N_("main trainer changed"),
    "merge_undone": N_("made two again"),
    "merged": N_("made one"),
    "moved": N_("moved"),
    "name_completed": N_("name completed"),
    "no_health_said": N_("Said that nothing is about health"),
    "no_show": N_("did not come"),
    "no_show_undone": N_("no-show taken back"),
    "not_approved": N_("not approved"),
    "note_added": N_("note added"),
    "noted": N_("noted"),
    "opened": N_("opened"),
    "paid": N_("paid"),
    "paid_out": N_("paid out"),
    "password_changed": N_("password changed"),
    "password_reset": N_("password reset"),
    "photo_added": N_("photo added"),
    "photo_removed": N_("photo removed"),
    "photo_restored": N_("photo taken back"),
    "pin_removed": N_("PIN removed"),
    "pin_set": N_("PIN set"),
    "planned": N_("planned"),
    "printed": N_("printed"),
    "proposed": N_("other times proposed"),
    "published": N_("published"),
    "read": N_("answers read"),
    "reconciled": N_("put right at night"),
    "refunded": N_("paid back"),
    "registered": N_("registered"),
    "rejoined": N_("joined again"),
    "released": N_("released"),
    "removed": N_("removed"),
    "renamed": N_("renamed"),
    "reopened": N_("reopened"),
    "replied": N_("answered"),
    "reported": N_("reported"),
    "reset_requested": N_("password reset asked for"),
    "restored": N_("restored"),
    "roads_set": N_("LINE messages chosen"),
    "sale_undone": N_("sale taken back"),
    "saved": N_("kept"),
    "sent": N_("sent"),
    "sent_again": N_("sent again"),
    "sent_now": N_("sent at once"),
    "set": N_("set"),
    "signed": N_("signed"),
    "signed_in": N_("signed in"),
    "signed_out_everywhere": N_("signed out everywhere"),
    "stage": N_("stage changed"),
    "started": N_("started"),
    "stopped": N_("stopped"),
    "substitute_ended": N_("substitute trainer removed"),
    "substitute_named": N_("substitute trainer named"),
    "suspended": N_("suspended"),
    "switched_off": N_("switched off"),
    "switched_on": N_("switched on"),
    "tested": N_("sent as a test"),
    "told": N_("told"),
    "took_over": N_("took over the screen"),
    "withdrawn": N_("withdrawn"),
    "words_removed": N_("words removed"),
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


def subjects_to_choose() -> list[str]:
    """The kinds of a filter in their order, each word once."""
    return [kind for kind in SUBJECTS if kind not in SAME_WORD]


def kinds_of(kind: str) -> list[str]:
    """All kinds that are found under one."""
    return [kind, *(other for other, main in SAME_WORD.items() if main == kind)]


def verb_word(action: str) -> str:
    """What happened, from the part of `booking.moved` behind the dot."""
    if action in DEEDS:
        return _(DEEDS[action])
    verb = action.partition(".")[2]
    return _(VERBS[verb]) if verb in VERBS else verb.replace("_", " ")


def actor_word(kind: str, label: str) -> str:
    """The name of a staff member as it was then, or what kind of hand it was."""
    return _(ACTORS[kind]) if kind in ACTORS else label


def label_word(label: str) -> str:
    """Who made a row that keeps only a label: a name of the staff, or in words what kind of hand it was."""
    return _(ACTORS[HANDS[label]]) if label in HANDS else label

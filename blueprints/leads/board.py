"""The board: open leads as cards in columns; a card is moved by pointer or keyboard, the server decides."""

from dataclasses import replace

from flask import jsonify, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.leads import board as boards
from backoffice.leads import queries
from backoffice.leads.lead_list import OPEN
from backoffice.leads.models import Stage
from backoffice.leads.stages import moves_by_hand
from backoffice.staff.permissions import Permission
from blueprints.leads.blueprint import leads
from blueprints.leads.choices import reason_names, staff_names
from blueprints.leads.filters import read_filters
from blueprints.leads.words import STAGE_WORDS
from blueprints.people.scope import check_visible
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.language import spoken
from blueprints.support.limits import LARGEST_ID
from blueprints.support.studio import current_studio


@leads.get("/board")
@permit(Permission.LEADS_VIEW)
def board() -> ResponseReturnValue:
    """Open leads by stage; owner, source, month and words narrow it as they do the list."""
    asked = read_filters()
    return render_template(
        "leads/board.html",
        asked=asked,
        columns=boards.board(replace(asked.filters, state=OPEN, stage=None), now=now()),
        most=boards.MOST_CARDS,
        reasons=reason_names(),
        **_words(),
    )


@leads.post("/<int:lead_id>/stage")
@permit(Permission.LEADS_EDIT)
def move(lead_id: int) -> ResponseReturnValue:
    """Move a card (`to`, `version`, for LOST a `reason`); the answer is the card as it is then, as JSON."""
    lead = queries.lead(current_studio().id, lead_id)
    check_visible(lead.person_id)
    to, version = request.form.get("to", ""), request.form.get("version", "")
    if to not in tuple(Stage) or not (version.isascii() and version.isdigit() and int(version) <= LARGEST_ID):
        raise Invalid(N_("This is not possible."))
    with transaction():
        boards.move_by_hand(
            lead,
            Stage(to),
            reason=request.form.get("reason", ""),
            version=int(version),
            by=actor(),
            now=now(),
        )
    card = boards.card_of(lead)
    html = render_template("leads/_board_card.html", card=card, **_words()) if card else ""
    return jsonify(card=html, said=_("Moved to %(stage)s.", stage=str(STAGE_WORDS[Stage(to)])))


def _words() -> dict[str, object]:
    return {
        "staff": staff_names(),
        "stage_words": spoken(STAGE_WORDS),
        "moves": {stage.value: " ".join(moves_by_hand(stage)) for stage in boards.COLUMNS},
    }

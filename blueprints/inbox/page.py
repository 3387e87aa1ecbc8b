"""A conversation as a page shows it: the list beside it, what was said, who it is, and the form to answer."""

import hashlib
from typing import Any

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from backoffice.choices.queries import open_for_person
from backoffice.inbox import queries
from backoffice.inbox.answers import newest_answer
from backoffice.inbox.health import may_talk
from backoffice.inbox.queries import Asked, Tray
from backoffice.inbox.quick_replies import quick_replies
from backoffice.inbox.roads import way_to
from backoffice.line.queries import account
from backoffice.messaging.conversation_queries import conversation as entries_of
from backoffice.messaging.entries import Conversation
from backoffice.messaging.outbox import quiet_hours_of
from backoffice.people.queries import bare_person
from blueprints.inbox import scope
from blueprints.inbox.forms import AnswerForm, HeardForm
from blueprints.inbox.words import EMPTY_WORDS, SAID_WORDS, TRAY_WORDS, answer_state
from blueprints.leads.words import LEAD_WORDS
from blueprints.line.words import KIND_WORDS
from blueprints.support.clock import now
from blueprints.support.language import language
from blueprints.support.studio import current_studio

LONGEST_QUERY = 100


def asked() -> Asked:
    """What stands in the address of the list."""
    shown = request.args.get("show", "")
    tray = Tray(shown) if shown in tuple(Tray) else Tray.ALL
    return scope.asked(tray, request.args.get("q", "").replace("\x00", "").strip()[:LONGEST_QUERY])


def list_of(wanted: Asked) -> dict[str, Any]:
    """The list as templates read it."""
    rows = queries.conversation_rows(current_studio().id, wanted, after=request.args.get("after", ""))
    shown = rows[: queries.PAGE]
    address = {"show": wanted.tray.value if wanted.tray is not Tray.ALL else None, "q": wanted.query or None}
    return {
        "rows": shown,
        "more": shown[-1].place if len(rows) > queries.PAGE else None,
        "asked": wanted,
        "address": address,
        "trays": TRAY_WORDS,
        "empty_words": EMPTY_WORDS[wanted.tray],
        "said_kinds": KIND_WORDS,
    }


def thread_of(conversation: Conversation) -> dict[str, Any]:
    """What was said, as the template of a thread reads it."""
    person_id = conversation.person_id
    return {
        "conversation": conversation,
        "said": entries_of(
            conversation.studio_id, person_id=person_id, line_account_id=conversation.line_account_id
        ),
        "said_kinds": KIND_WORDS,
        "answer_state": answer_state,
        "reads_health": scope.reads_health(person_id),
        "roads": SAID_WORDS,
    }


def show_page(
    conversation: Conversation,
    form: AnswerForm | None = None,
    heard: HeardForm | None = None,
    *,
    status: int = 200,
    asks_health: bool = False,
) -> ResponseReturnValue:
    """The whole page. A form that comes back keeps what was typed, and says that it is not sent."""
    way, person_id = way_to(conversation), conversation.person_id
    page = render_template(
        "inbox/show.html",
        form=form or AnswerForm.fresh(way, newest_answer(conversation)),
        heard=heard or HeardForm.fresh(),
        is_kept=form is not None,
        asks_health=asks_health,
        way=way,
        replies=quick_replies(conversation.studio_id),
        team=queries.colleagues(conversation.studio_id),
        is_night=quiet_hours_of(conversation.studio_id).holds(now()),
        talks_health=person_id is not None and may_talk(person_id),
        trains=scope.trains(person_id),
        **(list_of(asked()) | thread_of(conversation) | _who(conversation)),
        **LEAD_WORDS,
    )
    return page, status


def fresh(template: str, **shown: Any) -> ResponseReturnValue:
    """A part of the page for a script that asks again; 304 as long as it says the same."""
    text = render_template(template, **shown)
    page = make_response(text)
    told = f"{text}{language()}{current_user.id}"
    page.set_etag(hashlib.blake2b(told.encode(errors="replace"), digest_size=12).hexdigest())
    if request.if_none_match.contains(page.get_etag()[0] or ""):
        return Response(status=304)
    return page


def _who(conversation: Conversation) -> dict[str, Any]:
    """Who it is, as far as the acting person may know."""
    if conversation.person_id is None:
        nobody = account(conversation.studio_id, conversation.line_account_id or 0)
        return {"account": nobody, "person": None, "open_choices": []}
    can_open = scope.may_open_person(conversation.person_id)
    return {
        "account": None,
        "person": bare_person(conversation.person_id),
        "who": queries.who_is(conversation.person_id, now=now()),
        "can_open": can_open,
        "open_choices": open_for_person(conversation.studio_id, conversation.person_id) if can_open else [],
        "here": url_for("inbox.show", conversation_id=conversation.id),
    }

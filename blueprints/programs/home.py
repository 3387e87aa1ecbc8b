"""The home program as a client opens it by link, in either language. Opening it changes nothing."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from backoffice.core.errors import NotFound
from backoffice.people.queries import MergedAway, bare_person
from backoffice.programs import queries
from backoffice.programs.home import program_by_token
from blueprints.bookings.visit_page import LinkGone, explain_gone_links, speak
from blueprints.programs.words import PROGRAM_WORDS
from blueprints.support.access import link_holder
from blueprints.support.clock import today

home_program = Blueprint("home_program", __name__, url_prefix="/home-program/<token>")
explain_gone_links(home_program)


@home_program.get("")
@link_holder("home-program")
def show(token: str) -> ResponseReturnValue:
    """This week's days, with cues; what is planned, nothing about the person."""
    program = program_by_token(token)
    if program is None or (program.ends_on is not None and program.ends_on < today()):
        raise LinkGone
    try:
        speak(bare_person(program.person_id or 0).language)
    except (NotFound, MergedAway) as error:
        raise LinkGone from error
    day = max(today(), program.starts_on or today())
    version = queries.version_on(program.id, day)
    return render_template(
        "programs/home.html",
        program=program,
        days=version.in_week(version.week_on(day)) if version else [],
        cues=queries.cues_of(version) if version else {},
        **PROGRAM_WORDS,
    )

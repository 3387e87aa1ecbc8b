"""Where a visitor came from: taken from the first address they open and kept until they book."""

from typing import Any

from flask import request, session

from backoffice.core.contact import plain_text

KEY = "campaign"
LONGEST = 100
NAMES = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")


def remember() -> None:
    """Keep article, UTM words and landing page of this address in the signed cookie. The first answer stays."""
    if KEY in session:
        return
    article = plain_text(request.args.get("article", ""), LONGEST)
    utm = {name: plain_text(request.args[name], LONGEST) for name in NAMES if request.args.get(name)}
    if article or utm:
        session[KEY] = {"article": article, "utm": {**utm, "landing": plain_text(request.path, LONGEST)}}


def remembered() -> dict[str, Any]:
    """`article` and `utm` of this visitor; empty when they came by themselves."""
    kept = session.get(KEY) or {}
    return {"article": kept.get("article", ""), "utm": kept.get("utm", {})}


def forget() -> None:
    """The visit became a booking: a later one from the same browser has its own beginning."""
    session.pop(KEY, None)

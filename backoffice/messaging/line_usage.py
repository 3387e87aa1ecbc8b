"""Asking LINE about the month. Imported by workers only."""

import logging
from dataclasses import dataclass
from datetime import date

from linebot.v3.messaging.exceptions import ApiException
from urllib3.exceptions import HTTPError

from backoffice.messaging.line import DEADLINE, PATIENCE
from backoffice.messaging.line_connection import line_api

log = logging.getLogger(__name__)

_WAIT = {"_request_timeout": (PATIENCE.total_seconds(), PATIENCE.total_seconds())}


@dataclass(frozen=True)
class Usage:
    """What LINE says: how many messages a month allows (None: no limit) and how many are used."""

    quota: int | None
    used: int


def read_usage(url: str, token: str) -> Usage | None:
    """The present month; None when LINE does not answer, which the next hour will mend."""
    try:
        with line_api(url, token, DEADLINE) as api:
            quota, used = api.get_message_quota(**_WAIT), api.get_message_quota_consumption(**_WAIT)
    except (ApiException, HTTPError, OSError, ValueError) as error:
        log.warning("LINE does not say what is used", extra={"error": type(error).__name__})
        return None
    return Usage(quota.value if quota.type == "limited" else None, used.total_usage)


def read_pushes(url: str, token: str, day: date) -> int | None:
    """How many pushes LINE counted on a day of Japan; None when it does not (yet) say, as below twenty a day."""
    try:
        with line_api(url, token, DEADLINE) as api:
            told = api.get_number_of_sent_push_messages(day.strftime("%Y%m%d"), **_WAIT)
    except (ApiException, HTTPError, OSError, ValueError) as error:
        log.warning("LINE does not say what was pushed", extra={"error": type(error).__name__})
        return None
    return told.success if told.status == "ready" else None

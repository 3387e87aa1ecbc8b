"""What is read from LINE: how somebody is called there, and the files they sent. Imported by workers only."""

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

from linebot.v3.messaging.exceptions import ApiException
from urllib3.exceptions import HTTPError

from backoffice.core.contact import plain_text
from backoffice.core.language import Language
from backoffice.messaging.line_connection import line_api

PATIENCE = timedelta(seconds=10)
DEADLINE = timedelta(seconds=60)
MOST_BYTES = 15 * 1024 * 1024
LONGEST_NAME = 60
GONE = frozenset({400, 403, 404, 410})
"""Of whom or what LINE says nothing (any more). A file still being made ready (202) is asked for again."""
API_HOST, FILES_HOST = "api.line.me", "api-data.line.me"


class Failure(StrEnum):
    """Why nothing was read: asking again may help (LATER), or LINE has nothing (any more) (GONE), or too much."""

    LATER = "LATER"
    GONE = "GONE"
    TOO_LARGE = "TOO_LARGE"


@dataclass(frozen=True)
class Profile:
    """How somebody is called on LINE, and the language of their app."""

    display_name: str
    language: str


@dataclass(frozen=True)
class LineReader:
    """Reads from the Messaging API at `LINE_API_URL`. Every wait has an end; nothing is changed at LINE."""

    url: str
    token: str = field(repr=False)
    patience: timedelta = PATIENCE
    deadline: timedelta = DEADLINE

    def profile(self, user_id: str) -> Profile | Failure:
        """The profile of somebody who has written or follows."""
        seconds = self.patience.total_seconds()
        try:
            with line_api(self.url, self.token, self.deadline) as api:
                found = api.get_profile(user_id, _request_timeout=(seconds, seconds))
        except ApiException as error:
            return _failure(error.status)
        except (HTTPError, OSError, ValueError):
            return Failure.LATER
        language = Language.EN if (found.language or "").startswith("en") else Language.JA
        return Profile(plain_text(found.display_name, LONGEST_NAME), language.value)

    def content(self, message_id: str) -> bytes | Failure:
        """The file of a message, at most 15 MB. LINE keeps it for a while only.

        Past the SDK's own call, which loads whatever comes into memory before anybody can look at its size.
        """
        address = f"{files_url(self.url)}/v2/bot/message/{quote(message_id, safe='')}/content"
        try:
            with line_api(self.url, self.token, self.deadline) as api:
                answer = api.api_client.rest_client.pool_manager.request(
                    "GET", address, headers={"Authorization": f"Bearer {self.token}"}, preload_content=False,
                    redirect=False, retries=False, timeout=self.patience.total_seconds(),
                )  # fmt: skip
                if answer.status != 200:
                    return _failure(answer.status)
                content: bytes = answer.read(MOST_BYTES + 1)
        except (HTTPError, OSError, ValueError):
            return Failure.LATER
        return Failure.TOO_LARGE if len(content) > MOST_BYTES else content


def files_url(url: str) -> str:
    """Where LINE keeps files: on a host of its own. Another address is a far end that does both. Pure."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=FILES_HOST)) if parts.netloc == API_HOST else url


def _failure(status: int) -> Failure:
    return Failure.GONE if status in GONE else Failure.LATER

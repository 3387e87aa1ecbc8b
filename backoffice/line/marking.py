"""LINE is told that something was read, so that its sender sees 既読. Imported by workers only."""

from dataclasses import dataclass, field
from datetime import timedelta

from linebot.v3.messaging import MarkMessagesAsReadByTokenRequest
from linebot.v3.messaging.exceptions import ApiException
from urllib3.exceptions import HTTPError

from backoffice.line.reading import DEADLINE, PATIENCE
from backoffice.messaging.line_connection import line_api

BUSY = 429


@dataclass(frozen=True)
class LineMarker:
    """Marks messages as read at `LINE_API_URL`. Marked twice is marked once, so a lost answer costs nothing."""

    url: str
    token: str = field(repr=False)
    patience: timedelta = PATIENCE
    deadline: timedelta = DEADLINE

    def mark(self, read_token: str) -> bool:
        """Tell LINE that the message of this token was read. False when it is worth telling again."""
        seconds = self.patience.total_seconds()
        request = MarkMessagesAsReadByTokenRequest(markAsReadToken=read_token)
        try:
            with line_api(self.url, self.token, self.deadline) as api:
                api.mark_messages_as_read_by_token(request, _request_timeout=(seconds, seconds))
        except ApiException as error:
            status: int = error.status
            return status != BUSY and status < 500
        except (HTTPError, OSError, ValueError):
            return False
        return True

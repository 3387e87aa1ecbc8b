"""LINE: one push per message, under a retry key that LINE remembers for a day; or a reply, which has no key.

Imported by workers only.
"""

import logging
from dataclasses import dataclass, field
from datetime import timedelta

from linebot.v3.messaging import Message, MessagingApi, PushMessageRequest, ReplyMessageRequest
from linebot.v3.messaging.api_response import ApiResponse
from linebot.v3.messaging.exceptions import ApiException
from urllib3.exceptions import HTTPError

from backoffice.messaging import line_answers
from backoffice.messaging.bubbles import bubbles_of
from backoffice.messaging.channels import LINE_KEEPS_KEYS, Ending, Envelope, HandOver, Outcome
from backoffice.messaging.line_connection import line_api

PATIENCE = timedelta(seconds=10)
DEADLINE = timedelta(seconds=30)
MOST_BUBBLES = 5

# With DEBUG the SDK would write down what LINE answers, and names stand in that.
logging.getLogger("linebot").setLevel(logging.INFO)


@dataclass(frozen=True)
class LineChannel:
    """The Messaging API at `LINE_API_URL`. One connection per message; every wait has an end.

    `patience` bounds connecting and each wait for the answer, `deadline` the whole exchange.
    """

    url: str
    token: str = field(repr=False)
    patience: timedelta = PATIENCE
    deadline: timedelta = DEADLINE
    honours_keys_for: timedelta = LINE_KEEPS_KEYS

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        """Reply or push. What is pushed again under the same key is taken once: a 409 says it was taken before."""
        bubbles = bubbles_of(envelope)
        if len(bubbles) > MOST_BUBBLES:
            return Outcome(Ending.NEVER, line_answers.TOO_LONG)
        if not hand_over():
            return Outcome(Ending.TAKEN_BACK)
        read = line_answers.refused_reply if envelope.reply_token else line_answers.refused
        try:
            with line_api(self.url, self.token, self.deadline) as api:
                call = self._reply if envelope.reply_token else self._push
                answer = call(api, envelope, bubbles)
        except ApiException as error:
            return read(error)
        except (HTTPError, OSError, ValueError) as error:  # ValueError: a 200 whose text LINE never wrote
            return line_answers.broken(error)
        return line_answers.accepted(answer.headers.get("x-line-request-id"))

    def _push(self, api: MessagingApi, envelope: Envelope, bubbles: list[Message]) -> ApiResponse:
        return api.push_message_with_http_info(
            PushMessageRequest(to=envelope.address, messages=bubbles),
            x_line_retry_key=str(envelope.retry_key),
            _request_timeout=self._waits,
        )

    def _reply(self, api: MessagingApi, envelope: Envelope, bubbles: list[Message]) -> ApiResponse:
        return api.reply_message_with_http_info(
            ReplyMessageRequest(reply_token=envelope.reply_token, messages=bubbles),
            _request_timeout=self._waits,
        )

    @property
    def _waits(self) -> tuple[float, float]:
        """For a connection, and for each part of the answer."""
        return self.patience.total_seconds(), self.patience.total_seconds()

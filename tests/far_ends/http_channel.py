"""A channel to the HTTP provider of the tests, as one to LINE will be: push with a retry key."""

import http.client
import json
from dataclasses import dataclass
from datetime import timedelta

from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome

ENDINGS = {200: Ending.ACCEPTED, 409: Ending.ACCEPTED, 429: Ending.RETRY_SOON, 503: Ending.RETRY_SOON}


@dataclass(frozen=True)
class HttpChannel:
    """Pushes to 127.0.0.1:`port`. A lost answer is ambiguous; the same key makes asking again safe."""

    port: int
    honours_keys_for: timedelta = timedelta(hours=23)

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        body = json.dumps({"message": envelope.message_id, "to": envelope.address, "text": envelope.subject})
        if not hand_over():
            return Outcome(Ending.TAKEN_BACK)
        try:
            connection.request("POST", "/push", body, {"X-Retry-Key": str(envelope.retry_key)})
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            return Outcome(Ending.AMBIGUOUS, "answer lost", type(error).__name__)
        finally:
            connection.close()
        return Outcome(ENDINGS.get(status, Ending.NEVER), "", str(status))

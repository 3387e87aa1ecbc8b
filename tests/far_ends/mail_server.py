"""A mail server that writes down what it accepts and, when asked to, is as unreliable as real ones.

python -m tests.far_ends.mail_server JOURNAL PORT_FILE [--busy P] [--lose P] [--odd P] [--seconds S] [--seed N]
"""

import argparse
import asyncio
import random
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.far_ends import journal
from tests.far_ends.resets import reset_on_close

LONG = 6.0
"""Longer than anybody in a drill waits for an answer."""
AT_THE_ADDRESS = ("450 4.2.0 greylisted", "452 4.2.2 mailbox full", "550 5.1.1 no such user")
AFTER_THE_DOT = (
    "451 4.3.0 try later",
    "554 5.7.1 looks like spam",
    "hang",
    "hang up",
    "hang up with a reset",
)


class Handler:
    """Accepts mail. `busy`, `lose` and `odd` are shares: answered with 451, accepted without the answer arriving, and
    anything of the two lists above."""

    def __init__(
        self,
        path: Path,
        *,
        busy: float = 0,
        lose: float = 0,
        odd: float = 0,
        seconds: float = 0,
        seed: int = 0,
    ) -> None:
        self.path, self.busy, self.lose, self.odd, self.seconds = path, busy, lose, odd, seconds
        self.dice = random.Random(seed)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any
    ) -> str:
        if self.dice.random() < self.busy:
            return "451 4.3.0 busy"
        if self.dice.random() < self.odd / 2:
            return self.dice.choice(AT_THE_ADDRESS)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.seconds * self.dice.random())
        if self.dice.random() < self.odd / 2:
            answer = self.dice.choice(AFTER_THE_DOT)
            if answer == "hang":
                await asyncio.sleep(LONG)
            if answer.startswith("hang"):
                self.hang_up(server, reset=answer.endswith("reset"))
            return answer
        mail = message_from_bytes(bytes(envelope.content or b""), policy=default)
        body = mail.get_body(("plain",))
        entry = {
            "to": envelope.rcpt_tos,
            "subject": str(mail["Subject"]),
            "message_id": str(mail["Message-ID"]),
            "headers": {name: str(value) for name, value in mail.items()},
            "body": body.get_content() if body is not None else "",
            "parts": [part.get_content_type() for part in mail.walk() if not part.is_multipart()],
        }
        journal.append(self.path, entry)
        if self.dice.random() < self.lose:
            self.hang_up(server, reset=self.dice.random() < 0.5)
        return "250 2.0.0 accepted"

    def hang_up(self, server: SMTP, *, reset: bool) -> None:
        """End the connection without a word, or break it."""
        if server.transport is not None:
            if reset:
                reset_on_close(server.transport.get_extra_info("socket"))
            server.transport.abort()


async def serve(path: Path, port_file: Path, **options: Any) -> None:
    """Listen on a free port of this machine until the process is ended."""
    handler = Handler(path, **options)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(handler, loop=loop, enable_SMTPUTF8=False), "127.0.0.1", 0)
    draft = port_file.with_suffix(".new")
    draft.write_text(str(server.sockets[0].getsockname()[1]))
    draft.rename(port_file)
    await server.serve_forever()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser()
    parser.add_argument("journal", type=Path)
    parser.add_argument("port_file", type=Path)
    for share in ("busy", "lose", "odd", "seconds"):
        parser.add_argument(f"--{share}", type=float, default=0)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    options = {name: getattr(given, name) for name in ("busy", "lose", "odd", "seconds", "seed")}
    asyncio.run(serve(given.journal, given.port_file, **options))


if __name__ == "__main__":
    main()

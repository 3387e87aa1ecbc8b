"""A mail server that follows a script word by word: for the answers and accidents that no library plays."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Script:
    """What to say at each step; `None` hangs up there. `drip` sends byte by byte with these pauses."""

    greeting: str | None = "220 far.example ESMTP"
    mail: str | None = "250 OK"
    rcpt: str | None = "250 OK"
    data: str | None = "354 go on"
    dot: str | None = "250 2.0.0 accepted"
    silent_at: str = ""
    drip: float = 0
    accepted: list[str] = field(default_factory=list)
    """The mails that came with their final dot."""


class Conversation:
    """One connection to the scripted server."""

    def __init__(self, connection: socket.socket, script: Script, closing: threading.Event) -> None:
        self.connection, self.script, self.closing = connection, script, closing
        self.lines = connection.makefile("rb")

    def run(self) -> None:
        """Talk until one side hangs up."""
        if not self.say("greeting"):
            return
        for raw in self.lines:
            word = raw.split(b" ")[0].strip().upper().decode()
            if word in {"EHLO", "HELO"}:
                self.connection.sendall(b"250 far.example\r\n")
            elif word == "DATA":
                if not self.say("data") or not self.take_content():
                    return
            elif word in {"MAIL", "RCPT"}:
                if not self.say(word.lower()):
                    return
            else:
                self.connection.sendall(b"221 bye\r\n")
                return

    def take_content(self) -> bool:
        """Read up to the final dot and answer it."""
        content = []
        for raw in self.lines:
            if raw == b".\r\n":
                self.script.accepted.append(b"".join(content).decode())
                return self.say("dot")
            content.append(raw)
        return False

    def say(self, step: str) -> bool:
        """Answer as the script says; False when it hangs up or falls silent here."""
        answer = getattr(self.script, step)
        if self.script.silent_at == step:
            self.closing.wait(30)
            return False
        if answer is None:
            return False
        pieces = [answer + "\r\n"] if not self.script.drip else list(answer + "\r\n")
        for piece in pieces:
            self.connection.sendall(piece.encode("utf-8", "surrogateescape"))
            time.sleep(self.script.drip)
        return True


@contextmanager
def scripted_mail_server(script: Script) -> Iterator[int]:
    """The port of a server that follows the script for every connection."""
    closing = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    connection, _address = listener.accept()
                    with connection, suppress(OSError):
                        Conversation(connection, script, closing).run()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield int(listener.getsockname()[1])
        finally:
            closing.set()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(5)

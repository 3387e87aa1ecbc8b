"""Mail over SMTP. DATA is spoken by hand, so that the moment before the final dot can be committed."""

import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime, parseaddr
from functools import cache
from urllib.parse import unquote, urlsplit

from backoffice.core import clock
from backoffice.messaging.buttons import with_links
from backoffice.messaging.channels import Ending, Envelope, HandOver, Outcome
from backoffice.messaging.letters import as_html
from backoffice.messaging.smtp_answers import after_the_dot, before_the_dot, classify

PORTS = {"smtp": 587, "smtps": 465}
PATIENCE = timedelta(seconds=20)
DEADLINE = timedelta(seconds=60)
METHOD = re.compile(r"^METHOD:([A-Z]+)\r?$", re.MULTILINE)


@dataclass(frozen=True)
class SmtpChannel:
    """A mail server as `SMTP_URL` names it. One connection per message; every wait has an end.

    `patience` bounds each answer, `deadline` the whole conversation (a server that drips one byte at a time).
    """

    url: str
    sender: str
    patience: timedelta = PATIENCE
    deadline: timedelta = DEADLINE
    honours_keys_for: timedelta = timedelta(0)

    def send(self, envelope: Envelope, hand_over: HandOver) -> Outcome:
        """Hand a mail over: everything but the final dot, then the commit, then the dot."""
        content = as_mail(envelope, self.sender)
        try:
            with self._conversation() as server:
                _open_envelope(server, parseaddr(self.sender)[1], envelope.address, content)
                if not hand_over():
                    return Outcome(Ending.TAKEN_BACK)
                return _finish(server)
        except (smtplib.SMTPException, OSError, UnicodeError) as error:
            return before_the_dot(error)

    @contextmanager
    def _conversation(self) -> Iterator[smtplib.SMTP]:
        address = urlsplit(self.url)
        host, port = address.hostname or "localhost", address.port or PORTS[address.scheme]
        context = _trusted()
        name = parseaddr(self.sender)[1].rpartition("@")[2] or "localhost"
        seconds = self.patience.total_seconds()
        server = (
            smtplib.SMTP_SSL(local_hostname=name, timeout=seconds, context=context)
            if address.scheme == "smtps"
            else smtplib.SMTP(local_hostname=name, timeout=seconds)
        )
        # Connecting apart from making lets the deadline cover the greeting; the certificate is checked for this name.
        server._host = host  # type: ignore[attr-defined]
        with contextlib.closing(server), _ended_by(server, self.deadline):
            greeting = server.connect(host, port)
            if greeting[0] != 220:
                raise smtplib.SMTPConnectError(*greeting)
            _send_at_once(server)
            server.ehlo_or_helo_if_needed()
            if address.scheme == "smtp" and server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            if address.username:
                _sign_in(server, unquote(address.username), unquote(address.password or ""))
            yield server


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the certificates of the system takes longer than a whole mail, so a process does it once."""
    return ssl.create_default_context()


def _send_at_once(server: smtplib.SMTP) -> None:
    """The final dot is a packet of its own; it must not wait until the other side has confirmed the mail before it."""
    if server.sock is not None:
        server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


@contextmanager
def _ended_by(server: smtplib.SMTP, deadline: timedelta) -> Iterator[None]:
    def hang_up() -> None:
        if server.sock is not None:
            with contextlib.suppress(OSError):
                server.sock.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(deadline.total_seconds(), hang_up)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _sign_in(server: smtplib.SMTP, user: str, password: str) -> None:
    if not isinstance(server.sock, ssl.SSLSocket):
        raise smtplib.SMTPNotSupportedError("no encryption offered: the password is not sent")
    server.login(user, password)


def _open_envelope(server: smtplib.SMTP, sender: str, recipient: str, content: bytes) -> None:
    """MAIL, RCPT, DATA and the whole content, without the final dot: so far nothing is accepted."""
    code, answer = server.docmd("MAIL", f"FROM:<{sender}>")
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)
    code, answer = server.docmd("RCPT", f"TO:<{recipient}>")
    if code not in (250, 251):
        raise smtplib.SMTPResponseException(code, answer)
    code, answer = server.docmd("DATA")
    if code != 354:
        raise smtplib.SMTPResponseException(code, answer)
    server.send(content)


def _finish(server: smtplib.SMTP) -> Outcome:
    try:
        server.send(b".\r\n")
        code, answer = server.getreply()
    except (smtplib.SMTPException, OSError) as error:
        return after_the_dot(error)
    with contextlib.suppress(smtplib.SMTPException, OSError):
        server.putcmd("QUIT")
    return classify(code, answer, handed_over=True)


def as_mail(envelope: Envelope, sender: str) -> bytes:
    """The mail as it goes over the wire, dots doubled, without the final dot: the text, and the same as a letter.

    The Message-ID comes from the retry key: should two copies ever exist, mail programs show one.
    """
    mail = EmailMessage(policy=SMTP_POLICY)
    name, from_address = parseaddr(sender)
    mail["From"] = Address(name, addr_spec=from_address)
    local_part, _, domain = envelope.address.rpartition("@")
    mail["To"] = Address(username=local_part, domain=domain)
    mail["Subject"] = envelope.subject
    mail["Date"] = format_datetime(clock.utc_now())
    mail["Message-ID"] = f"<{envelope.retry_key}@{from_address.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = envelope.language
    if envelope.reply_to:
        mail["Reply-To"] = envelope.reply_to
    body = with_links(envelope.body, envelope.buttons)
    mail.set_content(body, cte="base64")
    mail.add_alternative(_letter(envelope, body, name), subtype="html", cte="base64")
    if envelope.calendar:
        _add_calendar(mail, envelope.calendar)
    content = _way_out(envelope) + mail.as_bytes()
    return content.replace(b"\r\n.", b"\r\n..")


def _letter(envelope: Envelope, body: str, sender: str) -> str:
    brand = envelope.brand or sender
    return as_html(envelope.subject, body, language=envelope.language, brand=brand)


def _add_calendar(mail: EmailMessage, calendar: str) -> None:
    """A file that any calendar opens; the method stands on the part as it stands inside (RFC 6047)."""
    inside = METHOD.search(calendar)
    method = {"method": inside[1]} if inside else None
    mail.add_attachment(calendar, subtype="calendar", cte="base64", filename="booking.ics", params=method)


def _way_out(envelope: Envelope) -> bytes:
    """The headers of RFC 8058, by hand: the library would encode a long address, and no mail program decodes that."""
    if not envelope.unsubscribe_url:
        return b""
    one_click = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    return f"List-Unsubscribe: <{envelope.unsubscribe_url}>\r\n{one_click}\r\n".encode("ascii")

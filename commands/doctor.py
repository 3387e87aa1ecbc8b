"""`backoffice doctor`: look at everything the product needs and say in words what to do."""

import json
import smtplib
import ssl
import urllib.error
import urllib.request
from urllib.parse import unquote, urlsplit

import click

from backoffice.core import clock
from backoffice.core.config import Settings
from backoffice.health import Check, Level, check_keys, check_machine, check_readiness, worst
from commands.surroundings import product

SECONDS = 10
SIGNS = {Level.OK: "ok      ", Level.DEGRADED: "look    ", Level.DOWN: "BROKEN  "}


@click.command(short_help="Check everything and say what to do.")
def doctor() -> None:
    """Check database, keys, broker, PUBLIC_URL, mail, LINE, disk, clock, the oldest due message, the last backup.

    Exit code 1 when something is broken; 0 when all works, even if something should be looked at.
    """
    with product(broker=True) as app:
        settings: Settings = app.extensions["settings"]
        # The time is read anew for the clock: a broker that does not answer keeps the first checks waiting.
        checks = [
            *check_readiness(settings, now=clock.utc_now()),
            *check_keys(),
            *check_machine(settings, now=clock.utc_now()),
            _public_url(settings),
            _mail(settings),
            _line(settings),
        ]
    for check in checks:
        click.echo(f"{SIGNS[check.level]} {check.name.replace('_', ' '):20} {check.found}")
        if check.level is not Level.OK and check.advice:
            click.echo(f"{'':9} → {check.advice}")
    if worst(checks) is Level.DOWN:
        raise click.exceptions.Exit(1)


def _public_url(settings: Settings) -> Check:
    """What guests are sent has to open on their phones."""
    if not settings.is_only_here or not (settings.smtp_url or settings.reaches_line):
        return Check("public_url", Level.OK, settings.public_url)
    advice = "Messages go out with links that open on this computer only. Set PUBLIC_URL to the address of the site."
    return Check("public_url", Level.DEGRADED, settings.public_url, advice)


def _mail(settings: Settings) -> Check:
    if not settings.smtp_url:
        return Check(
            "mail",
            Level.DEGRADED,
            "no SMTP_URL",
            "Nothing is mailed. Set SMTP_URL and MAIL_FROM to send mail.",
        )
    url = urlsplit(settings.smtp_url)
    try:
        with _smtp(url.scheme, url.hostname or "", url.port) as server:
            if url.username:
                server.login(unquote(url.username), unquote(url.password or ""))
            server.noop()
    except smtplib.SMTPAuthenticationError:
        advice = "The mail server refuses the user name or password in SMTP_URL."
        return Check("mail", Level.DOWN, f"{url.hostname} refuses the sign-in", advice)
    except (OSError, smtplib.SMTPException) as error:
        advice = "Is the host and port in SMTP_URL right, and does a firewall allow it?"
        return Check("mail", Level.DOWN, f"{url.hostname} does not answer ({type(error).__name__})", advice)
    return Check("mail", Level.OK, f"{url.hostname} answers; sender {settings.mail_from}")


def _smtp(scheme: str, host: str, port: int | None) -> smtplib.SMTP:
    if scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port or 25, timeout=SECONDS)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    return server


def _line(settings: Settings) -> Check:
    if not settings.line_channel_access_token:
        return Check("line", Level.OK, "not set up")
    request = urllib.request.Request(  # noqa: S310 - the address is the operator's own setting
        f"{settings.line_api_url}/v2/bot/info",
        headers={"Authorization": f"Bearer {settings.line_channel_access_token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
            json.load(answer)
    except urllib.error.HTTPError as error:
        advice = "Is LINE_CHANNEL_ACCESS_TOKEN still valid? Issue a new one in the LINE console."
        return Check("line", Level.DOWN, f"refused with {error.code}", advice)
    except (OSError, ValueError) as error:
        return Check(
            "line", Level.DOWN, f"does not answer ({type(error).__name__})", "Is LINE_API_URL right?"
        )
    return Check("line", Level.OK, "answers")

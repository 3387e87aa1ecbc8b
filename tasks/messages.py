"""Messages: deliver what is due, plan follow-ups, ask LINE about its month, compare at night."""

from datetime import datetime

from flask import Flask, current_app

from backoffice.bookings.sheet_requests import ask_for_sheets
from backoffice.core.celery_app import celery
from backoffice.core.config import Settings
from backoffice.core.db import transaction
from backoffice.core.heartbeat import beat, last_beat
from backoffice.health import RECONCILED
from backoffice.messaging.channels import Transport
from backoffice.messaging.delivery import Delivery
from backoffice.messaging.line import LineChannel
from backoffice.messaging.line_usage import read_pushes, read_usage
from backoffice.messaging.models import Channel
from backoffice.messaging.outbox import DELIVER_TASK
from backoffice.messaging.reconciling import counted_day, reconcile
from backoffice.messaging.smtp import SmtpChannel
from backoffice.messaging.usage import store_usage
from backoffice.playbooks.reconcile import reconcile_playbooks
from backoffice.providers import PROVIDERS
from backoffice.studio.queries import the_studio
from tasks.context import in_one_transaction, run_sweep
from tasks.upkeep import is_due_at_night


def set_up_delivery(app: Flask, channels: dict[Channel, Transport] | None = None) -> None:
    """Give the application its channels: those that the settings name, or others in tests."""
    settings: Settings = app.extensions["settings"]
    app.extensions["delivery"] = Delivery(channels_of(settings) if channels is None else channels, PROVIDERS)


def channels_of(settings: Settings) -> dict[Channel, Transport]:
    """The channels that are set up. A message for another one ends as "not sent: no channel set up"."""
    channels: dict[Channel, Transport] = {}
    if settings.smtp_url:
        channels[Channel.MAIL] = SmtpChannel(settings.smtp_url, settings.mail_from)
    if settings.line_channel_access_token:
        channels[Channel.LINE] = LineChannel(settings.line_api_url, settings.line_channel_access_token)
    return channels


@celery.task(name=DELIVER_TASK)  # type: ignore[untyped-decorator]
def deliver_due() -> None:
    """Deliver every message that is due, and take over those whose worker has died."""
    run_sweep("deliver_messages", lambda now: current_app.extensions["delivery"].deliver_due(now))


@celery.task(name="tasks.messages.run_playbooks")  # type: ignore[untyped-decorator]
def run_playbooks() -> None:
    """Compare the steps that are wanted with those that were taken."""
    run_sweep("run_playbooks", in_one_transaction(reconcile_playbooks))


@celery.task(name="tasks.messages.ask_for_sheets")  # type: ignore[untyped-decorator]
def ask_for_health_check_sheets() -> None:
    """Ask those who train soon for the health check sheet they lack."""
    run_sweep("ask_for_sheets", in_one_transaction(ask_for_sheets))


@celery.task(name="tasks.messages.read_line_month")  # type: ignore[untyped-decorator]
def read_line_month() -> None:
    """Ask LINE how many messages this month allows and how many are used."""
    run_sweep("read_line_month", ask_line)


@celery.task(name="tasks.messages.reconcile")  # type: ignore[untyped-decorator]
def reconcile_at_night() -> None:
    """Compare the rows with each other and with what LINE counted, once a night."""
    run_sweep("look_for_reconciling", reconcile_when_due)


def ask_line(now: datetime) -> str | None:
    """Keep what LINE says about the month; nothing when it is not set up or does not answer. No transaction is open
    while LINE is asked."""
    settings: Settings = current_app.extensions["settings"]
    if not settings.line_channel_access_token:
        return None
    usage = read_usage(settings.line_api_url, settings.line_channel_access_token)
    if usage is None:
        return None
    with transaction():
        store_usage(usage.quota, usage.used, now=now)
    return f"{usage.used} of {usage.quota}"


def reconcile_when_due(now: datetime) -> str | None:
    """Compare if that was not done this night, and keep what was found; None when it was."""
    if not is_due_at_night(last_beat(RECONCILED), now, the_studio().zone):
        return None
    settings: Settings = current_app.extensions["settings"]
    token, pushes = settings.line_channel_access_token, None
    if token:
        pushes = read_pushes(settings.line_api_url, token, counted_day(now))
    with transaction():
        findings = reconcile(pushes, now=now)
        beat(RECONCILED, now=now, detail="; ".join(findings.odd))
    return str(findings)

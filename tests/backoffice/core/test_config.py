"""What the environment may say, and what is refused before anything starts."""

import stat
from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from backoffice.core.config import ROOT, Settings, SettingsError, load_settings, parse_offset

PRODUCTION = {
    "BACKOFFICE_ENV": "production",
    "SECRET_KEY": "Zp3vT0q8LrX5uYw2Ns7Bk1MdGh6JfCa9EeQiOt4R",
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "PUBLIC_URL": "https://desk.example.jp",
    "DATABASE_URL": "postgresql://gym:secret@db/gym",
    "REDIS_URL": "redis://broker:6379/0",
}


def test_every_setting_is_listed_in_the_example_file() -> None:
    text = (ROOT / ".env.example").read_text()
    listed = {
        line.removeprefix("# ").partition("=")[0]
        for line in text.splitlines()
        if line.startswith("# ") and "=" in line
    }
    listed = {name for name in listed if name.isupper()}
    only_for_compose = {"POSTGRES_PASSWORD"}
    assert listed - only_for_compose == {field.name.upper() for field in fields(Settings)}


def test_the_example_file_can_be_used_as_it_is(tmp_path: Path) -> None:
    settings = load_settings({"DATA_DIR": str(tmp_path)}, dotenv=ROOT / ".env.example")
    assert settings == load_settings({"DATA_DIR": str(tmp_path)})


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("PORT=8100\nLOG_LEVEL=DEBUG\n")
    settings = load_settings({"DATA_DIR": str(tmp_path), "PORT": "8200"}, dotenv=file)
    assert (settings.port, settings.log_level) == (8200, "DEBUG")
    assert settings.public_url == "http://127.0.0.1:8200"


def test_keys_are_made_once_and_only_the_owner_can_read_them(tmp_path: Path) -> None:
    first = load_settings({"DATA_DIR": str(tmp_path / "var")})
    second = load_settings({"DATA_DIR": str(tmp_path / "var")})
    assert (first.secret_key, first.encryption_keys) == (second.secret_key, second.encryption_keys)
    for name in ("secret_key", "encryption_keys"):
        assert stat.S_IMODE((tmp_path / "var" / name).stat().st_mode) == 0o600


def test_secrets_do_not_show_when_settings_are_printed(tmp_path: Path) -> None:
    settings = load_settings(
        {**PRODUCTION, "DATA_DIR": str(tmp_path), "SMTP_URL": "smtp://u:pw@h", "MAIL_FROM": "a@b.jp"}
    )
    shown = repr(settings)
    assert not [
        secret
        for secret in (settings.secret_key, *settings.encryption_keys, "gym:secret", "pw@")
        if secret in shown
    ]


def test_production_starts_with_whole_settings(tmp_path: Path) -> None:
    settings = load_settings({**PRODUCTION, "DATA_DIR": str(tmp_path)})
    assert settings.production
    assert settings.flask_config()["SESSION_COOKIE_SECURE"] is True
    assert settings.database_url == "postgresql+psycopg://gym:secret@db/gym"
    assert settings.libpq_url == "postgresql://gym:secret@db/gym"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("change", "about"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": "a" * 64}, "SECRET_KEY"),
        ({"ENCRYPTION_KEYS": ""}, "ENCRYPTION_KEYS"),
        ({"ENCRYPTION_KEYS": "not-a-key"}, "ENCRYPTION_KEYS"),
        ({"CLOCK_OFFSET": "+24h"}, "CLOCK_OFFSET"),
        ({"PUBLIC_URL": "http://desk.example.jp"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"LINE_API_URL": "http://line.test"}, "LINE_API_URL"),
    ],
)
def test_production_refuses_what_is_weak(change: dict[str, str], about: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=about):
        load_settings({**PRODUCTION, **change, "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///x.db"),
        ("DATABASE_URL", "mysql://a/b"),
        ("REDIS_URL", "http://localhost"),
        ("SMTP_URL", "mail.example.jp"),
        ("SMTP_URL", "smtp://mail.example.jp"),  # without MAIL_FROM
        ("MAIL_FROM", "鴨川スタジオ"),
        ("MAIL_FROM", "Gym <desk>"),
        ("MAIL_FROM", "desk@"),
        ("MAIL_FROM", "受付@example.jp"),
        ("PORT", "web"),
        ("PORT", "0"),
        ("PORT", "８０００"),
        ("WEB_WORKERS", "-1"),
        ("BACKOFFICE_ENV", "staging"),
        ("LOG_LEVEL", "LOUD"),
        ("PUBLIC_URL", "desk.example.jp"),
        ("PUBLIC_URL", "https://desk.example.jp/gym"),
        ("CLOCK_OFFSET", "tomorrow"),
        ("LINE_CHANNEL_SECRET", "only-one-of-two"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(name: str, value: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=name):
        load_settings({name: value, "DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("", timedelta(0)),
        ("+24h", timedelta(hours=24)),
        ("-30m", timedelta(minutes=-30)),
        ("+2d", timedelta(days=2)),
        ("90s", timedelta(seconds=90)),
    ],
)
def test_offsets_are_read(text: str, span: timedelta) -> None:
    assert parse_offset(text) == span


@pytest.mark.parametrize(
    "sender", ["desk@example.jp", "鴨川スタジオ <desk@example.jp>", '"Gym, Kyoto" <desk@localhost>']
)
def test_a_sender_has_an_address_with_or_without_a_name(sender: str, tmp_path: Path) -> None:
    read = load_settings({"MAIL_FROM": sender, "SMTP_URL": "smtp://mail", "DATA_DIR": str(tmp_path)})
    assert read.mail_from == sender


def test_the_address_of_the_site_is_told_from_that_of_this_machine(tmp_path: Path) -> None:
    here = {"DATA_DIR": str(tmp_path)}
    assert load_settings(here).is_only_here
    assert load_settings({**here, "HOST": "0.0.0.0"}).is_only_here
    assert not load_settings({**here, "PUBLIC_URL": "https://desk.example.jp"}).is_only_here


def test_a_health_check_may_always_ask_this_machine(tmp_path: Path) -> None:
    settings = load_settings(
        {**PRODUCTION, "DATA_DIR": str(tmp_path), "TRUSTED_HOSTS": "a.example, b.example"}
    )
    assert settings.trusted_hosts == ("a.example", "b.example", "127.0.0.1", "localhost")

"""Every setting of the product, read once at start from the environment and `.env`, typed and checked."""

import os
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from dotenv import dotenv_values

from backoffice.core.db import NO_COMPILING, NO_DISTANCE, READ_ONLY

ROOT = Path(__file__).resolve().parents[2]
THREADS_PER_WORKER = 8
SESSION_LIFETIME = timedelta(hours=14)
WEAKEST_SECRET = 32
POSTGRES_SCHEMES = ("postgresql+psycopg", "postgresql", "postgres")
REDIS_SCHEMES = ("redis", "rediss", "unix")
THIS_MACHINE = ("127.0.0.1", "::1", "localhost", "0.0.0.0")  # noqa: S104 - compared with, nothing listens there
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class SettingsError(Exception):
    """A setting cannot be used. The text names the setting and says what to write instead."""


@dataclass(frozen=True)
class Settings:
    """What the environment says. One field per variable: DATABASE_URL is `database_url`, and so on.

    `database_url` and `redis_url` are empty until the embedded servers are up (`core.local`).
    """

    data_dir: Path
    secret_key: str = field(repr=False)
    encryption_keys: tuple[str, ...] = field(repr=False)
    database_url: str = field(default="", repr=False)
    redis_url: str = field(default="", repr=False)
    public_url: str = "http://127.0.0.1:8000"
    backoffice_env: str = "development"
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    smtp_url: str = field(default="", repr=False)
    mail_from: str = ""
    line_channel_secret: str = field(default="", repr=False)
    line_channel_access_token: str = field(default="", repr=False)
    line_api_url: str = "https://api.line.me"
    trusted_hosts: tuple[str, ...] = ()
    log_level: str = "INFO"
    clock_offset: timedelta = timedelta(0)

    @property
    def root(self) -> Path:
        """The folder that holds the code, the templates and the translations."""
        return ROOT

    @property
    def production(self) -> bool:
        """Whether real people depend on this instance."""
        return self.backoffice_env == "production"

    @property
    def is_only_here(self) -> bool:
        """Whether PUBLIC_URL names this machine only, so that a link opens for nobody else."""
        return urlsplit(self.public_url).hostname in THIS_MACHINE

    @property
    def reaches_line(self) -> bool:
        """Whether a guest can connect LINE here: the channel is set up, secret and token."""
        return bool(self.line_channel_secrets and self.line_channel_access_token)

    @property
    def line_channel_secrets(self) -> tuple[str, ...]:
        """The secrets a webhook may be signed with, newest first; none when LINE is not set up."""
        return tuple(one for one in re.split(r"[,\s]+", self.line_channel_secret) if one)

    @property
    def libpq_url(self) -> str:
        """The database address as psycopg itself reads it."""
        return self.database_url.replace("postgresql+psycopg://", "postgresql://", 1)

    def flask_config(self) -> dict[str, Any]:
        """What Flask and its extensions need, under their own names."""
        return {
            "SECRET_KEY": self.secret_key,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": {
                "pool_size": THREADS_PER_WORKER,
                "max_overflow": 0,
                "pool_use_lifo": True,  # few busy connections know their statements; many idle ones do not
                "hide_parameters": self.production,  # values of people must not reach a log through an error's text
                "connect_args": {
                    "connect_timeout": 5,
                    "options": f"-c timezone=UTC {READ_ONLY} {NO_COMPILING} {NO_DISTANCE}",
                },
            },
            "SESSION_COOKIE_NAME": "backoffice",
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "SESSION_COOKIE_SECURE": self.public_url.startswith("https://"),
            "PERMANENT_SESSION_LIFETIME": SESSION_LIFETIME,
            "SESSION_REFRESH_EACH_REQUEST": False,
            "WTF_CSRF_TIME_LIMIT": None,
            "TRUSTED_HOSTS": list(self.trusted_hosts),
            "PREFERRED_URL_SCHEME": urlsplit(self.public_url).scheme,
            "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "translations"),
            "BABEL_DEFAULT_LOCALE": "ja",
            "BABEL_DEFAULT_TIMEZONE": "Asia/Tokyo",
        }


def load_settings(environment: Mapping[str, str] | None = None, dotenv: Path | None = None) -> Settings:
    """Read `.env` and the environment (which wins), fill what may be filled, refuse what cannot be right.

    With an `environment` of the caller's own, nothing else is read unless `dotenv` is given too.

    Outside production SECRET_KEY and ENCRYPTION_KEYS are made once and kept in DATA_DIR, readable by the
    owner only; in production they must be given. Raises `SettingsError`.
    """
    file = Path(".env") if dotenv is None and environment is None else dotenv
    from_file = dotenv_values(file) if file is not None else {}
    source = {**from_file, **(os.environ if environment is None else environment)}
    values = {key: value.strip() for key, value in source.items() if value and value.strip()}
    backoffice_env = _one_of(values, "BACKOFFICE_ENV", ("development", "production"))
    production = backoffice_env == "production"
    data_dir = Path(values.get("DATA_DIR", "./var")).resolve()
    host, port = values.get("HOST", "127.0.0.1"), _number(values, "PORT", 8000, 1, 65535)
    public_url = values.get("PUBLIC_URL", f"http://{host}:{port}").rstrip("/")
    settings = Settings(
        data_dir=data_dir,
        secret_key=_secret_key(values, data_dir, production),
        encryption_keys=_encryption_keys(values, data_dir, production),
        database_url=_database_url(values.get("DATABASE_URL", "")),
        redis_url=_address(values, "REDIS_URL", REDIS_SCHEMES),
        public_url=public_url,
        backoffice_env=backoffice_env,
        host=host,
        port=port,
        web_workers=_number(values, "WEB_WORKERS", 2, 1, 64),
        smtp_url=_address(values, "SMTP_URL", ("smtp", "smtps")),
        mail_from=values.get("MAIL_FROM", ""),
        line_channel_secret=values.get("LINE_CHANNEL_SECRET", ""),
        line_channel_access_token=values.get("LINE_CHANNEL_ACCESS_TOKEN", ""),
        line_api_url=values.get("LINE_API_URL", "https://api.line.me").rstrip("/"),
        trusted_hosts=_trusted_hosts(values, public_url),
        log_level=_one_of(values, "LOG_LEVEL", ("INFO", "DEBUG", "WARNING", "ERROR")),
        clock_offset=parse_offset(values.get("CLOCK_OFFSET", "")),
    )
    _refuse_nonsense(settings)
    return settings


def parse_offset(text: str) -> timedelta:
    """`+24h`, `-30m`, `+2d`, `+90s` as a time span; nothing is no offset. Raises `SettingsError`."""
    if not text:
        return timedelta(0)
    match = re.fullmatch(r"([+-]?)(\d{1,6})([smhd])", text)
    if match is None:
        raise SettingsError(f"CLOCK_OFFSET is {text!r}; write for example +24h, -30m or +2d.")
    sign, amount, unit = match.groups()
    span = timedelta(**{_UNITS[unit]: int(amount)})
    return -span if sign == "-" else span


def _refuse_nonsense(settings: Settings) -> None:
    public = urlsplit(settings.public_url)
    if public.scheme not in {"http", "https"} or not public.hostname or public.path or public.query:
        raise SettingsError(
            "PUBLIC_URL must be the bare address of the site, for example https://desk.example.jp."
        )
    if settings.smtp_url and not settings.mail_from:
        raise SettingsError("MAIL_FROM is missing: mail goes out through SMTP_URL, so it needs a sender.")
    if settings.mail_from and not _is_sender(settings.mail_from):
        raise SettingsError(
            f"MAIL_FROM is {settings.mail_from!r}, which holds no mail address to send from; write for example "
            "desk@example.jp or Gym <desk@example.jp>."
        )
    if bool(settings.line_channel_secret) != bool(settings.line_channel_access_token):
        raise SettingsError(
            "LINE_CHANNEL_SECRET and LINE_CHANNEL_ACCESS_TOKEN belong together: give both or none."
        )
    if not settings.production:
        return
    if settings.clock_offset:
        raise SettingsError("CLOCK_OFFSET is for drills and is refused in production. Remove it.")
    if public.scheme != "https":
        raise SettingsError("PUBLIC_URL must begin with https:// in production: links carry personal pages.")
    if urlsplit(settings.line_api_url).scheme != "https":
        raise SettingsError("LINE_API_URL must begin with https:// in production.")


def _is_sender(text: str) -> bool:
    """Whether mail can be sent from this: an address, with or without a name before it."""
    name, address = parseaddr(text)
    local_part, at, domain = address.rpartition("@")
    if not (local_part and at and domain and address.isascii()):
        return False
    try:
        Address(name, addr_spec=address)
    except (ValueError, HeaderParseError):
        return False
    return True


def _secret_key(values: Mapping[str, str], data_dir: Path, production: bool) -> str:
    key = values.get("SECRET_KEY", "")
    if not key and not production:
        return kept_secret(data_dir / "secret_key", secrets.token_urlsafe(48))
    if len(key) < WEAKEST_SECRET or len(set(key)) < 10:
        raise SettingsError(
            f"SECRET_KEY is missing or weak: give at least {WEAKEST_SECRET} random characters, "
            'for example from python3 -c "import secrets; print(secrets.token_urlsafe(48))".'
        )
    return key


def _encryption_keys(values: Mapping[str, str], data_dir: Path, production: bool) -> tuple[str, ...]:
    text = values.get("ENCRYPTION_KEYS", "")
    if not text and not production:
        text = kept_secret(data_dir / "encryption_keys", Fernet.generate_key().decode())
    keys = tuple(key for key in re.split(r"[,\s]+", text) if key)
    try:
        for key in keys:
            Fernet(key)
    except ValueError:
        keys = ()
    if not keys:
        raise SettingsError(
            "ENCRYPTION_KEYS is missing or not readable: give one or more Fernet keys, newest first, for example "
            'from python3 -c "import base64, os; print(base64.urlsafe_b64encode(os.urandom(32)).decode())".'
        )
    return keys


def kept_secret(path: Path, fresh: str) -> str:
    """The secret in a file of our own; `fresh` is written first if there is none yet (two starts may meet)."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(fresh + "\n")
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return path.read_text().strip()


def _database_url(url: str) -> str:
    if not url:
        return ""
    scheme, separator, rest = url.partition("://")
    if scheme not in POSTGRES_SCHEMES or not separator or not rest:
        raise SettingsError(
            "DATABASE_URL must look like postgresql://user:password@host/name (PostgreSQL only)."
        )
    return f"postgresql+psycopg://{rest}"


def _address(values: Mapping[str, str], name: str, schemes: tuple[str, ...]) -> str:
    address = values.get(name, "")
    if address and address.partition("://")[0] not in schemes:
        raise SettingsError(f"{name} must begin with {' or '.join(f'{scheme}://' for scheme in schemes)}.")
    return address


def _one_of(values: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    wanted = values.get(name, allowed[0])
    for choice in allowed:
        if wanted.lower() == choice.lower():
            return choice
    raise SettingsError(f"{name} is {wanted!r}; it must be one of: {', '.join(allowed)}.")


def _number(values: Mapping[str, str], name: str, default: int, lowest: int, highest: int) -> int:
    text = values.get(name, str(default))
    if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
        raise SettingsError(f"{name} is {text!r}; it must be a number from {lowest} to {highest}.")
    return int(text)


def _trusted_hosts(values: Mapping[str, str], public_url: str) -> tuple[str, ...]:
    """Host names that requests may carry: what is listed, else that of PUBLIC_URL (and this machine's)."""
    listed = tuple(host for host in re.split(r"[,\s]+", values.get("TRUSTED_HOSTS", "")) if host)
    own = (urlsplit(public_url).hostname or "",)
    # A health check inside the container asks 127.0.0.1, whatever the public name is.
    return (*(listed or own), *(host for host in ("127.0.0.1", "localhost") if host not in (listed or own)))

"""Column types that keep texts and files unreadable without ENCRYPTION_KEYS (also inside a backup)."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from backoffice.core.errors import UndecryptableError

_keys: MultiFernet | None = None
_newest: Fernet | None = None


def use_keys(keys: list[str]) -> None:
    """Set the keys of this process, newest first: the first encrypts, all of them decrypt."""
    global _keys, _newest
    _newest = Fernet(keys[0])
    _keys = MultiFernet([_newest, *(Fernet(key) for key in keys[1:])])


def is_newest(stored: bytes) -> bool:
    """Whether a stored value opens with the newest key."""
    return _newest is not None and _opened_by(_newest, stored)


def opens(stored: bytes) -> bool:
    """Whether a stored value opens with any key."""
    return _opened_by(_fernet(), stored)


def renewed(stored: bytes) -> bytes:
    """The same content under the newest key. Raises `UndecryptableError`."""
    try:
        return _fernet().rotate(bytes(stored))
    except InvalidToken as error:
        raise UndecryptableError from error


def _opened_by(keys: Fernet | MultiFernet, stored: bytes) -> bool:
    try:
        keys.decrypt(bytes(stored))
    except InvalidToken:
        return False
    return True


def _fernet() -> MultiFernet:
    if _keys is None:
        raise UndecryptableError
    return _keys


def _open(stored: bytes) -> bytes:
    try:
        return _fernet().decrypt(stored)
    except InvalidToken as error:
        raise UndecryptableError from error


class EncryptedText(TypeDecorator[str]):
    """Text stored as a Fernet token (AES-128-CBC with HMAC-SHA256)."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _fernet().encrypt(value.encode("utf-8"))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        return None if value is None else _open(bytes(value)).decode("utf-8")


class EncryptedBytes(TypeDecorator[bytes]):
    """Bytes (small files) stored as a Fernet token."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _fernet().encrypt(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        return None if value is None else _open(bytes(value))

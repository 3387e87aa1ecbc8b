"""What belongs to a process and not to an application: several are built in the process of the tests."""

from backoffice.core import links
from backoffice.core.config import Settings
from backoffice.core.crypto import use_keys


def settle(settings: Settings) -> None:
    """Give links and keys back to these settings, whatever an application built since then has left."""
    links.configure(settings.secret_key, settings.public_url)
    use_keys(list(settings.encryption_keys))

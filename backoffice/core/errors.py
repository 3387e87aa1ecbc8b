"""Refusals a person can understand: every domain error carries its own sentence."""

from collections.abc import Mapping, Sequence

from backoffice.core.language import N_


class DomainError(Exception):
    """A rule said no. `message` is an English msgid, `params` fill it; `field` names the input it is about.

    The view translates `message` and shows it next to `field` (or on top of the form when there is none).
    """

    status = 422
    message: str = N_("This is not possible.")

    def __init__(
        self,
        message: str | None = None,
        *,
        field: str | None = None,
        **params: object,
    ) -> None:
        self.message = message or type(self).message
        self.field = field
        self.params: Mapping[str, object] = params
        super().__init__(self.message)


class NotFound(DomainError):
    """The thing asked for does not exist, or not for the one who asks."""

    status = 404
    message = N_("This could not be found.")


class Refused(DomainError):
    """The acting person may not do this."""

    status = 403
    message = N_("You may not do this.")


class Stale(DomainError):
    """Somebody else changed the row since the form was opened; nothing was written."""

    status = 409
    message = N_(
        "Somebody changed this in the meantime. Your text is kept below; please compare and save again."
    )


class Invalid(DomainError):
    """An input breaks a rule; `field` says which."""


class SeveralInvalid(Invalid):
    """Several inputs break rules at once: `each` says one of them, so that all are mended in one go."""

    def __init__(self, each: Sequence[Invalid]) -> None:
        super().__init__(each[0].message, field=each[0].field, **each[0].params)
        self.each = each


class UndecryptableError(DomainError):
    """A stored text cannot be read with any key in ENCRYPTION_KEYS."""

    status = 500
    message = N_(
        "A stored text cannot be read: its encryption key is missing. Please ask the owner to check ENCRYPTION_KEYS."
    )


def check_version(row_version: int, form_version: int | None) -> None:
    """Raise `Stale` when the form was opened on another version. None means the caller has no form (tasks).

    The refusal carries the version there is now, so that the form, shown again with what was typed, can be saved.
    """
    if form_version is not None and form_version != row_version:
        raise Stale(current=row_version)

"""Choosing a file to import: kept for a day, looked at before anything is written."""

from collections.abc import Callable

from flask import redirect
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from blueprints.support.forms import SafeForm, add_domain_error


class ChooseFileForm(SafeForm):
    """A form with one `file`; what kind of file is said by its label."""

    file: FileField


def keep_chosen(
    form: ChooseFileForm, most_bytes: int, keep: Callable[[bytes, str], str]
) -> ResponseReturnValue | None:
    """Have `keep` take content and name and answer the address of the preview, and go there.

    None while nothing was sent, or when it was refused: then the form says why. One byte more than allowed is read,
    so that `keep` can tell.
    """
    if not form.validate_on_submit():
        return None
    try:
        with transaction():
            address = keep(form.file.data.stream.read(most_bytes + 1), form.file.data.filename or "")
        return redirect(address, 303)
    except DomainError as error:
        add_domain_error(form, error)
        return None

"""The page that every settings form uses: shown, checked, saved, or shown again with what was typed."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import DomainError
from blueprints.support.forms import SafeForm, add_domain_error
from blueprints.support.toasts import flash_done


def form_page(form: Any, title: str, back: str, *, status: int = 200, **more: Any) -> ResponseReturnValue:
    """A form under its headings. `back` is the address of the list it belongs to."""
    return render_template("studio/form.html", form=form, title=title, back=back, **more), status


def saved(form: SafeForm, save: Callable[[], object]) -> bool:
    """Whether the form was right and `save` went through; a refusal is kept in the form for its page."""
    if not form.validate_on_submit():
        return False
    try:
        with transaction():
            save()
    except DomainError as error:
        add_domain_error(form, error)
        return False
    return True


def done(back: str, text: str | None = None) -> ResponseReturnValue:
    """Back to the list, saying that it was saved."""
    flash_done(text or _("Saved."))
    return redirect(back, 303)

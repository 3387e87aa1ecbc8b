"""Quick replies as a manager keeps them: the list in its order, one of them, out of use and back."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction, transaction
from backoffice.core.submissions import first_use
from backoffice.inbox import quick_replies as replies
from backoffice.inbox.models import QuickReply
from backoffice.staff.permissions import Permission
from backoffice.studio.scope import of_studio
from blueprints.inbox.forms import QuickReplyForm
from blueprints.studio.pages import done, form_page, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done, flash_undo

quick_replies = Blueprint("quick_replies", __name__, url_prefix="/settings/quick-replies")


@quick_replies.get("")
@permit(Permission.STUDIO_EDIT)
def index() -> ResponseReturnValue:
    """All of them, those out of use last."""
    rows = replies.quick_replies(current_studio().id, with_archived=True)
    return render_template("inbox/quick_replies.html", rows=rows)


@quick_replies.route("/new", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def new() -> ResponseReturnValue:
    """Add one."""
    form = QuickReplyForm()
    if saved(form, lambda: _create(form)):
        return done(_list())
    return form_page(form, _("Add a quick reply"), _list(), status=422 if form.errors else 200)


@quick_replies.route("/<int:reply_id>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def edit(reply_id: int) -> ResponseReturnValue:
    """Change name and words."""
    row = of_studio(QuickReply, current_studio().id, reply_id)
    form = QuickReplyForm() if request.method == "POST" else _filled(row)
    if saved(form, lambda: _change(reply_id, form)):
        return done(_list())
    links = {
        "archive_url": url_for("quick_replies.archive", reply_id=reply_id),
        "restore_url": url_for("quick_replies.restore", reply_id=reply_id),
    }
    row = of_studio(QuickReply, current_studio().id, reply_id)
    return form_page(form, row.name, _list(), status=422 if form.errors else 200, row=row, **links)


@quick_replies.post("/<int:reply_id>/up")
@permit(Permission.STUDIO_EDIT)
def move_up(reply_id: int) -> ResponseReturnValue:
    """One place up."""
    in_transaction(lambda: replies.move_reply_up(current_studio().id, reply_id, by=actor(), now=now()))
    return redirect(_list(), 303)


@quick_replies.post("/<int:reply_id>/archive")
@permit(Permission.STUDIO_EDIT)
def archive(reply_id: int) -> ResponseReturnValue:
    """Out of use; the toast takes it back."""
    with transaction():
        replies.archive_reply(current_studio().id, reply_id, by=actor(), now=now())
    flash_undo(_("Taken out of use."), url_for("quick_replies.restore", reply_id=reply_id))
    return redirect(_list(), 303)


@quick_replies.post("/<int:reply_id>/restore")
@permit(Permission.STUDIO_EDIT)
def restore(reply_id: int) -> ResponseReturnValue:
    """In use again."""
    with transaction():
        replies.restore_reply(current_studio().id, reply_id, by=actor(), now=now())
    flash_done(_("In use again."))
    return redirect(_list(), 303)


def _create(form: QuickReplyForm) -> None:
    if first_use(str(form.form_token.data), "quick reply", now=now()):
        replies.add_reply(current_studio().id, **_words(form), by=actor(), now=now())


def _change(reply_id: int, form: QuickReplyForm) -> None:
    replies.change_reply(
        current_studio().id, reply_id, **_words(form), version=form.version.data, by=actor(), now=now()
    )


def _filled(row: QuickReply) -> QuickReplyForm:
    data = {"name": row.name, "body_ja": row.body_ja, "body_en": row.body_en, "version": row.version}
    return QuickReplyForm(formdata=None, data=data)


def _words(form: QuickReplyForm) -> dict[str, str]:
    return {
        "name": form.name.data or "",
        "body_ja": form.body_ja.data or "",
        "body_en": form.body_en.data or "",
    }


def _list() -> str:
    return url_for("quick_replies.index")

"""A review: the numbers since the beginning, the way to photos and measuring, and what the client says."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import in_transaction
from backoffice.core.errors import DomainError, Stale
from backoffice.progress.courses import courses_of
from backoffice.progress.models import Review
from backoffice.progress.queries import effects_of, first_effects
from backoffice.progress.reviews import said_in, write_review
from backoffice.staff.permissions import Permission
from backoffice.studio.scope import of_studio
from blueprints.clients.frame import frame
from blueprints.people.scope import check_own_guest
from blueprints.progress.forms import ReviewForm
from blueprints.progress.words import FIRST_WORDS
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.forms import add_domain_error
from blueprints.support.studio import current_studio
from blueprints.support.toasts import flash_done

reviews = Blueprint("reviews", __name__, url_prefix="/progress/reviews")


@reviews.route("/<int:review_id>", methods=["GET", "POST"])
@permit(Permission.TRAINING_EDIT)
def show(review_id: int) -> ResponseReturnValue:
    """What has changed since the beginning; a POST keeps the client's words and closes the task."""
    review = of_studio(Review, current_studio().id, review_id)
    check_own_guest(review.person_id)
    form = ReviewForm(data={"said": said_in(review), "version": review.version})
    if not form.validate_on_submit():
        return _page(review, form, status=422 if form.errors else 200)
    try:
        in_transaction(lambda: _write(review_id, form))
    except Stale as error:
        add_domain_error(form, error)
        return _page(review, form, status=error.status, theirs=said_in(_there(review_id)))
    except DomainError as error:
        add_domain_error(form, error)
        return _page(review, form, status=error.status)
    flash_done(_("Saved."))
    return redirect(url_for("progress.show", person_id=review.person_id), 303)


def _write(review_id: int, form: ReviewForm) -> None:
    write_review(
        current_studio().id, review_id, form.said.data or "", version=form.version.data, by=actor(), now=now()
    )


def _there(review_id: int) -> Review:
    """The review as a colleague has just saved it."""
    return of_studio(Review, current_studio().id, review_id)


def _page(review: Review, form: ReviewForm, *, status: int, theirs: str = "") -> ResponseReturnValue:
    studio_id = current_studio().id
    return render_template(
        "progress/review.html",
        review=review,
        form=form,
        theirs=theirs,
        courses=courses_of(studio_id, review.person_id, since=review.begun_on),
        firsts=first_effects(effects_of(studio_id, review.person_id)),
        first_words=FIRST_WORDS,
        **frame(review.person_id),
    ), status

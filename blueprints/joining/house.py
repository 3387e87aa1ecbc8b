"""Settings of joining: the fee, the discounts, the terms."""

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from backoffice.core.db import transaction
from backoffice.core.errors import NotFound
from backoffice.core.submissions import first_use
from backoffice.joining import house, queries
from backoffice.joining.models import TermsKind, TermsVersion
from backoffice.staff.permissions import Permission
from backoffice.studio.actions import update_studio
from backoffice.studio.queries import the_studio
from blueprints.joining.forms import DiscountForm, JoiningFeeForm, NewDiscountForm, TermsForm
from blueprints.joining.words import FROM_WORDS, KIND_WORDS, TERMS_WORDS, laid_out
from blueprints.studio.pages import done, form_page, saved
from blueprints.support.access import actor, permit
from blueprints.support.clock import now
from blueprints.support.filters import own_name
from blueprints.support.studio import current_studio

joining_house = Blueprint("joining_house", __name__, url_prefix="/settings/joining")


@joining_house.route("", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def discounts() -> ResponseReturnValue:
    """The joining fee, and what is taken off it or off the plan."""
    form = JoiningFeeForm(obj=the_studio())
    changes = {"joining_fee_yen": form.joining_fee_yen.data}
    version = form.version.data
    if saved(
        form, lambda: update_studio(current_studio().id, changes, version=version, by=actor(), now=now())
    ):
        return done(url_for("joining_house.discounts"))
    rows = queries.discounts(current_studio().id, with_archived=True)
    page = render_template("joining/discounts.html", form=form, rows=rows, kinds=KIND_WORDS, bases=FROM_WORDS)
    return page, 422 if form.errors else 200


@joining_house.route("/discounts/new", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def new_discount() -> ResponseReturnValue:
    """One to come."""
    form = NewDiscountForm(data={"position": 0})

    def save() -> None:
        if first_use(str(form.form_token.data), "discount", now=now()):
            values = form.changes()
            del values["position"]
            house.add_discount(current_studio().id, values, by=actor(), now=now())

    if saved(form, save):
        return done(url_for("joining_house.discounts"))
    back = url_for("joining_house.discounts")
    return form_page(form, _("New discount"), back, status=422 if form.errors else 200)


@joining_house.route("/discounts/<int:discount_id>", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def discount(discount_id: int) -> ResponseReturnValue:
    """One of them."""
    studio_id = current_studio().id
    row = queries.discount(studio_id, discount_id)
    form = DiscountForm(obj=row)
    changes, version, back = form.changes(), form.version.data, url_for("joining_house.discounts")
    if saved(
        form,
        lambda: house.update_discount(
            studio_id, discount_id, changes, version=version, by=actor(), now=now()
        ),
    ):
        return done(back)
    return form_page(
        form, own_name(row), back, status=422 if form.errors else 200, row=row,
        archive_url=url_for("joining_house.archive", discount_id=row.id),
        restore_url=url_for("joining_house.restore", discount_id=row.id),
    )  # fmt: skip


@joining_house.post("/discounts/<int:discount_id>/archive")
@permit(Permission.STUDIO_EDIT)
def archive(discount_id: int) -> ResponseReturnValue:
    """Offer it no more."""
    with transaction():
        house.archive_discount(current_studio().id, discount_id, by=actor(), now=now())
    return done(url_for("joining_house.discounts"))


@joining_house.post("/discounts/<int:discount_id>/restore")
@permit(Permission.STUDIO_EDIT)
def restore(discount_id: int) -> ResponseReturnValue:
    """Offer it again."""
    with transaction():
        house.restore_discount(current_studio().id, discount_id, by=actor(), now=now())
    return done(url_for("joining_house.discounts"))


@joining_house.route("/terms", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def terms() -> ResponseReturnValue:
    """What members sign."""
    return _terms(TermsKind.MEMBERSHIP)


@joining_house.route("/visit-terms", methods=["GET", "POST"])
@permit(Permission.STUDIO_EDIT)
def visit_terms() -> ResponseReturnValue:
    """What visitors agree to when they book (`/book/terms`)."""
    return _terms(TermsKind.VISIT)


def _terms(kind: TermsKind) -> ResponseReturnValue:
    """Terms to edit, or an older version to read (`?version=2`). Saving makes a new version; a look writes nothing."""
    found, words = queries.terms_versions(current_studio().id, kind), TERMS_WORDS[kind]
    if asked := request.args.get("version", ""):
        return render_template("joining/terms_version.html", version=_numbered(found, asked), words=words)
    newest = found[0]
    form = TermsForm(data={"text_ja": newest.text_ja, "text_en": newest.text_en, "version": newest.number})
    looks = "look" in request.form and form.validate()
    if not looks and saved(
        form,
        lambda: house.publish_terms(
            newest.studio_id, form.text_ja.data or "", form.text_en.data or "", kind=kind, seen=form.version.data,
            by=actor(), now=now(),
        ),
    ):  # fmt: skip
        return done(url_for(words.page), _("These terms hold from now on."))
    page = render_template(
        "joining/terms.html", form=form, versions=found, words=words, looks=looks, laid_out=laid_out
    )
    return page, 422 if form.errors else 200


def _numbered(found: list[TermsVersion], asked: str) -> TermsVersion:
    version = next((one for one in found if str(one.number) == asked), None)
    if version is None:
        raise NotFound
    return version

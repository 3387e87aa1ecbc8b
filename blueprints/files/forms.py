"""The form that takes a file."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from werkzeug.datastructures import FileStorage

from backoffice.files.reading import MEGABYTE, MOST_UPLOADED
from blueprints.support.forms import CreateForm

PHOTOS = "image/jpeg,image/png,image/webp"
"""Named one by one: asked for these, Apple's devices turn their own format into a JPEG."""
ACCEPTED = f"{PHOTOS},application/pdf"


class UploadForm(CreateForm):
    """A file from the device, or a photo taken now (phones only)."""

    file = FileField(_l("Photo or PDF"), render_kw={"accept": ACCEPTED})
    camera = FileField(_l("Take a photo now"), render_kw={"accept": "image/jpeg", "capture": "environment"})
    most_bytes = MOST_UPLOADED

    @property
    def chosen(self) -> FileStorage | None:
        """What was chosen, in either field."""
        return self.file.data or self.camera.data or None

    @property
    def too_large(self) -> str:
        """What is said before a file is sent in vain."""
        return _("The file is larger than %(limit)s MB.", limit=MOST_UPLOADED // MEGABYTE)

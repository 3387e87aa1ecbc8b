"""What was uploaded becomes what may be kept: by what is inside, never by its name."""

from dataclasses import dataclass

from backoffice.core.contact import plain_text
from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.files.models import MediaType
from backoffice.files.photos import redraw

MEGABYTE = 1024 * 1024
MOST_UPLOADED = 15 * MEGABYTE
"""Of a photo as the camera made it, in bytes."""
MOST_KEPT = 2 * MEGABYTE
"""Of what is kept, in bytes: photos are made smaller, a PDF must be."""
LONGEST_NAME = 100
TOO_LARGE = N_("The file is larger than %(limit)s MB.")
PDF_TOO_LARGE = N_("A PDF may have up to %(limit)s MB. A photo of the page is made smaller by itself.")
NOT_A_PHOTO = N_("Please choose a photo (JPEG, PNG or WebP).")
HEIC = N_(
    "Photos in HEIC form cannot be read here. Please take the photo on this page, or set the iPhone to “Most"
    " Compatible” (Settings, Camera, Formats)."
)
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif")
PHOTO_MARKS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
PDF_MARK = b"%PDF-"
ENDINGS = {MediaType.JPEG: "jpg", MediaType.PDF: "pdf"}
UNSEEN = dict.fromkeys([*range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF])
"""Characters nobody sees. Some turn the direction of a name round, so that exe.pdf reads as fdp.exe."""


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """What may be kept. Made by `read_upload` alone."""

    name: str
    media_type: MediaType
    content: bytes


def read_upload(content: bytes, name: str) -> ReadyFile:
    """A file as it may be kept: a photo drawn anew, a PDF as it is. Takes up to a second and needs no transaction.

    Refuses (Invalid on `file`) an empty file, one above the limits, and whatever is neither photo nor PDF inside.
    """
    if not content:
        raise Invalid(N_("The file is empty."), field="file")
    _check_form(content)
    if len(content) > MOST_UPLOADED:
        raise Invalid(TOO_LARGE, field="file", limit=MOST_UPLOADED // MEGABYTE)
    if content.startswith(PDF_MARK):
        if len(content) > MOST_KEPT:
            raise Invalid(PDF_TOO_LARGE, field="file", limit=MOST_KEPT // MEGABYTE)
        return ReadyFile(shown_name(name, MediaType.PDF), MediaType.PDF, content)
    if _is_photo(content):
        drawn = redraw(content, most_bytes=MOST_KEPT)
        return ReadyFile(shown_name(name, MediaType.JPEG), MediaType.JPEG, drawn)
    raise Invalid(N_("Please choose a photo (JPEG, PNG or WebP) or a PDF."), field="file")


def read_photo(content: bytes, name: str) -> ReadyFile:
    """As `read_upload`, where only a photo will do: refuses a PDF as well, in words that offer none."""
    _check_form(content)
    if content and not _is_photo(content):
        raise Invalid(NOT_A_PHOTO, field="file")
    return read_upload(content, name)


def _check_form(content: bytes) -> None:
    """Refuse what phones call a photo and no other device opens, in words that help."""
    if content[4:8] == b"ftyp" and content[8:12] in HEIC_BRANDS:
        raise Invalid(HEIC, field="file")


def _is_photo(content: bytes) -> bool:
    return content.startswith(PHOTO_MARKS) or (content[:4], content[8:12]) == (b"RIFF", b"WEBP")


def shown_name(name: str, media_type: MediaType) -> str:
    """The name it is shown and saved under: without folders and unseen characters, its ending the true one. Pure."""
    last = plain_text(name.translate(UNSEEN)).replace("\\", "/").replace("\n", " ").rpartition("/")[2].strip()
    stem, dot, ending = last.rpartition(".")
    if not dot or len(ending) > 5 or not (ending.isascii() and ending.isalnum()):
        stem = last
    true_ending = f".{ENDINGS[media_type]}"
    return (stem.strip(". ") or "file")[: LONGEST_NAME - len(true_ending)] + true_ending

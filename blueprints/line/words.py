"""What things said in a chat are called."""

from flask_babel import lazy_gettext as _l

from backoffice.messaging.entries import EntryKind

KIND_WORDS = {
    EntryKind.TEXT: _l("Written text"),
    EntryKind.PHOTO: _l("Photo"),
    EntryKind.FILE: _l("File"),
    EntryKind.VIDEO: _l("Video"),
    EntryKind.AUDIO: _l("Voice message"),
    EntryKind.STICKER: _l("Sticker"),
    EntryKind.PLACE: _l("Location"),
    EntryKind.BUTTON: _l("Button"),
    EntryKind.OTHER: _l("Something that cannot be shown here"),
}

"""What wishes and parts of the record are called."""

from flask_babel import lazy_gettext as _l

from backoffice.clients.models import Wish

WISH_WORDS = {
    Wish.QUIET: _l("Quiet, little talk"),
    Wish.TALK: _l("Likes to talk"),
    Wish.MUSIC: _l("With music"),
    Wish.NO_MUSIC: _l("No music"),
    Wish.WOMAN: _l("A woman as trainer"),
    Wish.MAN: _l("A man as trainer"),
}

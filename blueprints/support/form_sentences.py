"""What a form says when something typed cannot be used: the house's own sentences in place of the library's."""

from flask_babel import gettext as _

from backoffice.core.language import N_

CHOOSE = N_("Please choose one of these.")
SENTENCES = {
    "This field is required.": N_("Please fill this in."),
    "Not a valid integer value.": N_("Please enter a whole number."),
    "Not a valid decimal value.": N_("Please enter a number."),
    "Not a valid float value.": N_("Please enter a number."),
    "Not a valid date value.": N_("Please enter a date."),
    "Not a valid time value.": N_("Please enter a time."),
    "Not a valid datetime value.": N_("Please enter a date and a time."),
    "Not a valid choice.": CHOOSE,
    "Invalid Choice: could not coerce.": CHOOSE,
    "Number must be at least %(min)s.": N_("Please enter %(min)s or more."),
    "Number must be at most %(max)s.": N_("Please enter %(max)s or less."),
    "Number must be between %(min)s and %(max)s.": N_("Please enter a number from %(min)s to %(max)s."),
    "Field must be at least %(min)d characters long.": N_("Too short: %(min)s characters at least."),
    "Field cannot be longer than %(max)d characters.": N_("Too long: %(max)s characters at most."),
    "Field must be exactly %(max)d characters long.": N_("Please enter %(max)s characters."),
    "Field must be between %(min)d and %(max)d characters long.": N_(
        "Please enter from %(min)s to %(max)s characters."
    ),
    "Invalid input.": N_("Please check how this is written."),
}
"""The library's sentence and ours."""


class Sentence(str):
    """A sentence into which whole numbers are filled as people write them: 1,000,000."""

    __slots__ = ()

    def __mod__(self, given: dict[str, object]) -> str:  # type: ignore[override]
        return str(self) % {key: f"{one:,}" if isinstance(one, int) else one for key, one in given.items()}


class OwnSentences:
    """What the library asks for a translation; what is none of its refusals (a label made of a name) stays as it is."""

    def gettext(self, text: str) -> str:
        """Ours for a sentence of the library, in the reader's language."""
        return Sentence(_(SENTENCES[text])) if text in SENTENCES else text

    def ngettext(self, one: str, many: str, count: int) -> str:
        """The same; none of ours changes with the number."""
        return self.gettext(many)

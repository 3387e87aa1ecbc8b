"""A message as LINE shows it: bubbles of text, and one with buttons below them. Imported by workers only."""

from linebot.v3.messaging import (
    ButtonsTemplate,
    Message,
    PostbackAction,
    TemplateMessage,
    TextMessage,
    URIAction,
)
from linebot.v3.messaging.models import Action

from backoffice.core.language import pick
from backoffice.messaging import buttons
from backoffice.messaging.buttons import LONGEST_ALT, LONGEST_LABEL, LONGEST_PROMPT, MOST, units
from backoffice.messaging.channels import Button, Envelope

LONGEST_TEXT = 5000


def bubbles_of(envelope: Envelope) -> list[Message]:
    """Subject and text in bubbles of at most 5,000 characters; the buttons on the last one, which takes 160."""
    body, below = buttons.lifted(envelope.body, envelope.language, MOST - len(envelope.buttons))
    taps = (*envelope.buttons, *below)
    whole = f"{envelope.subject}\n\n{body}".strip()
    if not taps:
        return [TextMessage(text=text) for text in as_texts(whole)]
    if 0 < units(whole) <= LONGEST_PROMPT:
        return [_with_buttons(whole, envelope, taps)]
    prompt = pick(envelope.language, "下のボタンからどうぞ。", "Please use a button below.")
    return [*(TextMessage(text=text) for text in as_texts(whole)), _with_buttons(prompt, envelope, taps)]


def as_texts(text: str) -> list[str]:
    """A text in pieces that LINE takes: broken at an empty line where there is one, else at a line, else anywhere."""
    texts = []
    rest = text.strip()
    while rest:
        end = _end_of_text(rest)
        texts.append(rest[:end].strip())
        rest = rest[end:].strip()
    return texts


def _with_buttons(prompt: str, envelope: Envelope, taps: tuple[Button, ...]) -> TemplateMessage:
    template = ButtonsTemplate(text=prompt, actions=[_action(one) for one in taps])
    return TemplateMessage(
        alt_text=buttons.cut(envelope.subject.strip() or prompt, LONGEST_ALT), template=template
    )


def _action(button: Button) -> Action:
    """What a tap does: it comes back by the webhook, and the chat shows what was tapped; or it opens a page."""
    label = buttons.cut(button.label, LONGEST_LABEL)
    if button.data:
        return PostbackAction(label=label, data=button.data, display_text=button.label)
    return URIAction(label=label, uri=button.url)


def _end_of_text(text: str) -> int:
    """How many characters of a text go into one bubble."""
    if units(text) <= LONGEST_TEXT:
        return len(text)
    fits, used = 0, 0
    while used + units(text[fits]) <= LONGEST_TEXT:
        used += units(text[fits])
        fits += 1
    for border in ("\n\n", "\n"):
        if (found := text.rfind(border, 1, fits)) > 0:
            return found
    return fits

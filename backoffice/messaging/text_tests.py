"""The mail by which somebody looks at a text in their own mail program: made-up values, the mark of a test on top."""

from dataclasses import replace
from datetime import datetime

from backoffice.core.db import db
from backoffice.core.language import pick
from backoffice.messaging.models import Message
from backoffice.messaging.samples import sample_name, sample_values
from backoffice.messaging.texts import Text, written
from backoffice.messaging.wording import Source
from backoffice.studio.models import Studio


def tested(message: Message, now: datetime) -> Text:
    """The text that the message carries, as a reader would get it."""
    studio, language, asked = db.session.get_one(Studio, message.studio_id), message.language, message.values
    source = Source(asked["subject"], asked["body"], is_own=True)
    values = sample_values(studio, language, now=now)
    text = written(source, asked["kind"], language, studio, sample_name(language), values)
    return replace(text, subject=pick(language, "【テスト】", "[Test] ") + text.subject)

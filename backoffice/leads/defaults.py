"""The lists a new studio starts with: where enquiries come from, and why some are not won."""

from backoffice.core.db import db
from backoffice.leads.models import LeadSource, LostReason

SOURCES = (
    ("column", "コラム", "Article"),
    ("google", "Google検索", "Google search"),
    ("instagram", "Instagram", "Instagram"),
    ("line", "LINE", "LINE"),
    ("hotpepper", "ホットペッパー", "Hot Pepper"),
    ("referral", "ご紹介", "Referral"),
    ("walk_by", "通りがかり", "Walked by"),
    ("walk_in", "飛び込み", "Walk-in"),
    ("phone", "電話", "Phone"),
    ("web", "ホームページ", "Website"),
    ("other", "その他", "Other"),
)

LOST_REASONS = (
    ("price", "料金が合わない", "Price"),
    ("time", "時間が合わない", "No suitable times"),
    ("far", "通いにくい", "Too far away"),
    ("other_gym", "他のジムに決めた", "Chose another gym"),
    ("health", "体調の都合", "For reasons of health"),
    ("no_answer", "連絡がつかない", "Cannot be reached"),
    ("not_now", "今回は見送り", "Not at this time"),
    ("duplicate", "重複・間違い", "Duplicate or mistake"),
    ("other", "その他", "Other"),
)


def add_default_lists() -> None:
    """Create the sources and lost reasons of a new installation."""
    for position, (key, name_ja, name_en) in enumerate(SOURCES):
        db.session.add(LeadSource(key=key, name_ja=name_ja, name_en=name_en, position=position))
    for position, (key, name_ja, name_en) in enumerate(LOST_REASONS):
        db.session.add(LostReason(key=key, name_ja=name_ja, name_en=name_en, position=position))
    db.session.flush()

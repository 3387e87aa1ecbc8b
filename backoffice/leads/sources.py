"""Where an enquiry came from, out of the many ways to write it."""

import re
import unicodedata

ARTICLE_SOURCE = "column"
WEB_SOURCE = "web"
OTHER_SOURCE = "other"

_WORDS = (
    (ARTICLE_SOURCE, r"コラム|記事|column|article|blog"),
    ("line", r"\bline\b|ライン"),
    ("instagram", r"instagram|インスタ"),
    ("hotpepper", r"hot\s*pepper|ホットペッパー"),
    ("google", r"google|グーグル|検索|search|yahoo"),
    ("referral", r"紹介|知人|友人|referral|friend"),
    ("walk_by", r"通りがかり|看板|前を通|walked by|passing"),
    ("walk_in", r"飛び込み|walk-?in"),
    ("phone", r"電話|phone"),
    (WEB_SOURCE, r"ホームページ|web|サイト|hp"),
)


def guess_source(text: str, *, article: str = "") -> str:
    """The key of the default list a wording means; an article decides alone; `other` when nothing fits."""
    if article:
        return ARTICLE_SOURCE
    folded = unicodedata.normalize("NFKC", text).casefold()
    return next((key for key, words in _WORDS if re.search(words, folded)), OTHER_SOURCE)

"""Which column of an enquiry file is which: by the words of its header, in Japanese or English."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from backoffice.core.errors import Invalid
from backoffice.core.language import N_
from backoffice.core.tables.columns import NOTHING, recognise


class Column(StrEnum):
    """What a column may hold. Family and given names are for forms that ask for them apart."""

    RECEIVED = "received"
    FAMILY_KANA = "family_kana"
    GIVEN_KANA = "given_kana"
    KANA = "kana"
    FAMILY = "family"
    GIVEN = "given"
    PHONE = "phone"
    MAIL = "mail"
    WISH = "wish"
    ARTICLE = "article"
    SOURCE = "source"
    INTEREST = "interest"
    BODY = "body"
    NAME = "name"


# Tried in this order, so that お名前(カナ) is a reading before it is a name and ご希望日時 a time before a wish.
_WORDS: dict[Column, tuple[str, str]] = {
    Column.RECEIVED: (
        "タイムスタンプ|timestamp|日時|日付|date|datetime",
        "(受付|受信|送信|登録|回答|申込|申し込み|問い?合わ?せ).*(日|時)|submitted|received|createdat",
    ),
    Column.FAMILY_KANA: ("セイ|せい|姓カナ|姓フリガナ|姓ふりがな", "lastnamekana|familynamekana"),
    Column.GIVEN_KANA: ("メイ|めい|名カナ|名フリガナ|名ふりがな", "firstnamekana|givennamekana"),
    Column.KANA: ("フリガナ|ふりがな|カナ|かな|よみがな|ヨミガナ|kana", "フリガナ|ふりがな|カナ$|かな$|kana|reading"),
    Column.FAMILY: ("姓|苗字|名字|お名前姓|lastname|familyname|surname", NOTHING),
    Column.GIVEN: ("名|お名前名|firstname|givenname", NOTHING),
    Column.PHONE: ("電話番号|お電話番号|電話|携帯|phone|tel", "電話|携帯|phone|mobile|^tel"),
    Column.MAIL: ("メールアドレス|メール|mail|email|emailaddress", "メール(?!マガ)|e?mail(?!magazine)"),
    Column.WISH: ("第1希望日時|第一希望日時|希望日時|ご希望日時", "希望.*(日|時)|preferred|wish"),
    Column.ARTICLE: ("記事|コラム|article", "記事|article|landingpage"),
    Column.SOURCE: ("きっかけ|流入元|媒体|source", "きっかけ|お知りに|知りました|知った|流入|媒体|hearabout|source"),
    Column.INTEREST: (
        "ご希望|希望|メニュー|コース|interest|service",
        "希望.*(内容|メニュー|コース|プラン)|種別|interest|service",
    ),
    Column.BODY: (
        "ご相談内容|内容|備考|メッセージ|message",
        "相談|問い?合わ?せ|質問|備考|要望|メッセージ|message|comment|enquiry|inquiry|question|note",
    ),
    Column.NAME: (
        "お名前|氏名|ご氏名|名前|name|fullname|yourname",
        "氏名|お名前|(?<!ユーザー)名前|(?<!user)(?<!company)name",
    ),
}  # fmt: skip


def recognise_columns(header: Sequence[str], chosen: Mapping[str, str] | None = None) -> dict[Column, int]:
    """Position of every column that is known by its words; `chosen` (column → header text) comes first.

    Refuses a choice that names no column, or no title of this file.
    """
    return recognise(header, _WORDS, {_column(name): title for name, title in (chosen or {}).items()})


def missing_columns(found: Mapping[Column, int]) -> tuple[str, ...]:
    """What no enquiry can do without: `name` (or a reading) and `contact` (a phone or a mail column)."""
    names = {Column.NAME, Column.KANA, Column.FAMILY, Column.GIVEN, Column.FAMILY_KANA, Column.GIVEN_KANA}
    missing = []
    if not names & found.keys():
        missing.append("name")
    if not {Column.PHONE, Column.MAIL} & found.keys():
        missing.append("contact")
    return tuple(missing)


def _column(name: str) -> Column:
    try:
        return Column(name)
    except ValueError:
        raise Invalid(N_("There is no column of this kind."), field="columns") from None

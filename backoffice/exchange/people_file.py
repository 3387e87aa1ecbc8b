"""A file of people, from its lines to what is known of each. Reads only; nobody is compared yet."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from backoffice.core.clock import local_date
from backoffice.core.contact import Identity, fold_kana, fold_name, is_kana, parse_mail, parse_phone
from backoffice.core.language import N_, Language
from backoffice.core.tables.columns import NOTHING, Words, cells_of
from backoffice.core.tables.dates import parse_when
from backoffice.core.tables.reading import Table
from backoffice.people.models import Purpose
from backoffice.people.row import LONGEST_NAME

NO_NAME = N_("There is no name.")
LONG_NAME = N_("The name is too long.")
BAD_KANA = N_("The reading is not in kana; it is left out.")
BAD_PHONE = N_("The phone number cannot be read.")
BAD_MAIL = N_("The mail address cannot be read.")
BAD_BIRTH = N_("The date of birth cannot be read; it is left out.")
BAD_CONSENT = N_("A consent is neither yes nor no; it is left out.")

OLDEST = 120  # years


class PersonColumn(StrEnum):
    """What a column may hold. Family and given names are for files that keep them apart."""

    FAMILY_KANA = "family_kana"
    GIVEN_KANA = "given_kana"
    KANA = "kana"
    FORMER = "former"
    FAMILY = "family"
    GIVEN = "given"
    OTHER_PHONE = "other_phone"
    PHONE = "phone"
    OTHER_MAIL = "other_mail"
    FOLLOW_UP = "follow_up"
    MARKETING = "marketing"
    MAIL = "mail"
    BIRTH = "birth"
    GENDER = "gender"
    LANGUAGE = "language"
    NAME = "name"


C = PersonColumn
NAMES: Words[PersonColumn] = {
    C.FAMILY_KANA: ("セイ|せい|姓カナ|姓かな|姓フリガナ|姓ふりがな", "lastnamekana|familynamekana"),
    C.GIVEN_KANA: ("メイ|めい|名カナ|名かな|名フリガナ|名ふりがな", "firstnamekana|givennamekana"),
    C.KANA: (
        "フリガナ|ふりがな|カナ|かな|よみがな|ヨミガナ|よみ|ヨミ|読み|読み仮名|kana",
        "フリガナ|ふりがな|カナ$|かな$|kana|reading",
    ),
    C.FORMER: ("旧姓|formername|maidenname", "旧姓|former|maiden"),
    C.FAMILY: ("姓|苗字|名字|お名前姓|lastname|familyname|surname", NOTHING),
    C.GIVEN: ("名|お名前名|firstname|givenname", NOTHING),
}
CONTACTS: Words[PersonColumn] = {
    C.OTHER_PHONE: (
        "電話番号2|その他の電話番号|自宅電話|phone2|otherphones?",
        "電話.*2|その他の電話|自宅.*電話|(phone|tel)2|other.*phone|homephone",
    ),
    C.PHONE: ("電話番号1?|お電話番号|電話|携帯|携帯電話|phone|tel|mobile", "電話|携帯|phone|mobile|^tel"),
    C.OTHER_MAIL: (
        "メールアドレス2|その他のメールアドレス|mail2|email2|othermailaddresses",
        "メール.*2|その他のメール|mail2|other.*mail",
    ),
    C.MAIL: ("メールアドレス1?|メール|mail|email|emailaddress", "メール(?!マガ|配信)|e?mail(?!magazine)"),
}  # fmt: skip
WORDS: Words[PersonColumn] = {
    **NAMES,
    C.FOLLOW_UP: (
        "フォローのご連絡|フォローの連絡|followupmessages|followup",
        "フォロー.*(同意|希望|可否|連絡)|followup",
    ),
    C.MARKETING: (
        "お知らせ.?キャンペーン|メルマガ|メール配信|メール配信の同意|newsandoffers|newsletter|marketing",
        "メルマガ|メールマガジン|メール配信|案内.*(同意|希望|可否)|dm.*(可|希望)|newsletter|marketing|offers",
    ),
    **CONTACTS,
    C.BIRTH: ("生年月日|誕生日|お誕生日|dateofbirth|birthday|birthdate|dob", "生年月日|誕生日|birth"),
    C.GENDER: ("性別|gender|sex", "性別|gender"),
    C.LANGUAGE: ("言語|使用言語|希望言語|language", "言語|language"),
    C.NAME: (
        "お名前|氏名|ご氏名|名前|お客様名|顧客名|会員名|name|fullname|customername",
        "氏名|お名前|お客様名|顧客名|会員名|(?<!ユーザー)名前|(?<!user)(?<!company)name",
    ),
}  # fmt: skip

_YES = {
    "はい", "有", "あり", "可", "同意", "同意する", "希望", "希望する", "する", "yes", "y", "true", "1", "o", "○", "〇",
    "✓", "ok",
}  # fmt: skip
_NO = {
    "いいえ", "無", "なし", "不可", "同意しない", "不要", "希望しない", "しない", "no", "n", "false", "0", "x", "×",
    "ng",
}  # fmt: skip
_GENDERS = {
    "女": "female", "女性": "female", "f": "female", "female": "female", "woman": "female",
    "男": "male", "男性": "male", "m": "male", "male": "male", "man": "male",
    "その他": "other", "other": "other", "x": "other",
}  # fmt: skip
_ENGLISH = {"en", "eng", "english", "英語"}
_SEVERAL = re.compile(r"\s+/\s+|[\n;、]")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line as written and as understood. `refused` says why nobody can be made of it."""

    number: int
    cells: tuple[str, ...]
    name: str = ""
    kana: str = ""
    former_name: str = ""
    phones: tuple[str, ...] = ()
    mails: tuple[str, ...] = ()
    language: str = Language.JA.value
    gender: str = ""
    birth_date: date | None = None
    consents: Mapping[Purpose, bool] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    refused: str = ""
    blank: bool = False
    identity: Identity = field(default_factory=Identity)


def missing_columns(found: Mapping[PersonColumn, int]) -> tuple[str, ...]:
    """What no person can do without: a column with a name or a reading."""
    return (
        () if found.keys() & {C.NAME, C.KANA, C.FAMILY, C.GIVEN, C.FAMILY_KANA, C.GIVEN_KANA} else ("name",)
    )


def read_people(
    table: Table, found: Mapping[PersonColumn, int], *, zone: str, now: datetime
) -> list[PersonRow]:
    """Every line of a file by its columns. Births are days of the past within 120 years."""
    return [_row(number, cells, found, zone, now) for number, cells in table.rows]


def name_and_kana(text: Mapping[PersonColumn, str]) -> tuple[str, str]:
    """The name and the reading, put together where a file keeps their halves apart."""
    name = text[C.NAME] or f"{text[C.FAMILY]} {text[C.GIVEN]}".strip()
    return name, text[C.KANA] or f"{text[C.FAMILY_KANA]} {text[C.GIVEN_KANA]}".strip()


def folded(text: str) -> str:
    """A word of a cell as it is compared: half width, small letters, no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _row(
    number: int, cells: tuple[str, ...], found: Mapping[PersonColumn, int], zone: str, now: datetime
) -> PersonRow:
    if not any(cells):
        return PersonRow(number, cells, blank=True)
    text = cells_of(cells, found, PersonColumn)
    name, kana = name_and_kana(text)
    warnings = []
    if kana and not is_kana(kana):
        warnings.append(BAD_KANA)
        kana = ""
    phones = [part for column in (C.PHONE, C.OTHER_PHONE) for part in _parts(text[column])]
    mails = [part for column in (C.MAIL, C.OTHER_MAIL) for part in _parts(text[column])]
    warnings += [BAD_PHONE] if any(parse_phone(one) is None for one in phones) else []
    warnings += [BAD_MAIL] if any(parse_mail(one) is None for one in mails) else []
    birth = _birth(text[C.BIRTH], zone, now)
    warnings += [BAD_BIRTH] if text[C.BIRTH] and birth is None else []
    consents, unclear = _consents(text)
    warnings += [BAD_CONSENT] if unclear else []
    phones = [one for one in phones if parse_phone(one)]
    mails = [one for one in mails if parse_mail(one)]
    return PersonRow(
        number, cells, name, kana, text[C.FORMER][:LONGEST_NAME], tuple(phones), tuple(mails),
        language=(Language.EN if folded(text[C.LANGUAGE]) in _ENGLISH else Language.JA).value,
        gender=_GENDERS.get(folded(text[C.GENDER]), ""),
        birth_date=birth,
        consents=consents,
        warnings=tuple(warnings),
        refused=_refused(name, kana),
        identity=Identity.of(name=name, kana=kana, former_name=text[C.FORMER], phones=phones, mails=mails),
    )  # fmt: skip


def _parts(text: str) -> list[str]:
    return [part.strip() for part in _SEVERAL.split(text) if part.strip()]


def _birth(text: str, zone: str, now: datetime) -> date | None:
    at = parse_when(text, zone)
    if at is None:
        return None
    day, today = local_date(at, zone), local_date(now, zone)
    return day if today.year - OLDEST <= day.year and day <= today else None


def _consents(text: Mapping[PersonColumn, str]) -> tuple[dict[Purpose, bool], bool]:
    """The answers that are stated, and whether a cell said something else."""
    said = {Purpose.FOLLOW_UP: folded(text[C.FOLLOW_UP]), Purpose.MARKETING: folded(text[C.MARKETING])}
    answers = {purpose: word in _YES for purpose, word in said.items() if word in _YES | _NO}
    return answers, any(word and purpose not in answers for purpose, word in said.items())


def _refused(name: str, kana: str) -> str:
    if not fold_name(name) and not fold_kana(kana):
        return NO_NAME
    return LONG_NAME if max(len(name), len(kana)) > LONGEST_NAME else ""

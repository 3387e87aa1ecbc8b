"""Folding of names: two ways to write one name end in one key. Keys compare and search; they are never shown."""

import re
import unicodedata

import jaconv

from backoffice.core.contact.plain import plain_text

LONGEST_NAME = 200

# Old and new forms of one character, and the printed variants of it found in family registers. NFKC folds
# the compatibility ideographs (神 福 塚 ...) and leaves all of these alone. The first of a group is the form
# most keyboards offer first. Characters that only look or sound alike are not here: 菅/管, 荻/萩, 堺/界,
# 埼/崎, 脇/脅, 晄/晃 are different names. The one exception is 斎/斉: two characters by origin, yet families
# named さいとう are written with any of the four on the phone, and a key that splits them finds nobody.
_VARIANTS = """
    高髙 崎﨑嵜 辺邊邉 斎齋齊斉 浜濵濱 島嶋嶌㠀 沢澤 広廣 国國圀 桜櫻 真眞 恵惠 竜龍 吉𠮷 柳栁桺 桑桒
    円圓 村邨 亜亞 寿壽 栄榮 衛衞 奥奧 応應 楽樂 巻卷 関關 観觀 気氣 亀龜 暁曉 尭堯 勲勳 薫薰 渓溪 芸藝
    県縣 剣劍 権權 厳嚴 恒恆 黄黃 黒黑 穂穗 児兒 実實 渋澁 収收 従從 荘莊 将將 浄淨 条條 乗乘 譲讓 慎愼
    晋晉 尽盡 瀬瀨 静靜 浅淺 禅禪 壮壯 曽曾 総總 聡聰 蔵藏 滝瀧 択擇 団團 弾彈 昼晝 虫蟲 鋳鑄 聴聽 鎮鎭
    鉄鐵 転轉 伝傳 灯燈 当當 徳德 独獨 縄繩 麦麥 発發 彦彥 姫姬 富冨 仏佛 豊豐 宝寶寳 万萬 満滿 弥彌
    与與 誉譽 遥遙 来來 頼賴 緑綠 礼禮 恋戀 郎郞 禄祿 凛凜 巌巖 岳嶽 峰峯 野埜 淵渕 芦蘆 園薗 籠篭
    桧檜 槙槇 館舘 鶴靏靍 鴎鷗 船舩 台臺 糸絲 絵繪 会會 学學 稲稻 穣穰 昇曻 昂昻 翠翆 柏栢 橋槗𣘺 縁緣
    双雙 参參 医醫 温溫 価價 経經 継繼 径徑 体體 点點 塩鹽 歳歲 沖冲 恋戀 強强 教敎 青靑 清淸 毎每
"""
_TABLE = {ord(variant): group[0] for group in _VARIANTS.split() for variant in group[1:]}
_TABLE |= {ord("ヶ"): "ケ", ord("ヵ"): "カ"}

# Spaces of every kind, the dots and double hyphens between the parts of foreign names, and characters
# nobody sees: variation selectors (which pick the drawing of 邉, not the name) and zero-width marks.
_BETWEEN = re.compile(r"[\s・·=゠'’`´\u00ad\u200b-\u200f\u2060\ufeff\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_REPEATED = re.compile(r"([\u3400-\u9fff\U00020000-\U0003ffff])々")
_DASHES = re.compile(r"[-‐-―−─━~〜]")
_KANA = re.compile(r"[\u3041-\u3096ゝゞー]+")


def fold_name(text: str) -> str:
    """The key of a name: NFKC, no spaces, lower case without accents, new kanji forms, hiragana.

    `髙橋　ハルカ` and `高橋はるか` have one key. Empty for an empty or invisible text.
    """
    folded = unicodedata.normalize("NFKC", plain_text(text, LONGEST_NAME)).casefold()
    folded = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))
    folded = _BETWEEN.sub("", folded).translate(_TABLE)
    return str(jaconv.kata2hira(_REPEATED.sub(r"\1\1", folded)))


def fold_kana(text: str) -> str:
    """The key of a reading: hiragana without spaces and dots; a dash typed for the long mark becomes ー.

    Small kana and long vowels stay as written: きよう is not きょう.
    """
    folded = _BETWEEN.sub("", unicodedata.normalize("NFKC", plain_text(text, LONGEST_NAME)).casefold())
    folded = unicodedata.normalize("NFC", folded)
    return _DASHES.sub("ー", str(jaconv.kata2hira(folded)))


def is_kana(text: str) -> bool:
    """Whether a text is a reading: kana of any width and nothing else but spaces and dots."""
    return _KANA.fullmatch(fold_kana(text)) is not None

"""Common Japanese names for people who do not exist."""

from random import Random


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Names and their kana, from a text of `name kana, name kana, …`."""
    return tuple((name, kana) for name, kana in (pair.split() for pair in text.split(",")))


FAMILY = _pairs("""
佐藤 サトウ, 鈴木 スズキ, 高橋 タカハシ, 田中 タナカ, 伊藤 イトウ, 渡辺 ワタナベ,
山本 ヤマモト, 中村 ナカムラ, 小林 コバヤシ, 加藤 カトウ, 吉田 ヨシダ, 山田 ヤマダ,
佐々木 ササキ, 山口 ヤマグチ, 松本 マツモト, 井上 イノウエ, 木村 キムラ, 林 ハヤシ,
清水 シミズ, 山崎 ヤマザキ, 池田 イケダ, 橋本 ハシモト, 阿部 アベ, 石川 イシカワ,
前田 マエダ, 藤田 フジタ, 小川 オガワ, 後藤 ゴトウ, 岡田 オカダ, 長谷川 ハセガワ,
村上 ムラカミ, 近藤 コンドウ, 石井 イシイ, 坂本 サカモト, 遠藤 エンドウ, 青木 アオキ,
藤井 フジイ, 西村 ニシムラ, 福田 フクダ, 太田 オオタ, 三浦 ミウラ, 藤原 フジワラ,
松田 マツダ, 中川 ナカガワ, 中野 ナカノ, 原田 ハラダ, 小野 オノ, 竹内 タケウチ,
金子 カネコ, 和田 ワダ, 上京 カミギョウ, 大原 オオハラ, 嵯峨 サガ, 髙井 タカイ
""")

WOMEN = _pairs("""
花子 ハナコ, 美咲 ミサキ, さくら サクラ, 陽菜 ヒナ, 結衣 ユイ, 彩 アヤ, 恵子 ケイコ,
真由美 マユミ, 香織 カオリ, 直美 ナオミ, 友里 ユリ, 千尋 チヒロ, 由紀 ユキ, 舞 マイ,
麻衣 マイ, 奈々 ナナ, 梨花 リカ, 絵里 エリ, 早紀 サキ, 和子 カズコ, 典子 ノリコ
""")

MEN = _pairs("""
健太 ケンタ, 翔太 ショウタ, 大輔 ダイスケ, 拓也 タクヤ, 直樹 ナオキ, 誠 マコト,
隆 タカシ, 亮 リョウ, 浩二 コウジ, 学 マナブ, 修平 シュウヘイ, 裕太 ユウタ, 稔 ミノル
""")


def a_name(random: Random) -> tuple[str, str, str]:
    """A name, its kana, and `female` or `male`; two in three are women, as in the gym this is modelled on."""
    family, family_kana = random.choice(FAMILY)
    is_woman = random.random() < 2 / 3
    given, given_kana = random.choice(WOMEN if is_woman else MEN)
    return f"{family} {given}", f"{family_kana} {given_kana}", "female" if is_woman else "male"


def a_phone(number: int) -> str:
    """A mobile number in the 070 range, different for each `number` below 100 million."""
    return f"070-{number // 10_000 % 10_000:04d}-{number % 10_000:04d}"


def a_mail(number: int) -> str:
    """An address that reaches nobody (RFC 2606)."""
    return f"guest{number}@example.com"

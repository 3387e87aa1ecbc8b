"""Words by which a text seems to speak of somebody's health. A short list: it makes a writer look twice, no more."""

import re
import unicodedata

JAPANESE = (
    r"体重|体脂肪|筋肉量|血圧|血糖|心拍|脈拍|体温|発熱|熱が|痛(?:み|い|く|め|む)|腫れ|しびれ|痺れ|怪我|ケガ|けが|"
    r"腰痛|ぎっくり|ヘルニア|肩こり|関節|捻挫|骨折|手術|通院|病院|病気|持病|診断|診察|医師|お医者|症状|服薬|お?薬|"
    r"アレルギー|喘息|貧血|妊娠|出産|産後|生理|更年期|うつ|睡眠|眠れ|寝不足|疲労|疲れ|体調|だるさ|便秘|下痢|"
    r"食事|食べ(?:過ぎ|すぎ|た|て)|糖質|脂質|たんぱく質|タンパク質|カロリー|減量|ダイエット|水分|飲酒|お酒"
)
ENGLISH = (
    r"\b(?:weigh(?:t|ed|s)?|body fat|blood pressure|blood sugar|heart rate|fever|pains?|painful|aches?|aching|hurts?|"
    r"sore(?:ness)?|swollen|numb(?:ness)?|injur(?:y|ies|ed)|sprain(?:ed)?|fracture|surgery|hospital|doctor|illness|"
    r"disease|diagnos\w+|symptoms?|medication|medicine|allerg\w+|asthma|ana?emia|pregnan\w+|period pain|menopause|"
    r"depress\w+|sleep(?:ing|less)?|insomnia|fatigued?|tired|diet|meals?|calories|carbs?|protein|diarrh?oea|constipat\w+)\b"
)
SPEAKS = re.compile(f"{JAPANESE}|{ENGLISH}")


def speaks_of_health(text: str) -> bool:
    """Whether one of these words stands in a text. Pure."""
    return bool(SPEAKS.search(unicodedata.normalize("NFKC", text).casefold()))

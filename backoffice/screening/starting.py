"""The questions a new studio begins with, in our own words, on what is known to matter before training.

Topics: those that physical activity readiness questionnaires ask about (heart and blood pressure, chest pain,
dizziness, long-term illness, medicines, bones and joints, a doctor's word), and what a small gym needs besides.
"""

from typing import NamedTuple


class Question(NamedTuple):
    """One question: answered yes or no; a yes asks for details."""

    key: str
    ja: str
    en: str


QUESTIONS = (
    Question("heart", "心臓の病気や高血圧と言われたことがありますか。", "Have you been told that you have a heart condition or high blood pressure?"),  # noqa: E501
    Question("chest", "安静時や動いたときに、胸の痛みや強い圧迫感を感じることがありますか。", "Do you ever feel pain or heavy pressure in your chest, at rest or when you move?"),  # noqa: E501
    Question("dizzy", "この1年に、めまいでふらついたり、気を失ったりしたことがありますか。", "In the past year, have you lost your balance from dizziness, or fainted?"),  # noqa: E501
    Question("illness", "そのほかに治療中・経過観察中の病気（糖尿病、ぜんそくなど）がありますか。", "Is any other illness being treated or watched (diabetes, asthma and so on)?"),  # noqa: E501
    Question("medicine", "続けて飲んでいるお薬がありますか。", "Do you take any medicine regularly?"),
    Question("joints", "骨・関節・筋肉の痛みやけがで、動かすと悪くなるところがありますか。", "Do you have a bone, joint or muscle problem that movement could make worse?"),  # noqa: E501
    Question("doctor", "医師から、運動を控えるように、または付き添いのもとで行うように言われていますか。", "Has a doctor told you to avoid exercise, or to exercise only under supervision?"),  # noqa: E501
    Question("surgery", "この1年に手術や入院をしましたか。", "Have you had surgery or been in hospital in the past year?"),  # noqa: E501
    Question("pregnancy", "妊娠中、またはその可能性がありますか。産後6か月以内ですか。", "Are you pregnant, could you be, or did you give birth within the past six months?"),  # noqa: E501
    Question("menopause", "更年期の症状や、骨粗しょう症の心配がありますか。", "Do you have menopausal symptoms, or a concern about bone density?"),  # noqa: E501
    Question("sixty", "60歳以上で、ここ半年ほとんど運動をしていませんか。", "Are you 60 or older and have hardly exercised in the past six months?"),  # noqa: E501
    Question("allergy", "アレルギー（ゴム、金属、食べ物、お薬など）がありますか。", "Do you have any allergies (rubber, metal, food, medicine and so on)?"),  # noqa: E501
)  # fmt: skip

"""The terms and discounts a new studio starts with; its owner makes them its own."""

from datetime import datetime
from typing import Any

from backoffice.core.audit import Actor
from backoffice.joining.house import add_discount, publish_terms
from backoffice.joining.models import DiscountKind, TakenFrom, TermsKind

TERMS_JA = (
    "第1条（会員）　本規約と入会申込書に同意し、当ジムが入会を認めた方を会員とします。18歳未満の方は、"
    "保護者の同意が必要です。\n"
    "第2条（料金）　入会金・会費・回数券の料金は入会申込書に記載のとおりとし、税込で表示します。\n"
    "第3条（予約の変更・キャンセル）　予約の変更・キャンセルは、"
    "各メニューに定める期限までにご連絡ください。期限を過ぎた場合は1回分を消化したものとします。\n"
    "第4条（健康）　健康状態に変化があったときは、トレーニングの前にお知らせください。"
    "医師から運動を止められている方はご利用いただけません。\n"
    "第5条（休会・退会）　休会・退会は、当ジムの定める締切日までにお申し出ください。"
    "退会時に回数券の未利用分がある場合は、契約時の1回あたりの料金で精算します。"
    "始まった月の月会費は返金いたしません。\n"
    "第6条（有効期限）　回数券・月会費の1回分には有効期限があります。休会中の期間は期限を延長します。\n"
    "第7条（個人情報）　お預かりした個人情報は、ご契約とトレーニングのためにのみ使用し、"
    "法令に定める場合を除き第三者に提供しません。\n"
    "第8条（事故）　当ジムの責めに帰すべき事由による場合を除き、"
    "施設内での事故・盗難について責任を負いかねます。"
)
TERMS_EN = (
    "1. Members. Whoever agrees to these terms and to the joining papers and is accepted by the gym is a "
    "member. Under 18 a guardian has to agree.\n"
    "2. Prices. The joining fee, monthly fees and packs cost what the joining papers say, tax included.\n"
    "3. Changing and cancelling. Please change or cancel within the time set for each service. Later, "
    "one session counts as used.\n"
    "4. Health. Please tell us before training when your health has changed. Whoever was told by a "
    "doctor not to exercise cannot train.\n"
    "5. Freezing and leaving. Please tell us by the gym's cut-off day. When you leave, unused "
    "sessions of a pack are settled at the price of one session in your contract; the fee of a month that has "
    "begun is not paid back.\n"
    "6. Validity. Sessions of packs and months can be used for a limited time, which is extended by the "
    "time of a freeze.\n"
    "7. Personal data. We use your data for the contract and your training only and hand it to nobody "
    "else unless a law says so.\n"
    "8. Accidents. We are liable for accidents and theft in the gym only where we are at fault."
)

VISIT_JA = (
    "ご来店について\n"
    "・トレーナーとお時間を確保してお待ちします。遅れていらした場合も、終了の時刻は変わりません。\n"
    "・体調がすぐれないとき、妊娠中や通院中の方は、運動の前にトレーナーへお伝えください。\n"
    "\n"
    "個人情報について\n"
    "・お名前、電話番号、メールアドレスは、ご来店の準備、確認、前日のお知らせ、お返事のためだけに使います。\n"
    "・どの記事やページからいらしたかを記録し、読まれている記事を知るために使います。\n"
    "・お書きいただいた内容は暗号化して保管し、スタッフだけが読みます。\n"
    "・メールの配信を任せている会社を除き、ほかへお渡しすることはありません。\n"
    "・ご来店後のお知らせは、同意いただいた方だけにお送りします。どのメールからも配信を止められます。\n"
    "・保管している内容の開示、訂正、削除は、いつでもお申し付けください。"
)
VISIT_EN = (
    "Your visit\n"
    "- The trainer and the time shown are kept for you. If you are late, the visit still ends on time.\n"
    "- Please tell the trainer before training if you feel unwell, are pregnant or are being treated by a doctor.\n"
    "\n"
    "Your personal data\n"
    "- We use your name, phone number and mail address to prepare the visit, to confirm it, to remind you and to "
    "answer you. Nothing else.\n"
    "- We remember which article or page led you here, so that we know what is read.\n"
    "- What you write to us is stored encrypted. Only our staff read it.\n"
    "- We pass nothing on to others, except to those who carry our mail.\n"
    "- We write to you after the visit only if you agreed to that, and every such mail has a link to stop it.\n"
    "- You can ask us at any time what we keep about you, and have it corrected or erased."
)

DISCOUNTS: tuple[dict[str, Any], ...] = (
    {
        "kind": DiscountKind.SAME_DAY,
        "taken_from": TakenFrom.FEE,
        "name_ja": "当日入会 入会金半額",
        "name_en": "Half the joining fee on the day of the trial",
        "percent": 50,
    },
    {
        "kind": DiscountKind.REFERRAL,
        "taken_from": TakenFrom.FEE,
        "name_ja": "ご紹介 入会金無料",
        "name_en": "No joining fee when referred",
        "percent": 100,
    },
    {
        "kind": DiscountKind.FAMILY,
        "taken_from": TakenFrom.PLAN,
        "name_ja": "家族割",
        "name_en": "Family discount",
        "percent": 10,
    },
)


def add_joining_defaults(studio_id: int, *, by: Actor, now: datetime) -> None:
    """The terms and discounts of a new studio."""
    publish_terms(studio_id, TERMS_JA, TERMS_EN, seen=None, by=by, now=now)
    publish_terms(studio_id, VISIT_JA, VISIT_EN, kind=TermsKind.VISIT, seen=None, by=by, now=now)
    for one in DISCOUNTS:
        add_discount(studio_id, {"yen": None, "valid_from": None, "valid_until": None, **one}, by=by, now=now)

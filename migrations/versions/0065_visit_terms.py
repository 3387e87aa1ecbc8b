"""What visitors agree to when they book is published in versions like the terms of membership; the first is today's."""

import sqlalchemy as sa
from alembic import op

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None

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


def upgrade() -> None:
    """Consents of before name their wording (2026-11): that is the text of the first version."""
    op.add_column("terms_versions", sa.Column("kind", sa.Text(), nullable=False, server_default="terms"))
    op.alter_column("terms_versions", "kind", server_default=None)
    op.drop_constraint("uq_terms_versions_studio_id_number", "terms_versions")
    op.create_unique_constraint(
        op.f("uq_terms_versions_studio_id_kind_number"), "terms_versions", ["studio_id", "kind", "number"]
    )
    op.get_bind().execute(
        sa.text(
            "insert into terms_versions (studio_id, kind, number, text_ja, text_en, created_at, created_by)"
            " select id, 'visit_terms', 1, :ja, :en, now(), 'system' from studios"
        ),
        {"ja": VISIT_JA, "en": VISIT_EN},
    )


def downgrade() -> None:
    """The page shows its fixed text again."""
    op.execute("delete from terms_versions where kind = 'visit_terms'")
    op.drop_constraint("uq_terms_versions_studio_id_kind_number", "terms_versions")
    op.create_unique_constraint(
        op.f("uq_terms_versions_studio_id_number"), "terms_versions", ["studio_id", "number"]
    )
    op.drop_column("terms_versions", "kind")

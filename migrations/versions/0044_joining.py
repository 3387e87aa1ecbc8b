"""Joining papers: address and emergency contact of people, discounts, terms in versions, papers with signatures."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

TERMS_JA = (
    "第1条（会員）　本規約と入会申込書に同意し、当ジムが入会を認めた方を会員とします。18歳未満の方は、保護者"
    "の同意が必要です。\n"
    "第2条（料金）　入会金・会費・回数券の料金は入会申込書に記載のとおりとし、税込で表示します。\n"
    "第3条（予約の変更・キャンセル）　予約の変更・キャンセルは、各メニューに定める期限までにご連絡ください。"
    "期限を過ぎた場合は1回分を消化したものとします。\n"
    "第4条（健康）　健康状態に変化があったときは、トレーニングの前にお知らせください。医師から運動を止められ"
    "ている方はご利用いただけません。\n"
    "第5条（休会・退会）　休会・退会は、当ジムの定める締切日までにお申し出ください。退会時に未利用分がある場"
    "合は、契約時の1回あたりの料金で精算します。\n"
    "第6条（有効期限）　回数券・月会費の1回分には有効期限があります。休会中の期間は期限を延長します。\n"
    "第7条（個人情報）　お預かりした個人情報は、ご契約とトレーニングのためにのみ使用し、法令に定める場合を除"
    "き第三者に提供しません。\n"
    "第8条（事故）　当ジムの責めに帰すべき事由による場合を除き、施設内での事故・盗難について責任を負いかねま"
    "す。"
)
TERMS_EN = (
    "1. Members. Whoever agrees to these terms and to the joining papers and is accepted by the gym is a memb"
    "er. Under 18 a guardian has to agree.\n"
    "2. Prices. The joining fee, monthly fees and packs cost what the joining papers say, tax included.\n"
    "3. Changing and cancelling. Please change or cancel within the time set for each service. Later, one ses"
    "sion counts as used.\n"
    "4. Health. Please tell us before training when your health has changed. Whoever was told by a doctor not"
    " to exercise cannot train.\n"
    "5. Freezing and leaving. Please tell us by the gym's cut-off day. When you leave, what is unused is sett"
    "led at the price of one session in your contract.\n"
    "6. Validity. Sessions of packs and months can be used for a limited time, which is extended by the time "
    "of a freeze.\n"
    "7. Personal data. We use your data for the contract and your training only and hand it to nobody else un"
    "less a law says so.\n"
    "8. Accidents. We are liable for accidents and theft in the gym only where we are at fault."
)


def upgrade() -> None:
    """Empty tables; every gym has terms from now on, which its owner makes its own."""
    op.add_column("studios", sa.Column("joining_fee_yen", sa.Integer(), server_default="0", nullable=False))
    _details()
    _discounts()
    _terms()
    _papers()


def downgrade() -> None:
    """What was written and signed on papers is lost; members stay members."""
    for table in ("paper_discounts", "joining_papers", "terms_versions", "discounts", "person_details"):
        op.drop_table(table)
    op.drop_column("studios", "joining_fee_yen")


def _details() -> None:
    op.create_table(
        "person_details",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("postal_code", sa.LargeBinary(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("emergency_name", sa.LargeBinary(), nullable=False),
        sa.Column("emergency_relation", sa.LargeBinary(), nullable=False),
        sa.Column("emergency_phone", sa.LargeBinary(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_person_details_person_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_details")),
    )
    op.create_index("ix_person_details_person_id", "person_details", ["person_id"])
    op.execute("select not_for_merged_people('person_details', 'person_id')")


def _discounts() -> None:
    op.create_table(
        "discounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("taken_from", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=True),
        sa.Column("percent", sa.SmallInteger(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "num_nonnulls(yen, percent) = 1 and yen > 0", name=op.f("ck_discounts_one_amount")
        ),
        sa.CheckConstraint("percent between 1 and 100", name=op.f("ck_discounts_percent")),
        sa.CheckConstraint("valid_until >= valid_from", name=op.f("ck_discounts_days")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_discounts_studio_id_studios")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discounts")),
    )


def _terms() -> None:
    op.create_table(
        "terms_versions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("text_ja", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["studio_id"], ["studios.id"], name=op.f("fk_terms_versions_studio_id_studios")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_versions")),
        sa.UniqueConstraint("studio_id", "number", name=op.f("uq_terms_versions_studio_id_number")),
    )
    op.get_bind().execute(
        sa.text(
            "insert into terms_versions (studio_id, number, text_ja, text_en, created_at, created_by)"
            " select id, 1, :ja, :en, now(), 'system' from studios"
        ),
        {"ja": TERMS_JA, "en": TERMS_EN},
    )


def _papers() -> None:
    op.create_table(
        "joining_papers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("price_yen", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("main_trainer_id", sa.BigInteger(), nullable=True),
        sa.Column("joining_fee_yen", sa.Integer(), nullable=False),
        sa.Column("referrer_id", sa.BigInteger(), nullable=True),
        sa.Column("answers", sa.LargeBinary(), nullable=True),
        sa.Column("terms_id", sa.BigInteger(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.Column("guardian_signature", sa.LargeBinary(), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_with", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("joined_by", sa.Text(), nullable=False),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("membership_id", sa.BigInteger(), nullable=True),
        sa.Column("file_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("joining_fee_yen >= 0 and price_yen >= 0", name=op.f("ck_joining_papers_amounts")),
        sa.CheckConstraint("joined_at is null or dropped_at is null", name=op.f("ck_joining_papers_one_end")),
        *(
            sa.ForeignKeyConstraint([name], [f"{table}.id"], name=op.f(f"fk_joining_papers_{name}_{table}"))
            for name, table in (
                ("studio_id", "studios"), ("person_id", "people"), ("lead_id", "leads"), ("plan_id", "plans"),
                ("main_trainer_id", "trainers"), ("referrer_id", "people"), ("terms_id", "terms_versions"),
                ("membership_id", "memberships"),
            )
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name=op.f("fk_joining_papers_file_id_files"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_joining_papers")),
    )  # fmt: skip
    op.create_index("ix_joining_papers_person_id", "joining_papers", ["person_id"])
    op.create_index("ix_joining_papers_referrer_id", "joining_papers", ["referrer_id"])
    op.execute("select not_for_merged_people('joining_papers', 'person_id')")
    op.execute("select not_for_merged_people('joining_papers', 'referrer_id')")
    op.create_table(
        "paper_discounts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("paper_id", sa.BigInteger(), nullable=False),
        sa.Column("discount_id", sa.BigInteger(), nullable=False),
        sa.Column("taken_from", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("yen", sa.Integer(), nullable=False),
        sa.CheckConstraint("yen >= 0", name=op.f("ck_paper_discounts_yen")),
        sa.CheckConstraint("taken_from in ('FEE', 'PLAN')", name=op.f("ck_paper_discounts_taken_from")),
        sa.ForeignKeyConstraint(
            ["paper_id"], ["joining_papers.id"], name=op.f("fk_paper_discounts_paper_id_joining_papers")
        ),
        sa.ForeignKeyConstraint(
            ["discount_id"], ["discounts.id"], name=op.f("fk_paper_discounts_discount_id_discounts")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_discounts")),
        sa.UniqueConstraint("paper_id", "discount_id", name=op.f("uq_paper_discounts_paper_id_discount_id")),
    )

"""everything from an article to a member."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create every table; the sequence numbers members from 1001."""
    op.execute("create sequence member_numbers start with 1001")
    op.create_table(
        "audit_lines",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.Text(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_label", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_lines")),
    )
    op.create_index("ix_audit_lines_person_id", "audit_lines", ["person_id", "id"], unique=False)
    op.create_index(
        "ix_audit_lines_subject", "audit_lines", ["subject_kind", "subject_id", "id"], unique=False
    )
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeats")),
    )
    op.create_table(
        "lead_sources",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lead_sources")),
    )
    op.create_table(
        "lost_reasons",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_lost_reasons")),
    )
    op.create_table(
        "people",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kana", sa.Text(), nullable=False),
        sa.Column("former_name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("kana_key", sa.Text(), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("gender", sa.Text(), nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("line_user_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("line_user_id", name=op.f("uq_people_line_user_id")),
    )
    op.create_index("ix_people_kana_key", "people", ["kana_key"], unique=False)
    op.create_index("ix_people_name_key", "people", ["name_key"], unique=False)
    op.create_table(
        "sign_in_failures",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_failures")),
    )
    op.create_table(
        "studios",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("address_ja", sa.Text(), nullable=False),
        sa.Column("address_en", sa.Text(), nullable=False),
        sa.Column("way_ja", sa.Text(), nullable=False),
        sa.Column("way_en", sa.Text(), nullable=False),
        sa.Column("bring_ja", sa.Text(), nullable=False),
        sa.Column("bring_en", sa.Text(), nullable=False),
        sa.Column("changing_ja", sa.Text(), nullable=False),
        sa.Column("changing_en", sa.Text(), nullable=False),
        sa.Column("map_url", sa.Text(), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=False),
        sa.Column("quiet_to", sa.Time(), nullable=False),
        sa.Column("slot_step_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("horizon_days", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_studios")),
    )
    op.create_table(
        "submissions",
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_submissions")),
    )
    op.create_table(
        "consents",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_consents_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_person_purpose", "consents", ["person_id", "purpose", "id"], unique=False)
    op.create_table(
        "opening_hours",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=False),
        sa.Column("closes_at", sa.Time(), nullable=False),
        sa.CheckConstraint(
            "opens_at < closes_at and weekday between 0 and 6", name=op.f("ck_opening_hours_span")
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_opening_hours_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opening_hours")),
        sa.UniqueConstraint("studio_id", "weekday", name=op.f("uq_opening_hours_studio_id_weekday")),
    )
    op.create_table(
        "person_mails",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_mails_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_mails")),
        sa.UniqueConstraint("person_id", "address", name=op.f("uq_person_mails_person_id_address")),
    )
    op.create_index("ix_person_mails_address", "person_mails", ["address"], unique=False)
    op.create_table(
        "person_phones",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("e164", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_phones_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_phones")),
        sa.UniqueConstraint("person_id", "e164", name=op.f("uq_person_phones_person_id_e164")),
    )
    op.create_index("ix_person_phones_e164", "person_phones", ["e164"], unique=False)
    op.create_table(
        "plans",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("price_yen", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.SmallInteger(), nullable=False),
        sa.Column("is_monthly", sa.Boolean(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("price_yen >= 0 and sessions >= 0", name=op.f("ck_plans_amounts")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_plans_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
    )
    op.create_table(
        "rooms",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_rooms_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rooms")),
    )
    op.create_table(
        "services",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("prep_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("cleanup_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("price_yen", sa.Integer(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("needs_room", sa.Boolean(), nullable=False),
        sa.Column("offers_wear", sa.Boolean(), nullable=False),
        sa.Column("max_participants", sa.SmallInteger(), nullable=False),
        sa.Column("notice_minutes", sa.Integer(), nullable=False),
        sa.Column("change_until_hours", sa.SmallInteger(), nullable=False),
        sa.Column("cancel_until_hours", sa.SmallInteger(), nullable=False),
        sa.Column("reminds_day_before", sa.Boolean(), nullable=False),
        sa.Column("reminds_two_hours_before", sa.Boolean(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "minutes > 0 and prep_minutes >= 0 and cleanup_minutes >= 0 and price_yen >= 0",
            name=op.f("ck_services_amounts"),
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_services_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_services")),
        sa.UniqueConstraint("studio_id", "slug", name=op.f("uq_services_studio_id_slug")),
    )
    op.create_table(
        "special_days",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("opens_at", sa.Time(), nullable=True),
        sa.Column("closes_at", sa.Time(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(opens_at is null) = (closes_at is null) and (opens_at is null or opens_at < closes_at)",
            name=op.f("ck_special_days_span"),
        ),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_special_days_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_days")),
        sa.UniqueConstraint("studio_id", "day", name=op.f("uq_special_days_studio_id_day")),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("mail", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("pin_hash", sa.Text(), nullable=True),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_staff_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("mail", name=op.f("uq_staff_mail")),
    )
    op.create_table(
        "enquiry_uploads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("by_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_enquiry_uploads_by_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enquiry_uploads")),
        sa.UniqueConstraint("token", name=op.f("uq_enquiry_uploads_token")),
    )
    op.create_table(
        "leads",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("article", sa.Text(), nullable=False),
        sa.Column("utm", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("interest", sa.Text(), nullable=False),
        sa.Column("enquiry", sa.LargeBinary(), nullable=True),
        sa.Column("owner_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("first_reply_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lost_reason", sa.Text(), nullable=True),
        sa.Column("import_key", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["lost_reason"], ["lost_reasons.key"], name=op.f("fk_leads_lost_reason")),
        sa.ForeignKeyConstraint(["owner_staff_id"], ["staff.id"], name=op.f("fk_leads_owner_staff_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_leads_person_id")),
        sa.ForeignKeyConstraint(["source"], ["lead_sources.key"], name=op.f("fk_leads_source")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_leads_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leads")),
        sa.UniqueConstraint("import_key", name=op.f("uq_leads_import_key")),
    )
    op.create_index(
        "ix_leads_open",
        "leads",
        ["opened_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at is null"),
    )
    op.create_index("ix_leads_opened_at", "leads", ["opened_at", "id"], unique=False)
    op.create_index("ix_leads_owner", "leads", ["owner_staff_id", "opened_at", "id"], unique=False)
    op.create_index("ix_leads_person_id", "leads", ["person_id"], unique=False)
    op.create_index("ix_leads_stage", "leads", ["stage", "opened_at", "id"], unique=False)
    op.create_table(
        "person_notes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("by_label", sa.Text(), nullable=False),
        sa.Column("by_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["by_staff_id"], ["staff.id"], name=op.f("fk_person_notes_by_staff_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_person_notes_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_notes")),
    )
    op.create_index("ix_person_notes_person", "person_notes", ["person_id", "at"], unique=False)
    op.create_table(
        "staff_sessions",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("signed_in_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("fresh_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_sessions_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_sessions")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_sessions_token_hash")),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"], unique=False)
    op.create_table(
        "staff_tokens",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_tokens_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_tokens_token_hash")),
    )
    op.create_table(
        "trainers",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("name_ja", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("intro_ja", sa.Text(), nullable=False),
        sa.Column("intro_en", sa.Text(), nullable=False),
        sa.Column("is_woman", sa.Boolean(), nullable=False),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_trainers_staff_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_trainers_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trainers")),
        sa.UniqueConstraint("staff_id", name=op.f("uq_trainers_staff_id")),
        sa.UniqueConstraint("studio_id", "slug", name=op.f("uq_trainers_studio_id_slug")),
    )
    op.create_table(
        "blocks",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=True),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("num_nonnulls(trainer_id, room_id) = 1", name=op.f("ck_blocks_one_resource")),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_blocks_span")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_blocks_room_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_blocks_studio_id")),
        sa.ForeignKeyConstraint(["trainer_id"], ["trainers.id"], name=op.f("fk_blocks_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_blocks")),
    )
    op.create_index("ix_blocks_starts_at", "blocks", ["starts_at"], unique=False)
    op.create_table(
        "bookings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("service_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("room_id", sa.BigInteger(), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prep_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("cleanup_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("is_named", sa.Boolean(), nullable=False),
        sa.Column("wants_woman", sa.Boolean(), nullable=False),
        sa.Column("price_yen", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("waiver", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "starts_at < ends_at and prep_minutes >= 0 and cleanup_minutes >= 0",
            name=op.f("ck_bookings_span"),
        ),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_bookings_lead_id")),
        sa.ForeignKeyConstraint(["room_id"], ["rooms.id"], name=op.f("fk_bookings_room_id")),
        sa.ForeignKeyConstraint(["service_id"], ["services.id"], name=op.f("fk_bookings_service_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_bookings_studio_id")),
        sa.ForeignKeyConstraint(["trainer_id"], ["trainers.id"], name=op.f("fk_bookings_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bookings")),
    )
    op.create_index(
        "ix_bookings_held_until",
        "bookings",
        ["held_until"],
        unique=False,
        postgresql_where=sa.text("state = 'HELD'"),
    )
    op.create_index("ix_bookings_lead_id", "bookings", ["lead_id"], unique=False)
    op.create_index("ix_bookings_starts_at", "bookings", ["starts_at", "id"], unique=False)
    op.create_index("ix_bookings_trainer_id", "bookings", ["trainer_id", "starts_at"], unique=False)
    op.create_table(
        "clients",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("member_number", sa.Integer(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("main_trainer_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["main_trainer_id"], ["trainers.id"], name=op.f("fk_clients_main_trainer_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_clients_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clients")),
        sa.UniqueConstraint("member_number", name=op.f("uq_clients_member_number")),
        sa.UniqueConstraint("person_id", name=op.f("uq_clients_person_id")),
    )
    op.create_table(
        "shifts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("weekday", sa.SmallInteger(), nullable=False),
        sa.Column("starts_at", sa.Time(), nullable=False),
        sa.Column("ends_at", sa.Time(), nullable=False),
        sa.Column("break_from", sa.Time(), nullable=True),
        sa.Column("break_to", sa.Time(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "(break_from is null) = (break_to is null) and (break_from is null or (starts_at <= break_from and break_from < break_to and break_to <= ends_at))",
            name=op.f("ck_shifts_break_inside"),
        ),
        sa.CheckConstraint("starts_at < ends_at and weekday between 0 and 6", name=op.f("ck_shifts_span")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_shifts_studio_id")),
        sa.ForeignKeyConstraint(["trainer_id"], ["trainers.id"], name=op.f("fk_shifts_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shifts")),
    )
    op.create_index("ix_shifts_trainer_id", "shifts", ["trainer_id"], unique=False)
    op.create_table(
        "time_off",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("trainer_id", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("starts_at < ends_at", name=op.f("ck_time_off_span")),
        sa.ForeignKeyConstraint(["trainer_id"], ["trainers.id"], name=op.f("fk_time_off_trainer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_time_off")),
    )
    op.create_index("ix_time_off_trainer_id", "time_off", ["trainer_id", "starts_at"], unique=False)
    op.create_table(
        "claims",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("resource", sa.BigInteger(), nullable=False),
        sa.Column("span", postgresql.TSTZRANGE(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("block_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(resource, resource, '[]')"), "&&"),
            (sa.column("span"), "&&"),
            using="gist",
            name="claims_never_overlap",
        ),
        sa.CheckConstraint(
            "num_nonnulls(booking_id, block_id) = 1 and not isempty(span)", name=op.f("ck_claims_one_holder")
        ),
        sa.ForeignKeyConstraint(["block_id"], ["blocks.id"], name=op.f("fk_claims_block_id")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_claims_booking_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claims")),
    )
    op.create_index("ix_claims_block_id", "claims", ["block_id"], unique=False)
    op.create_index("ix_claims_booking_id", "claims", ["booking_id"], unique=False)
    op.create_table(
        "memberships",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("client_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("price_yen", sa.Integer(), nullable=False),
        sa.Column("sessions", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_memberships_client_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_memberships_lead_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name=op.f("fk_memberships_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_client_id", "memberships", ["client_id"], unique=False)
    op.create_table(
        "messages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_version", sa.Integer(), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("retry_key", sa.Uuid(), nullable=False),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=True),
        sa.Column("subject", sa.LargeBinary(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_messages_booking_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_messages_lead_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_messages_person_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_messages_staff_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_messages_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_messages_dedupe_key")),
    )
    op.create_index("ix_messages_booking_id", "messages", ["booking_id"], unique=False)
    op.create_index(
        "ix_messages_due",
        "messages",
        ["next_try_at", "id"],
        unique=False,
        postgresql_where=sa.text("state in ('PLANNED', 'CLAIMED')"),
    )
    op.create_index("ix_messages_lead_id", "messages", ["lead_id"], unique=False)
    op.create_index("ix_messages_person_id", "messages", ["person_id", "send_at"], unique=False)
    op.create_index("ix_messages_send_at", "messages", ["send_at", "id"], unique=False)
    op.create_index("ix_messages_state", "messages", ["state", "send_at", "id"], unique=False)
    op.create_table(
        "participants",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("attendance", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("late_minutes", sa.SmallInteger(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_wear", sa.Boolean(), nullable=False),
        sa.Column("wear_size", sa.Text(), nullable=False),
        sa.Column("shoe_cm", sa.Text(), nullable=False),
        sa.Column("fee_yen", sa.Integer(), nullable=False),
        sa.Column("fee_received_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fee_method", sa.Text(), nullable=False),
        sa.Column("fee_received_by", sa.Text(), nullable=False),
        sa.Column("link_epoch", sa.SmallInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "fee_yen >= 0 and late_minutes between 0 and 600", name=op.f("ck_participants_amounts")
        ),
        sa.CheckConstraint("position in (1, 2)", name=op.f("ck_participants_one_or_two")),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_participants_booking_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_participants_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
        sa.UniqueConstraint("booking_id", "person_id", name=op.f("uq_participants_booking_id_person_id")),
        sa.UniqueConstraint("booking_id", "position", name=op.f("uq_participants_booking_id_position")),
    )
    op.create_index("ix_participants_person_id", "participants", ["person_id"], unique=False)
    op.create_table(
        "stage_changes",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("lead_id", sa.BigInteger(), nullable=False),
        sa.Column("from_stage", sa.Text(), nullable=True),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_label", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_stage_changes_booking_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_stage_changes_lead_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stage_changes")),
    )
    op.create_index("ix_stage_changes_lead_id", "stage_changes", ["lead_id", "id"], unique=False)
    op.create_table(
        "message_attempts",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("retry_key", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_message_attempts_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_attempts")),
    )
    op.create_index("ix_message_attempts_message_id", "message_attempts", ["message_id", "id"], unique=False)
    op.create_table(
        "todos",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("studio_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("lead_id", sa.BigInteger(), nullable=True),
        sa.Column("booking_id", sa.BigInteger(), nullable=True),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_staff_id", sa.BigInteger(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["bookings.id"], name=op.f("fk_todos_booking_id")),
        sa.ForeignKeyConstraint(["lead_id"], ["leads.id"], name=op.f("fk_todos_lead_id")),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name=op.f("fk_todos_message_id")),
        sa.ForeignKeyConstraint(["owner_staff_id"], ["staff.id"], name=op.f("fk_todos_owner_staff_id")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_todos_person_id")),
        sa.ForeignKeyConstraint(["studio_id"], ["studios.id"], name=op.f("fk_todos_studio_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_todos")),
    )
    op.create_index("ix_todos_lead_id", "todos", ["lead_id"], unique=False)
    op.create_index(
        "ix_todos_open_due",
        "todos",
        ["due_at", "id"],
        unique=False,
        postgresql_where=sa.text("done_at is null"),
    )
    op.create_index("ix_todos_person_id", "todos", ["person_id"], unique=False)
    op.create_index(
        "uq_todos_next_action",
        "todos",
        ["lead_id"],
        unique=True,
        postgresql_where=sa.text("kind = 'NEXT_ACTION' and done_at is null"),
    )


def downgrade() -> None:
    """Drop every table."""
    op.drop_index(
        "uq_todos_next_action",
        table_name="todos",
        postgresql_where=sa.text("kind = 'NEXT_ACTION' and done_at is null"),
    )
    op.drop_index("ix_todos_person_id", table_name="todos")
    op.drop_index("ix_todos_open_due", table_name="todos", postgresql_where=sa.text("done_at is null"))
    op.drop_index("ix_todos_lead_id", table_name="todos")
    op.drop_table("todos")
    op.drop_index("ix_message_attempts_message_id", table_name="message_attempts")
    op.drop_table("message_attempts")
    op.drop_index("ix_stage_changes_lead_id", table_name="stage_changes")
    op.drop_table("stage_changes")
    op.drop_index("ix_participants_person_id", table_name="participants")
    op.drop_table("participants")
    op.drop_index("ix_messages_state", table_name="messages")
    op.drop_index("ix_messages_send_at", table_name="messages")
    op.drop_index("ix_messages_person_id", table_name="messages")
    op.drop_index("ix_messages_lead_id", table_name="messages")
    op.drop_index(
        "ix_messages_due", table_name="messages", postgresql_where=sa.text("state in ('PLANNED', 'CLAIMED')")
    )
    op.drop_index("ix_messages_booking_id", table_name="messages")
    op.drop_table("messages")
    op.drop_index("ix_memberships_client_id", table_name="memberships")
    op.drop_table("memberships")
    op.drop_index("ix_claims_booking_id", table_name="claims")
    op.drop_index("ix_claims_block_id", table_name="claims")
    op.drop_table("claims")
    op.drop_index("ix_time_off_trainer_id", table_name="time_off")
    op.drop_table("time_off")
    op.drop_index("ix_shifts_trainer_id", table_name="shifts")
    op.drop_table("shifts")
    op.drop_table("clients")
    op.drop_index("ix_bookings_trainer_id", table_name="bookings")
    op.drop_index("ix_bookings_starts_at", table_name="bookings")
    op.drop_index("ix_bookings_lead_id", table_name="bookings")
    op.drop_index("ix_bookings_held_until", table_name="bookings", postgresql_where=sa.text("state = 'HELD'"))
    op.drop_table("bookings")
    op.drop_index("ix_blocks_starts_at", table_name="blocks")
    op.drop_table("blocks")
    op.drop_table("trainers")
    op.drop_table("staff_tokens")
    op.drop_index("ix_staff_sessions_staff_id", table_name="staff_sessions")
    op.drop_table("staff_sessions")
    op.drop_index("ix_person_notes_person", table_name="person_notes")
    op.drop_table("person_notes")
    op.drop_index("ix_leads_stage", table_name="leads")
    op.drop_index("ix_leads_person_id", table_name="leads")
    op.drop_index("ix_leads_owner", table_name="leads")
    op.drop_index("ix_leads_opened_at", table_name="leads")
    op.drop_index("ix_leads_open", table_name="leads", postgresql_where=sa.text("closed_at is null"))
    op.drop_table("leads")
    op.drop_table("enquiry_uploads")
    op.drop_table("staff")
    op.drop_table("special_days")
    op.drop_table("services")
    op.drop_table("rooms")
    op.drop_table("plans")
    op.drop_index("ix_person_phones_e164", table_name="person_phones")
    op.drop_table("person_phones")
    op.drop_index("ix_person_mails_address", table_name="person_mails")
    op.drop_table("person_mails")
    op.drop_table("opening_hours")
    op.drop_index("ix_consents_person_purpose", table_name="consents")
    op.drop_table("consents")
    op.drop_table("submissions")
    op.drop_table("studios")
    op.drop_table("sign_in_failures")
    op.drop_index("ix_people_name_key", table_name="people")
    op.drop_index("ix_people_kana_key", table_name="people")
    op.drop_table("people")
    op.drop_table("lost_reasons")
    op.drop_table("lead_sources")
    op.drop_table("heartbeats")
    op.drop_index("ix_audit_lines_subject", table_name="audit_lines")
    op.drop_index("ix_audit_lines_person_id", table_name="audit_lines")
    op.drop_table("audit_lines")
    op.execute("drop sequence member_numbers")

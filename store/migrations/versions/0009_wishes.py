"""when and how a person may be written to"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "safe_times",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("details_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("caseworker_id", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_safe_times_address_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_safe_times")),
        sa.UniqueConstraint("address_id", name=op.f("uq_safe_times_address_id")),
    )
    op.create_index(op.f("ix_safe_times_address_id"), "safe_times", ["address_id"], unique=False)
    op.create_table(
        "sms_way",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("address_id", sa.String(length=32), nullable=False),
        sa.Column("sms_address_id", sa.String(length=32), nullable=False),
        sa.Column("sender", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name=op.f("fk_sms_way_address_id")),
        sa.ForeignKeyConstraint(["sms_address_id"], ["address.id"], name=op.f("fk_sms_way_sms_address_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sms_way")),
        sa.UniqueConstraint("address_id", name=op.f("uq_sms_way_address_id")),
    )
    op.create_index(op.f("ix_sms_way_address_id"), "sms_way", ["address_id"], unique=False)
    op.create_index(op.f("ix_sms_way_sms_address_id"), "sms_way", ["sms_address_id"], unique=False)
    op.add_column("outbox", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outbox", sa.Column("any_hour", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("outbox", sa.Column("to_address_id", sa.String(), nullable=True))
    op.add_column("outbox", sa.Column("sender", sa.String(length=64), nullable=True))
    held = {"sqlite_where": sa.text("held_until IS NOT NULL"), "postgresql_where": sa.text("held_until IS NOT NULL")}
    op.create_index("ix_outbox_held_until", "outbox", ["held_until"], unique=False, **held)
    # hours of one conversation, which nothing has ever written: they are of the number, and in safe_times
    op.drop_column("conversation", "safe_to")
    op.drop_column("conversation", "safe_from")


def downgrade() -> None:
    op.add_column("conversation", sa.Column("safe_from", sa.Integer(), nullable=True))
    op.add_column("conversation", sa.Column("safe_to", sa.Integer(), nullable=True))
    op.drop_index("ix_outbox_held_until", table_name="outbox")
    for name in ("sender", "to_address_id", "any_hour", "held_until"):
        op.drop_column("outbox", name)
    op.drop_table("sms_way")
    op.drop_table("safe_times")

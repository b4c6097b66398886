"""erasure, the carrier's part of it, and the ledger"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_IS_MARKED = sa.text("erasure_id IS NOT NULL")


def upgrade() -> None:
    _add_erasure()
    _add_carrier_erasure()
    _add_ledger()
    op.add_column("message", sa.Column("erasure_id", sa.String(), nullable=True))
    op.create_index(
        "ix_message_erasure_id", "message", ["erasure_id"], sqlite_where=_IS_MARKED, postgresql_where=_IS_MARKED
    )
    with op.batch_alter_table("case_file") as table:
        table.alter_column("conversation_id", existing_type=sa.String(length=32), nullable=True)


def downgrade() -> None:
    with op.batch_alter_table("case_file") as table:
        table.alter_column("conversation_id", existing_type=sa.String(length=32), nullable=False)
    op.drop_index("ix_message_erasure_id", "message")
    op.drop_column("message", "erasure_id")
    for table in ("ledger_entry", "carrier_erasure", "erasure"):
        op.drop_table(table)


def _add_erasure() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("ordered_by", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("bot_sessions", sa.JSON(), nullable=False),
        sa.Column("ordered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_erasure_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_organisation_id"), "erasure", ["organisation_id"])
    op.create_index(op.f("ix_erasure_status"), "erasure", ["status"])


def _add_carrier_erasure() -> None:
    op.create_table(
        "carrier_erasure",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("provider", sa.String(length=64), nullable=False),
        sa.Column("provider_message_id", sa.String(length=64), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=64), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error_code", sa.Integer(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_carrier_erasure")),
        sa.UniqueConstraint(
            "provider", "provider_message_id", "act",
            name=op.f("uq_carrier_erasure_provider_provider_message_id_act"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_carrier_erasure_status_due_at"), "carrier_erasure", ["status", "due_at"])


def _add_ledger() -> None:
    op.create_table(
        "ledger_entry",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("act", sa.String(length=64), nullable=False),
        sa.Column("number_key", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name=op.f("fk_ledger_entry_organisation_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_entry")),
    )
    op.create_index(op.f("ix_ledger_entry_organisation_id"), "ledger_entry", ["organisation_id"])
    op.create_index(
        op.f("ix_ledger_entry_organisation_id_number_key"), "ledger_entry", ["organisation_id", "number_key"]
    )
    op.create_index(op.f("ix_ledger_entry_recorded_at"), "ledger_entry", ["recorded_at"])
    op.execute(  # stops and starts of the time before there was a ledger
        "INSERT INTO ledger_entry (id, organisation_id, act, number_key, source, at, recorded_at) "
        "SELECT consent.id, address.organisation_id, consent.act, address.number_key, consent.source, consent.at, "
        "consent.at FROM consent JOIN address ON address.id = consent.address_id "
        "WHERE consent.act IN ('stopped', 'started')"
    )

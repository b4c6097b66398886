"""files that caseworkers send"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "outgoing_file",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("type", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("token_key", sa.String(length=64), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fetched", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_outgoing_file_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_file")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outgoing_file_message_id")),
        sa.UniqueConstraint("token_key", name=op.f("uq_outgoing_file_token_key")),
    )
    op.create_index(op.f("ix_outgoing_file_created_at"), "outgoing_file", ["created_at"], unique=False)


def downgrade() -> None:
    # a message whose file is gone says nothing: it stays as an envelope, its kind tells what it was
    op.drop_table("outgoing_file")

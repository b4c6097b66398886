"""what a conversation is about, and what people say of our answers"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("conversation", sa.Column("state_asked", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("conversation", sa.Column("topic", sa.String(length=64), nullable=True))
    op.add_column("conversation", sa.Column("topic_until", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "answer_feedback",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=32), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=True),
        sa.Column("language", sa.String(length=35), nullable=False),
        sa.Column("case_code", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_answer_feedback_message_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_feedback")),
    )
    op.create_index(op.f("ix_answer_feedback_message_id"), "answer_feedback", ["message_id"], unique=False)
    op.create_index(op.f("ix_answer_feedback_at"), "answer_feedback", ["at"], unique=False)


def downgrade() -> None:
    op.drop_table("answer_feedback")
    op.drop_column("conversation", "topic_until")
    op.drop_column("conversation", "topic")
    op.drop_column("conversation", "state_asked")

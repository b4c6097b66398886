"""answers after a release"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "check_in_answer",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("organisation_id", sa.String(length=32), nullable=False),
        sa.Column("appointment_id", sa.String(length=32), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("question", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_check_in_answer_organisation_id")
        ),
        sa.ForeignKeyConstraint(["appointment_id"], ["appointment.id"], name=op.f("fk_check_in_answer_appointment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_in_answer")),
        sa.UniqueConstraint(
            "appointment_id", "days", "question", name=op.f("uq_check_in_answer_appointment_id_days_question")
        ),
    )
    for columns in (["organisation_id"], ["appointment_id"], ["organisation_id", "answered_at"]):
        op.create_index(op.f(f"ix_check_in_answer_{'_'.join(columns)}"), "check_in_answer", columns, unique=False)


def downgrade() -> None:
    op.drop_table("check_in_answer")

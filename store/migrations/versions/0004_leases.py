"""leases tell who holds them and that they are renewed; rates tell by which clock they were noted"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("worker_lease") as table:
        table.add_column(sa.Column("holder", sa.String(length=64), nullable=False, server_default=""))
        table.add_column(sa.Column("beat", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("sender_bucket") as table:
        table.add_column(sa.Column("noted_at", sa.Float(), nullable=False, server_default="0"))


def downgrade() -> None:
    with op.batch_alter_table("sender_bucket") as table:
        table.drop_column("noted_at")
    with op.batch_alter_table("worker_lease") as table:
        table.drop_column("beat")
        table.drop_column("holder")

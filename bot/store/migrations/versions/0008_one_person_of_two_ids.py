"""which id somebody has in the whole organisation, so that two ids of one person are known as one."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("org_user_id", sa.String(), nullable=True))


def downgrade() -> None:
    """Move back."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("org_user_id")

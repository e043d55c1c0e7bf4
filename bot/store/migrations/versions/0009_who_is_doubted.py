"""people: since when it is doubted that somebody is a member, though no reading said otherwise; ids of one person."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index("ix_people_team_id_org_user_id", ["team_id", "org_user_id"], unique=False)


def downgrade() -> None:
    """Move back."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_index("ix_people_team_id_org_user_id")
        batch_op.drop_column("doubted_at")

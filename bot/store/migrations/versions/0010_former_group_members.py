"""former_group_members: who left a user group that holds Owner."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward."""
    op.create_table(
        "former_group_members",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "group_id", "user_id", name=op.f("pk_former_group_members")),
    )


def downgrade() -> None:
    """Move back."""
    op.drop_table("former_group_members")

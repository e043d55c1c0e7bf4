"""which types of block a workspace refuses."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward."""
    op.create_table(
        "block_refusals",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("block_type", sa.String(), nullable=False),
        sa.Column("refused_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "block_type", name=op.f("pk_block_refusals")),
    )


def downgrade() -> None:
    """Move back."""
    op.drop_table("block_refusals")

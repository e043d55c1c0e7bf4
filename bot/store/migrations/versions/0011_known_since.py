"""people: since when Keydesk knows an id, so that the first one stands for somebody who has several."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Move forward; who is there already was always known."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.add_column(sa.Column("known_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Move back."""
    with op.batch_alter_table("people", schema=None) as batch_op:
        batch_op.drop_column("known_since")

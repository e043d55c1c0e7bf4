"""What is still owed to somebody: jobs kept until Slack takes messages again, and which cards have rung.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Every card that stands in an approvals channel has rung: those who decide were mentioned with it."""
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.add_column(sa.Column("owed_since", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_due_owed_since"), ["owed_since"], unique=False)
    with op.batch_alter_table("cards", schema=None) as batch_op:
        batch_op.add_column(sa.Column("rung_at", sa.DateTime(timezone=True), nullable=True))
    cards, requests = (
        sa.table("cards", *map(sa.column, ("rung_at", "ts", "request_id"))),
        sa.table("requests", sa.column("id"), sa.column("created_at")),
    )
    asked = sa.select(requests.c.created_at).where(requests.c.id == cards.c.request_id).scalar_subquery()
    op.execute(sa.update(cards).where(cards.c.ts.is_not(None)).values(rung_at=asked))


def downgrade() -> None:
    """Forget it; what is owed is given up."""
    with op.batch_alter_table("cards", schema=None) as batch_op:
        batch_op.drop_column("rung_at")
    with op.batch_alter_table("due", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_due_owed_since"))
        batch_op.drop_column("owed_since")

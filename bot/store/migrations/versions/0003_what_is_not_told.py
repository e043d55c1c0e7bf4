"""What the provider does not tell: prices of days, and splits of projects.

Whether a day of which nothing was stored as its cost was told as nothing or not told at all, nobody can know now. Where
something was used on it, it becomes a day that is said to have cost nothing: a sum of such days alone is not told. The
days of the two months before are read again anyway (`bot.store.rereading`), and say then what they are.
"""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTS = ("unpriced", "partly", "zero")
USED = """
    EXISTS (
        SELECT 1 FROM usage_facts AS f JOIN usage_lines AS l ON l.id = f.line_id
        WHERE f.dimension = 'total' AND f.span = 1 AND f.day = collected_days.day
            AND l.project_id = collected_days.project_id
            AND (f.hours > 0 OR f.total_hours > 0 OR f.agent_hours > 0 OR f.tokens_in > 0 OR f.tokens_out > 0
                OR f.tts_characters > 0 OR f.requests > 0)
    )
"""
ADDED_UP = """
    UPDATE collected_months SET
        unpriced = (SELECT count(*) FROM collected_days AS d WHERE d.project_id = collected_months.project_id
            AND d.day BETWEEN :first AND :last AND d.spend_total IS NULL AND d.spend_told),
        zero = (SELECT count(*) FROM collected_days AS d WHERE d.project_id = collected_months.project_id
            AND d.day BETWEEN :first AND :last AND d.price = 'zero')
    WHERE month = :first
"""


def upgrade() -> None:
    """Move forward."""
    with op.batch_alter_table("collected_days") as batch_op:
        batch_op.add_column(sa.Column("price", sa.String(), nullable=False, server_default="told"))
        batch_op.add_column(sa.Column("split", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("collected_months") as batch_op:
        for name in COUNTS:
            batch_op.add_column(sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("collections") as batch_op:
        batch_op.add_column(sa.Column("splits", sa.JSON(), nullable=False, server_default="{}"))
    op.execute("UPDATE collected_days SET price = 'untold' WHERE spend_total IS NULL")
    op.execute(f"UPDATE collected_days SET price = 'zero' WHERE spend_total = 0 AND {USED}")  # noqa: S608 our own text
    connection = op.get_bind()
    for (first,) in connection.execute(sa.text("SELECT DISTINCT month FROM collected_months")).all():
        following = (date.fromordinal(first) + timedelta(days=31)).replace(day=1)
        connection.execute(sa.text(ADDED_UP), {"first": first, "last": following.toordinal() - 1})


def downgrade() -> None:
    """Move back."""
    with op.batch_alter_table("collections") as batch_op:
        batch_op.drop_column("splits")
    with op.batch_alter_table("collected_months") as batch_op:
        for name in COUNTS:
            batch_op.drop_column(name)
    with op.batch_alter_table("collected_days") as batch_op:
        batch_op.drop_column("split")
        batch_op.drop_column("price")

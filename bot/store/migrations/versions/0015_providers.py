"""accounts, projects and keys: whose they are, now that there may be several providers."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = ("accounts", "projects", "keys")


def upgrade() -> None:
    """Move forward; what is there already is of the one provider that there was."""
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("provider", sa.String(), server_default="deepgram", nullable=False))


def downgrade() -> None:
    """Move back."""
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("provider")

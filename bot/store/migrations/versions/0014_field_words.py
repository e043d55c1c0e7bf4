"""Tables and a column get the field's words: scheduled_jobs, deliveries, leases, bulk_revokes, snapshot."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

TABLES = (
    ("due", "scheduled_jobs", ("due_at", "owed_since")),
    ("seen", "deliveries", ("at",)),
    ("lanes", "leases", ()),
    ("clearings", "bulk_revokes", ()),
)


def upgrade() -> None:
    """Move forward."""
    for former, now, indexed in TABLES:
        _rename(former, now, indexed)
    op.alter_column("digest_runs", "moment", new_column_name="snapshot")


def downgrade() -> None:
    """Move back."""
    op.alter_column("digest_runs", "snapshot", new_column_name="moment")
    for former, now, indexed in TABLES:
        _rename(now, former, indexed)


def _rename(before: str, after: str, indexed: tuple[str, ...]) -> None:
    op.rename_table(before, after)
    for column in indexed:
        op.drop_index(op.f(f"ix_{before}_{column}"), table_name=after)
        op.create_index(op.f(f"ix_{after}_{column}"), after, [column])
    if op.get_bind().dialect.name == "postgresql":  # SQLite's primary keys are known by no name
        op.execute(f"ALTER TABLE {after} RENAME CONSTRAINT pk_{before} TO pk_{after}")

"""group_owners: whom a user group makes Owner; who is in one now, or was and left, stays what they are."""

import json
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MEMBERS = sa.text(
    "SELECT groups.team_id, groups.group_id, groups.members, groups.read_at FROM user_groups AS groups "
    "JOIN roles ON roles.team_id = groups.team_id AND roles.holder = groups.group_id "
    "WHERE roles.holder_kind = 'group' AND roles.role = 'owner' AND roles.project_id = ''"
)
FORMER = sa.text(  # a group that was switched off has no row of its own, and those who were in it have
    "SELECT former.team_id, former.group_id, former.user_id, former.left_at FROM former_group_members AS former "
    "JOIN roles ON roles.team_id = former.team_id AND roles.holder = former.group_id "
    "WHERE roles.holder_kind = 'group' AND roles.role = 'owner' AND roles.project_id = ''"
)


def upgrade() -> None:
    """Move forward."""
    table = op.create_table(
        "group_owners",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("user_id", sa.String(), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("team_id", "group_id", "user_id", name=op.f("pk_group_owners")),
    )
    connection = op.get_bind()
    owners: dict[tuple[str, str, str], Any] = {}  # since when; a time as this database gives it
    for team_id, group_id, members, read_at in connection.execute(MEMBERS).all():
        people = json.loads(members) if isinstance(members, str) else members
        owners |= {(team_id, group_id, user_id): read_at for user_id in people}
    for team_id, group_id, user_id, left_at in connection.execute(FORMER).all():
        owners.setdefault((team_id, group_id, user_id), left_at)
    for (team_id, group_id, user_id), since in owners.items():
        values = {"team_id": team_id, "group_id": group_id, "user_id": user_id}
        connection.execute(table.insert().values(**values, confirmed_at=sa.literal(since)))


def downgrade() -> None:
    """Move back."""
    op.drop_table("group_owners")

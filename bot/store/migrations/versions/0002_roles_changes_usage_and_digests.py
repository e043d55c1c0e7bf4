"""roles, changes, accounts, usage, customers, budgets and digests."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 one statement for each table and index
    """Move forward."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("customer", sa.String(), nullable=True),
        sa.Column("sealed", sa.String(), nullable=True),
        sa.Column("fingerprint", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("member_id", sa.String(), nullable=True),
        sa.Column("email", sa.String(), nullable=True),
        sa.Column("projects", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('live', 'removed')", name=op.f("ck_accounts_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_table(
        "alert_snoozes",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "subject", name=op.f("pk_alert_snoozes")),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("over_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("acknowledged_by", sa.String(), nullable=True),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("post IN ('wanted', 'covered', 'posted', 'lost')", name=op.f("ck_alerts_post")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
        sa.UniqueConstraint(
            "team_id", "subject", "level", "period", name=op.f("uq_alerts_team_id_subject_level_period")
        ),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_raised_at"), ["raised_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_subject"), ["subject"], unique=False)

    op.create_table(
        "budgets",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("dollars", sa.BigInteger(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("scope IN ('project', 'customer', 'key')", name=op.f("ck_budgets_scope")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_budgets")),
        sa.UniqueConstraint("team_id", "scope", "ref", name=op.f("uq_budgets_team_id_scope_ref")),
    )
    op.create_table(
        "changes",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("operation", sa.JSON(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=True),
        sa.Column("view_id", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_open_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.CheckConstraint("state IN ('started', 'succeeded', 'failed', 'unknown')", name=op.f("ck_changes_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_changes")),
        sa.UniqueConstraint("view_id", name=op.f("uq_changes_view_id")),
    )
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_changes_project_id"), ["project_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_changes_request_id"), ["request_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_changes_state"), ["state"], unique=False)

    op.create_table(
        "clearings",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("key_ids", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearings")),
    )
    op.create_table(
        "closed_months",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("month", sa.String(), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("closed_by", sa.String(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "month", name=op.f("pk_closed_months")),
    )
    op.create_table(
        "collected_days",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("spend_total", sa.BigInteger(), nullable=True),
        sa.Column("spend_rows", sa.BigInteger(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("same_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("settled", sa.Boolean(), nullable=False),
        sa.Column("spend_told", sa.Boolean(), nullable=False),
        sa.Column("usage_told", sa.Boolean(), nullable=False),
        sa.Column("failed_requests", sa.Integer(), nullable=True),
        sa.Column("failed_problem", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("day", "project_id", name=op.f("pk_collected_days")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("collected_days", schema=None) as batch_op:
        batch_op.create_index(
            "ix_collected_days_open",
            ["day", "project_id"],
            unique=False,
            sqlite_where=sa.text("NOT settled"),
            postgresql_where=sa.text("NOT settled"),
        )
        batch_op.create_index(batch_op.f("ix_collected_days_project_id"), ["project_id"], unique=False)

    op.create_table(
        "collected_months",
        sa.Column("month", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("unknown", sa.Integer(), nullable=False),
        sa.Column("spend_total", sa.BigInteger(), nullable=True),
        sa.Column("spend_rows", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("month", "project_id", name=op.f("pk_collected_months")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "collections",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("first_day", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reread_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("missed_rounds", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("balance", sa.BigInteger(), nullable=True),
        sa.Column("balance_read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_collections")),
    )
    with op.batch_alter_table("collections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collections_due_at"), ["due_at"], unique=False)

    op.create_table(
        "customers",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("account_of", sa.String(), nullable=False),
        sa.Column("markup", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("account_of IN ('ours', 'theirs')", name=op.f("ck_customers_account_of")),
        sa.CheckConstraint("state IN ('live', 'archived')", name=op.f("ck_customers_state")),
        sa.PrimaryKeyConstraint("team_id", "tag", name=op.f("pk_customers")),
    )
    op.create_table(
        "default_markups",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("percent", sa.BigInteger(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_default_markups")),
    )
    op.create_table(
        "digest_subscriptions",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("projects", sa.JSON(), nullable=False),
        sa.Column("customers", sa.JSON(), nullable=False),
        sa.Column("weekdays", sa.JSON(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("tz", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("silent_when_empty", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("problem", sa.String(), nullable=False),
        sa.Column("muted_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("from_day", sa.Date(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("view_id", sa.String(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('active', 'paused', 'ended')", name=op.f("ck_digest_subscriptions_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_subscriptions")),
        sa.UniqueConstraint("view_id", name=op.f("uq_digest_subscriptions_view_id")),
    )
    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_subscriptions_due_at"), ["due_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_subscriptions_owner"), ["owner"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_subscriptions_state"), ["state"], unique=False)

    op.create_table(
        "invite_domains",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("domains", sa.JSON(), nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_invite_domains")),
    )
    op.create_table(
        "invites",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("sent_by", sa.String(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "email", name=op.f("pk_invites")),
    )
    op.create_table(
        "lanes",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resting_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lanes")),
    )
    op.create_table(
        "members",
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("member_id", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("first_name", sa.String(), nullable=False),
        sa.Column("last_name", sa.String(), nullable=False),
        sa.Column("scopes", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "member_id", name=op.f("pk_members")),
    )
    op.create_table(
        "role_defaults",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('reader', 'developer')", name=op.f("ck_role_defaults_role")),
        sa.PrimaryKeyConstraint("team_id", name=op.f("pk_role_defaults")),
    )
    op.create_table(
        "roles",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("holder_kind", sa.String(), nullable=False),
        sa.Column("holder", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("holder_kind IN ('person', 'group')", name=op.f("ck_roles_holder_kind")),
        sa.CheckConstraint("role IN ('reader', 'developer', 'owner')", name=op.f("ck_roles_role")),
        sa.PrimaryKeyConstraint("team_id", "project_id", "holder_kind", "holder", name=op.f("pk_roles")),
    )
    op.create_table(
        "spend_facts",
        sa.Column("span", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("dollars", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("span", "day", "line_id", name=op.f("pk_spend_facts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "spend_lines",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("line_item", sa.String(), nullable=False),
        sa.Column("tags", sa.String(), nullable=False),
        sa.Column("deployment", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spend_lines")),
    )
    with op.batch_alter_table("spend_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_spend_lines_key_id"), ["key_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_spend_lines_project_id"), ["project_id"], unique=False)

    op.create_table(
        "usage_facts",
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("span", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("line_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hours", sa.BigInteger(), nullable=True),
        sa.Column("total_hours", sa.BigInteger(), nullable=True),
        sa.Column("agent_hours", sa.BigInteger(), nullable=True),
        sa.Column("tokens_in", sa.BigInteger(), nullable=True),
        sa.Column("tokens_out", sa.BigInteger(), nullable=True),
        sa.Column("tts_characters", sa.BigInteger(), nullable=True),
        sa.Column("requests", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("dimension", "span", "day", "line_id", name=op.f("pk_usage_facts")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "usage_lines",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.String(), nullable=False),
        sa.Column("dimension", sa.String(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_lines")),
    )
    with op.batch_alter_table("usage_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_lines_project_id"), ["project_id"], unique=False)

    op.create_table(
        "user_groups",
        sa.Column("team_id", sa.String(), nullable=False),
        sa.Column("group_id", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("members", sa.JSON(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("team_id", "group_id", name=op.f("pk_user_groups")),
    )
    op.create_table(
        "digest_runs",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("local_date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("planned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("channel", sa.String(), nullable=True),
        sa.Column("ts", sa.String(), nullable=True),
        sa.Column("details_ts", sa.String(), nullable=True),
        sa.Column("final", sa.Boolean(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moment", sa.JSON(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('planned', 'posting', 'unclear', 'repeating', "
            "'posted', 'posted_again', 'unclear_again', 'silent', 'failed')",
            name=op.f("ck_digest_runs_state"),
        ),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["digest_subscriptions.id"],
            name=op.f("fk_digest_runs_subscription_id_digest_subscriptions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digest_runs")),
        sa.UniqueConstraint("subscription_id", "local_date", name=op.f("uq_digest_runs_subscription_id_local_date")),
    )
    with op.batch_alter_table("digest_runs", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_runs_state"), ["state"], unique=False)
        batch_op.create_index(batch_op.f("ix_digest_runs_subscription_id"), ["subscription_id"], unique=False)

    op.create_table(
        "digest_days",
        sa.Column("subscription_id", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("run_id", sa.String(), nullable=False),
        sa.Column("told", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["run_id"], ["digest_runs.id"], name=op.f("fk_digest_days_run_id_digest_runs")),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["digest_subscriptions.id"],
            name=op.f("fk_digest_days_subscription_id_digest_subscriptions"),
        ),
        sa.PrimaryKeyConstraint("subscription_id", "day", name=op.f("pk_digest_days")),
    )
    with op.batch_alter_table("digest_days", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_digest_days_run_id"), ["run_id"], unique=False)

    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.add_column(sa.Column("account_id", sa.String(), nullable=True))
        batch_op.create_index(batch_op.f("ix_projects_account_id"), ["account_id"], unique=False)
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_requests_state"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_requests_state"),
            "state IN ('waiting', 'approved', 'creating', 'running', 'delivered', 'done', "
            "'denied', 'cancelled', 'expired', 'lapsed', 'failed', 'ended')",
        )


def downgrade() -> None:  # noqa: PLR0915 one statement for each table and index
    """Move back."""
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_requests_state"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_requests_state"),
            "state IN ('waiting', 'approved', 'creating', 'delivered', 'denied', "
            "'cancelled', 'expired', 'lapsed', 'failed', 'ended')",
        )
    with op.batch_alter_table("projects", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_projects_account_id"))
        batch_op.drop_column("account_id")

    with op.batch_alter_table("digest_days", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_days_run_id"))

    op.drop_table("digest_days")
    with op.batch_alter_table("digest_runs", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_runs_subscription_id"))
        batch_op.drop_index(batch_op.f("ix_digest_runs_state"))

    op.drop_table("digest_runs")
    op.drop_table("user_groups")
    with op.batch_alter_table("usage_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_usage_lines_project_id"))

    op.drop_table("usage_lines")
    op.drop_table("usage_facts")
    with op.batch_alter_table("spend_lines", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_spend_lines_project_id"))
        batch_op.drop_index(batch_op.f("ix_spend_lines_key_id"))

    op.drop_table("spend_lines")
    op.drop_table("spend_facts")
    op.drop_table("roles")
    op.drop_table("role_defaults")
    op.drop_table("members")
    op.drop_table("lanes")
    op.drop_table("invites")
    op.drop_table("invite_domains")
    with op.batch_alter_table("digest_subscriptions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_digest_subscriptions_state"))
        batch_op.drop_index(batch_op.f("ix_digest_subscriptions_owner"))
        batch_op.drop_index(batch_op.f("ix_digest_subscriptions_due_at"))

    op.drop_table("digest_subscriptions")
    op.drop_table("default_markups")
    op.drop_table("customers")
    with op.batch_alter_table("collections", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collections_due_at"))

    op.drop_table("collections")
    op.drop_table("collected_months")
    with op.batch_alter_table("collected_days", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collected_days_project_id"))
        batch_op.drop_index(
            "ix_collected_days_open", sqlite_where=sa.text("NOT settled"), postgresql_where=sa.text("NOT settled")
        )

    op.drop_table("collected_days")
    op.drop_table("closed_months")
    op.drop_table("clearings")
    with op.batch_alter_table("changes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_changes_state"))
        batch_op.drop_index(batch_op.f("ix_changes_request_id"))
        batch_op.drop_index(batch_op.f("ix_changes_project_id"))

    op.drop_table("changes")
    op.drop_table("budgets")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_subject"))
        batch_op.drop_index(batch_op.f("ix_alerts_raised_at"))

    op.drop_table("alerts")
    op.drop_table("alert_snoozes")
    op.drop_table("accounts")

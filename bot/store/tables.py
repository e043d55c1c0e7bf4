"""Every table of Keydesk, by importing each noun once."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.store import (
    accounts,
    budgets,
    cards,
    changes,
    collected,
    collections,
    customers,
    decisions,
    digest_runs,
    digests,
    due,
    fact_rows,
    heartbeats,
    invites,
    keys,
    lanes,
    members,
    mints,
    mirrors,
    people,
    projects,
    record,
    requests,
    roles,
    seen,
    statements,
)

NOUNS = (
    accounts,
    budgets,
    cards,
    changes,
    collected,
    collections,
    customers,
    decisions,
    digest_runs,
    digests,
    due,
    fact_rows,
    heartbeats,
    invites,
    keys,
    lanes,
    members,
    mints,
    mirrors,
    people,
    projects,
    record,
    requests,
    roles,
    seen,
    statements,
)
NAMES = frozenset(SQLModel.metadata.tables)

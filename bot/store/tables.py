"""Every table of Keydesk, by importing each noun once."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.store import (
    cards,
    changes,
    customers,
    decisions,
    digests,
    due,
    heartbeats,
    invites,
    keys,
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
    cards,
    changes,
    customers,
    decisions,
    digests,
    due,
    heartbeats,
    invites,
    keys,
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

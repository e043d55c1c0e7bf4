"""Every table of Keydesk, by importing each noun once."""

from __future__ import annotations

from sqlmodel import SQLModel

from bot.store import (
    cards,
    decisions,
    due,
    heartbeats,
    keys,
    mints,
    mirrors,
    people,
    projects,
    record,
    requests,
    seen,
)

NOUNS = (cards, decisions, due, heartbeats, keys, mints, mirrors, people, projects, record, requests, seen)
NAMES = frozenset(SQLModel.metadata.tables)

"""The queries of docs/runbook.md, as they stand there, tell what happened."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from bot import audit
from bot.access.exports import EXPORTED
from bot.errors import NotAllowed
from tests.factories import ANA, EVE, NOON, RAJ, actor, entries
from tests.keys.conftest import Rooms, Window

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
QUERIES = re.findall(
    r"```sql\n(.*?)```", RUNBOOK.read_text(encoding="utf-8").partition("## Reading the record")[2], re.DOTALL
)


def asked(rooms: Rooms, query: str, examples: dict[str, str]) -> Sequence[Any]:
    """Ask a query of the runbook, with what happened here in place of its examples."""
    for example, ours in examples.items():
        query = query.replace(example, ours)
    with rooms.bench.database.reading() as session:
        return session.execute(text(query)).all()


async def test_the_runbooks_queries_find_who_approved_what_was_refused_and_what_lives(rooms: Rooms) -> None:
    right = await rooms.right(customer="acme")
    with pytest.raises(NotAllowed):
        await rooms.bench.making.create_and_show(right.id, actor(EVE), Window())
    key = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    with rooms.bench.database.transaction() as session:
        audit.note(session, actor(ANA), EXPORTED, "usage.csv", NOON, file="usage.csv", outcome="sent")
    today = f"{NOON:%Y-%m-%d}"
    examples = {"767bf14f": key.provider_key_id[:8], "rqfaaf85f346927b12": right.id}
    examples |= {"2026-11-14": today, "2026-11-01": today}

    approval, card, history, refused, exported, living = (asked(rooms, query, examples) for query in QUERIES)

    [(key_id, owner, approver, _, version, request_id)] = approval
    assert (key_id, owner, approver, version, request_id) == (key.provider_key_id, ANA, RAJ, 1, right.id)
    assert "call summaries" in card[0].description
    told = [entry.name for entry in [*entries(rooms.bench.database, right.id), *entries(rooms.bench.database, key.id)]]
    assert sorted(row.name for row in history) == sorted(told)
    assert {"desk.held", "desk.approved", "keys.open.refused", "keys.created", "keys.delivered"} <= set(told)
    assert [(row.actor, row.name, row.subject) for row in refused] == [(EVE, "keys.open.refused", right.id)]
    assert [(row.actor, row.subject) for row in exported] == [(ANA, "usage.csv")]
    assert [(row.owner, row.customer, row.keys) for row in living] == [(ANA, "acme", 1)]

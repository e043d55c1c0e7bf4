"""How many statements each walk takes never grows unseen; its goal stands in the bench."""

from __future__ import annotations

from bench.statements import APPROVED, FORM, SENT, SHOWN, walked

MOST = {FORM: 18, SENT: 72, APPROVED: 51, SHOWN: 34}
"""What each takes today, and two or three for jobs that happen to run at the same time; goals are lower."""


async def test_no_walk_takes_more_statements_than_it_did(sqlite_url: str) -> None:
    found = await walked(sqlite_url)
    assert {goal.name: counted.most(20) for goal, counted in found.items() if counted.number > MOST[goal]} == {}

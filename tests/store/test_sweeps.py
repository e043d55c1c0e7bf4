"""What a sweep moves comes in one order to every replica: two that lock rows crosswise wait for each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlmodel import Session

from bot.store import changes, digest_runs, digests, keys, mints, notices, requests
from bot.store.changes import Change
from bot.store.database import Database
from bot.store.digest_runs import DigestRun
from bot.store.digests import Subscription
from bot.store.mints import MintAttempt
from bot.store.notices import Notice
from tests.factories import ANA, NOON, PROJECT, TEAM, add, key, request

LATER = NOON + timedelta(days=90)
IDS = [f"id{number:02}" for number in range(5)]
Found = Callable[[Session], Sequence[Any]]


def subscription(id_: str) -> Subscription:
    return Subscription(id=id_, team_id=TEAM, owner=ANA, from_day=date(2026, 11, 1), due_at=NOON, created_at=NOON)


def change(id_: str) -> Change:
    what: dict[str, Any] = {
        "id": id_,
        "team_id": TEAM,
        "actor": ANA,
        "kind": "x.y",
        "operation": {},
        "project_id": PROJECT,
    }
    return Change(**what, started_at=NOON, intended_at=NOON, look_at=NOON)


def mint(id_: str) -> MintAttempt:
    return MintAttempt(id=id_, request_id="rq", attempt=1, project_id=PROJECT, started_at=NOON, intended_at=NOON)


def run(id_: str) -> DigestRun:
    return DigestRun(id=id_, subscription_id=id_, local_date=date(2026, 11, 18), planned_at=NOON)


SWEPT: dict[str, tuple[Callable[[str], Any], Found]] = {
    "digests": (subscription, lambda session: digests.due(session, LATER, 99)),
    "digests without a job": (run, lambda session: digest_runs.abandoned(session, LATER, 99, job="digests.post")),
    "requests": (lambda id_: request(id=id_), lambda session: requests.overdue(session, LATER)),
    "keys": (lambda id_: key(int(id_[2:]), id=id_), lambda session: keys.overdue(session, LATER)),
    "mint attempts": (mint, lambda session: mints.unsettled(session, LATER)),
    "changes": (change, lambda session: changes.overdue(session, LATER)),
    "notices": (
        lambda id_: Notice(id=id_, team_id=TEAM, place=ANA, text="x", owed_at=NOON),
        lambda session: notices.owed(session, LATER),
    ),
}


def test_a_sweep_finds_rows_in_the_order_of_their_ids_where_they_are_as_old(store: Database) -> None:
    add(store, request(id="rq", state="done"))
    for make, _ in SWEPT.values():
        for id_ in reversed(IDS):  # one by one: a table is read as it was written
            add(store, make(id_))

    with store.reading() as session:
        found = {what: [getattr(each, "id", each) for each in find(session)] for what, (_, find) in SWEPT.items()}
    assert found == dict.fromkeys(SWEPT, IDS)

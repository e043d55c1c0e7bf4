"""What runs leaves two records, and happens once; what was approved is carried out by a job."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from bot.desk.running import WAITS
from bot.desk.service import Ran
from bot.errors import AlreadyDecided, BotError, Conflict, CouldNotCheck, RateLimited, Unavailable
from bot.operation import Actor, OperationKind
from bot.store.changes import Change
from tests.desk.painting import Paint, Provider, age, approved, said, the_change
from tests.factories import ANA, NOON, OWNER, PROJECT, Bench, actor, person, rows

# --- at once ---


async def test_a_change_leaves_two_records_and_what_is_true_now(either_desk: Bench, provider: Provider) -> None:
    outcome = await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER))
    change = the_change(either_desk)
    assert outcome == Ran(f"Painted blue for {OWNER}.")
    assert (change.state, change.finished_at, provider.noted) == ("succeeded", NOON, ["blue"])
    assert said(either_desk, change.id) == ["projects.settings.started", "projects.settings.succeeded"]


async def test_who_may_not_causes_no_change(either_desk: Bench, provider: Provider) -> None:
    with pytest.raises(BotError):
        await either_desk.desk.submit(Paint(project_id=PROJECT), actor(ANA))
    assert rows(either_desk.database, lambda session: session.exec(select(Change)).all()) == []
    assert provider.painted == []


async def test_what_was_certainly_not_done_is_told_and_forgotten(either_desk: Bench, provider: Provider) -> None:
    provider.says = [Conflict("It is painted already.")]
    with pytest.raises(Conflict, match="painted already"):
        await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER))
    change = the_change(either_desk)
    assert (change.state, change.text, provider.noted) == ("failed", "It is painted already.", [])
    age(either_desk, timedelta(minutes=1))
    await either_desk.engine.drain()
    assert provider.asked == 0


async def test_the_same_form_is_carried_out_once(either_desk: Bench, provider: Provider) -> None:
    async def send() -> object:
        return await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER), "V1")

    outcomes = await asyncio.gather(*(send() for _ in range(4)), return_exceptions=True)
    assert provider.painted == ["blue"]
    assert sorted(type(each).__name__ for each in outcomes) == [*["AlreadyDecided"] * 3, "Ran"]
    assert all(isinstance(each, AlreadyDecided | Ran) for each in outcomes)


async def test_a_form_that_came_back_can_be_sent_again(either_desk: Bench, provider: Provider) -> None:
    provider.says = [RateLimited("Too many calls.")]
    with pytest.raises(RateLimited):
        await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER), "V1")
    assert isinstance(await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER), "V1"), Ran)
    with pytest.raises(AlreadyDecided):
        await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER), "V1")
    assert provider.painted == ["blue"]


async def test_of_two_who_write_the_same_row_first_the_second_reads_it(desk: Bench) -> None:
    tried: list[str] = []

    async def execute(operation: Paint, _actor: Actor) -> str:
        tried.append(operation.colour)
        if len(tried) == 1:
            raise IntegrityError("INSERT", None, Exception("somebody was first"))
        return "Painted."

    kinds: Any = desk.desk._kinds  # noqa: SLF001 the table that the composition root fills
    kinds[Paint.kind] = OperationKind(Paint, execute=execute)
    assert await desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER)) == Ran("Painted.")
    assert len(tried) == 2


# --- after an approval ---


async def test_an_approved_wish_is_carried_out_once_for_its_requester(either_desk: Bench, provider: Provider) -> None:
    waiting = await approved(either_desk)
    await asyncio.gather(*(either_desk.desk.run_approved(waiting.id, NOON) for _ in range(3)))
    await either_desk.engine.drain()
    request_now = either_desk.request(waiting.id)
    assert provider.painted == ["blue"]
    assert (request_now.state, request_now.note, request_now.finished_at) == (
        "done",
        f"Painted blue for {OWNER}.",
        NOON,
    )
    assert said(either_desk, waiting.id) == [
        "desk.approved",
        "projects.settings.started",
        "projects.settings.succeeded",
        "desk.done",
    ]


async def test_a_passing_refusal_is_tried_again_and_in_the_end_it_fails(either_desk: Bench, provider: Provider) -> None:
    away = (CouldNotCheck("Who?"), *(Unavailable("Away.") for _ in WAITS[1:]))
    provider.says = [RateLimited("Too many calls.", retry_after=90.0), *away]
    waiting = await approved(either_desk)
    await either_desk.engine.drain()
    assert (either_desk.request(waiting.id).state, either_desk.request(waiting.id).attempt) == ("approved", 1)
    either_desk.clock.move(timedelta(seconds=89))
    await either_desk.engine.drain()
    assert either_desk.request(waiting.id).attempt == 1
    for _ in WAITS:
        either_desk.clock.move(timedelta(hours=1))
        await either_desk.engine.drain()
    assert (either_desk.request(waiting.id).state, either_desk.request(waiting.id).note) == ("failed", "Away.")
    assert provider.painted == []


async def test_a_definite_refusal_fails_at_once(either_desk: Bench, provider: Provider) -> None:
    provider.says = [Conflict("It is painted already.")]
    waiting = await approved(either_desk)
    await either_desk.engine.drain()
    assert (either_desk.request(waiting.id).state, either_desk.request(waiting.id).note) == (
        "failed",
        "It is painted already.",
    )


async def test_who_may_no_longer_gets_nothing_done(
    either_desk: Bench, provider: Provider, make_unable: Callable[[str], None]
) -> None:
    waiting = await approved(either_desk)
    make_unable(OWNER)
    await either_desk.engine.drain()
    assert (either_desk.request(waiting.id).state, provider.painted) == ("failed", [])


@pytest.fixture
def make_unable(either_desk: Bench) -> Callable[[str], None]:
    """Let somebody leave the workspace."""

    def leave(user_id: str) -> None:
        with either_desk.database.transaction() as session:
            session.merge(person(user_id, "deactivated"))

    return leave

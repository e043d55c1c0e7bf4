"""What runs leaves two records; what stays open is settled by asking, and nothing is sent twice blindly."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, select

from bot.desk.running import DONE_AFTER_ALL, FINDING_OUT, NOT_DONE, WAITS
from bot.desk.service import Ran
from bot.desk.settling import NEVER_TOLD
from bot.errors import AlreadyDecided, BotError, Conflict, CouldNotCheck, NotFound, RateLimited, Unavailable, Unclear
from bot.operation import Actor, Operation, OperationKind
from bot.store import changes
from bot.store.changes import Change
from bot.store.requests import Request
from tests.factories import ANA, NOON, OWNER, PROJECT, Bench, actor, add, described, entries, person, request, rows


class Paint(Operation):
    """Something that a provider does; judged like the settings of a project: owners may."""

    kind: ClassVar[str] = "projects.settings"

    colour: str = "blue"


@dataclass
class Provider:
    """A provider that paints, and says what it is told to say."""

    says: list[BotError] = field(default_factory=list)
    does_it_all_the_same: bool = False
    painted: list[str] = field(default_factory=list)
    asked: int = 0
    noted: list[str] = field(default_factory=list)
    cannot_tell: int = 0
    is_gone: bool = False

    async def execute(self, operation: Paint, actor: Actor) -> str:
        if not self.says or self.does_it_all_the_same:
            self.painted.append(operation.colour)
        if self.says:
            raise self.says.pop(0)
        return f"Painted {operation.colour} for {actor.user_id}."

    async def settle(self, operation: Paint) -> bool:
        self.asked += 1
        if self.cannot_tell:
            self.cannot_tell -= 1
            raise Unavailable("not now")
        if self.is_gone:
            raise NotFound("Deepgram knows no such wall.")
        return operation.colour in self.painted

    def done(self, session: Session, operation: Paint, now: datetime) -> None:
        assert session.in_transaction()
        assert now >= NOON
        self.noted.append(operation.colour)


@pytest.fixture
def provider(either_desk: Bench) -> Provider:
    """A provider whose changes the desk carries out."""
    made = Provider()
    kinds: Any = either_desk.desk._kinds  # noqa: SLF001 the table that the composition root fills
    kinds[Paint.kind] = OperationKind(
        Paint, execute=made.execute, settle=made.settle, done=made.done, settle_after=timedelta(seconds=30)
    )
    return made


def the_change(bench: Bench) -> Change:
    found: Change = rows(bench.database, lambda session: session.exec(select(Change)).one())
    return found


def age(bench: Bench, by: timedelta) -> None:
    """Let the intents be older by the machine's clock too."""
    with bench.database.transaction() as session:
        for change in session.exec(select(Change)):
            change.intended_at = datetime.now(UTC) - by
            session.add(change)
    bench.clock.move(by)


def said(bench: Bench, subject: str) -> list[str]:
    return [entry.name for entry in entries(bench.database, subject)]


async def approved(bench: Bench) -> Request:
    """An owner's wish that somebody else must approve, and did."""
    waiting = request(kind=Paint.kind, requester=OWNER, operation=Paint(project_id=PROJECT).model_dump(mode="json"))
    waiting.description = described().model_dump(mode="json")
    add(bench.database, waiting)
    return await bench.desk.decide(waiting.id, 1, "approved", actor("USECOND"))


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


# --- silence ---


@pytest.mark.parametrize(("it_was_done", "text"), [(True, DONE_AFTER_ALL), (False, NOT_DONE)])
async def test_an_unclear_answer_is_settled_by_asking(
    either_desk: Bench, provider: Provider, it_was_done: bool, text: str
) -> None:
    provider.says, provider.does_it_all_the_same, provider.cannot_tell = [Unclear("silence")], it_was_done, 1
    assert await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER)) == Ran(FINDING_OUT)
    assert the_change(either_desk).state == "unknown"
    age(either_desk, timedelta(seconds=31))
    await either_desk.engine.drain()  # it cannot be told yet
    assert (the_change(either_desk).state, provider.asked) == ("unknown", 1)
    either_desk.clock.move(timedelta(minutes=1))
    await either_desk.engine.drain()
    assert (the_change(either_desk).state, the_change(either_desk).text) == (
        "succeeded" if it_was_done else "failed",
        text,
    )
    assert len(provider.painted) == it_was_done
    assert provider.noted == ["blue"] * it_was_done
    assert either_desk.told["desk.tell"] == 1


async def test_a_clock_that_jumps_does_not_settle_what_is_on_its_way(either_desk: Bench, provider: Provider) -> None:
    provider.says = [Unclear("silence")]
    await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER))
    either_desk.clock.move(timedelta(days=3))
    await either_desk.engine.drain()
    assert (the_change(either_desk).state, provider.asked) == ("unknown", 0)


async def test_a_change_cut_off_by_a_crash_is_settled(either_desk: Bench, provider: Provider) -> None:
    desk, operation = either_desk.desk, Paint(project_id=PROJECT)
    kind = desk._kinds[Paint.kind]  # noqa: SLF001 a crash leaves exactly the intent
    await either_desk.database.write(lambda session: desk._intend(session, kind, operation, actor(OWNER)))  # noqa: SLF001 as above
    provider.painted = ["blue"]
    age(either_desk, timedelta(seconds=31))
    await either_desk.engine.drain()
    assert (the_change(either_desk).state, provider.painted, provider.noted) == ("succeeded", ["blue"], ["blue"])


async def test_what_lost_its_due_row_is_found_by_the_sweep(either_desk: Bench, provider: Provider) -> None:
    provider.says = [Unclear("silence")]
    await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER))
    age(either_desk, timedelta(minutes=6))
    found = rows(either_desk.database, lambda session: changes.unsettled(session, datetime.now(UTC)))
    assert [change.id for change in found] == [the_change(either_desk).id]


async def test_what_nobody_can_tell_any_more_is_told_so_and_not_asked_for_ever(
    either_desk: Bench, provider: Provider
) -> None:
    provider.says, provider.is_gone = [Unclear("silence")], True
    await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER))
    age(either_desk, timedelta(minutes=1))
    await either_desk.engine.drain()
    change = the_change(either_desk)
    assert (change.state, change.text) == ("failed", f"{NEVER_TOLD} Deepgram knows no such wall.")
    assert (either_desk.told["desk.tell"], provider.asked) == (1, 1)


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


@pytest.mark.parametrize("it_was_done", [True, False])
async def test_an_unclear_answer_after_an_approval_ends_in_its_request(
    either_desk: Bench, provider: Provider, it_was_done: bool
) -> None:
    provider.says, provider.does_it_all_the_same = [Unclear("silence")], it_was_done
    waiting = await approved(either_desk)
    await either_desk.engine.drain()
    assert either_desk.request(waiting.id).state == "running"
    age(either_desk, timedelta(seconds=31))
    await either_desk.engine.drain()
    assert either_desk.request(waiting.id).state == ("done" if it_was_done else "failed")
    assert len(provider.painted) == it_was_done
    assert either_desk.told["desk.tell"] == 0  # its card tells


async def test_who_may_no_longer_gets_nothing_done(
    either_desk: Bench, provider: Provider, make_unable: Callable[[str], None]
) -> None:
    waiting = await approved(either_desk)
    make_unable(OWNER)
    await either_desk.engine.drain()
    assert (either_desk.request(waiting.id).state, provider.painted) == ("failed", [])


@pytest.mark.parametrize(
    ("refusal", "state", "note"),
    [((), "done", f"Painted blue for {OWNER}."), ((Conflict("It is gone."),), "failed", "It is gone.")],
)
async def test_what_changes_nothing_outside_is_done_again_after_a_crash_and_its_refusal_counts(
    either_desk: Bench, provider: Provider, refusal: tuple[BotError, ...], state: str, note: str
) -> None:
    kinds: Any = either_desk.desk._kinds  # noqa: SLF001 the table that the composition root fills
    kinds[Paint.kind] = OperationKind(Paint, execute=provider.execute)
    waiting = await approved(either_desk)
    with either_desk.database.transaction() as session:
        assert either_desk.desk._claim(session, waiting.id, NOON) is not None  # noqa: SLF001 and then it crashes
    provider.says = [*refusal]
    age(either_desk, timedelta(minutes=1))
    await either_desk.engine.drain()
    now = either_desk.request(waiting.id)
    assert (now.state, now.note) == (state, note)


@pytest.fixture
def make_unable(either_desk: Bench) -> Callable[[str], None]:
    """Let somebody leave the workspace."""

    def leave(user_id: str) -> None:
        with either_desk.database.transaction() as session:
            session.merge(person(user_id, "deactivated"))

    return leave

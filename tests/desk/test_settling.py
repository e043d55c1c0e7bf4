"""What stays open is settled by asking the provider; nothing is sent twice blindly."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.desk.running import DONE_AFTER_ALL, FINDING_OUT, NOT_DONE
from bot.desk.service import Ran
from bot.desk.settling import NEVER_TOLD
from bot.errors import BotError, Conflict, Unclear
from bot.operation import OperationKind
from bot.store import changes
from tests.desk.painting import Paint, Provider, age, approved, the_change
from tests.factories import NOON, OWNER, PROJECT, Bench, actor

DAY = 24 * 60  # minutes


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
    age(either_desk, timedelta(minutes=3))
    await either_desk.engine.drain()
    assert (the_change(either_desk).state, the_change(either_desk).text) == (
        "succeeded" if it_was_done else "failed",
        text,
    )
    assert len(provider.painted) == it_was_done
    assert provider.noted == ["blue"] * it_was_done
    assert either_desk.told["desk.tell"] == 1


async def test_what_the_provider_does_late_is_not_told_as_not_done(either_desk: Bench, provider: Provider) -> None:
    provider.says = [Unclear("silence")]
    waiting = await approved(either_desk)
    await either_desk.engine.drain()
    age(either_desk, timedelta(seconds=31))
    await either_desk.engine.drain()
    assert (either_desk.request(waiting.id).state, provider.asked) == ("running", 1)
    provider.painted = ["blue"]
    age(either_desk, timedelta(minutes=2, seconds=1))
    await either_desk.engine.drain()
    assert (either_desk.request(waiting.id).state, provider.asked, provider.noted) == ("done", 2, ["blue"])


async def test_who_asked_hears_once_that_nobody_knows_yet_and_it_is_looked_at_ever_less_often(
    either_desk: Bench, provider: Provider
) -> None:
    provider.says, provider.cannot_tell = [Unclear("silence")], 1000
    await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER))
    looks = []
    for older, later in ((50, 0), (70, 0), (2 * DAY, 0), (0, 300), (0, 60)):
        if older:
            age(either_desk, timedelta(minutes=older))
        either_desk.clock.move(timedelta(minutes=later))
        await either_desk.engine.drain()
        looks.append((provider.asked, either_desk.told["desk.tell"]))
    assert looks == [(1, 0), (2, 1), (3, 1), (3, 1), (4, 1)]
    assert the_change(either_desk).state == "unknown"


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


async def test_what_lost_its_scheduled_job_is_found_by_the_sweep(either_desk: Bench, provider: Provider) -> None:
    provider.says = [Unclear("silence")]
    await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER))
    with either_desk.database.reading() as session:
        look_at = the_change(either_desk).look_at
        assert changes.overdue(session, look_at) == []
        assert [change.id for change in changes.overdue(session, look_at + timedelta(seconds=1))] == [
            the_change(either_desk).id
        ]


async def test_what_nobody_can_tell_any_more_is_told_so_and_not_asked_for_ever(
    either_desk: Bench, provider: Provider
) -> None:
    provider.says, provider.is_gone = [Unclear("silence")], True
    await either_desk.desk.submit(Paint(project_id=PROJECT), actor(OWNER))
    age(either_desk, timedelta(minutes=3))
    await either_desk.engine.drain()
    change = the_change(either_desk)
    assert (change.state, change.text) == ("failed", f"{NEVER_TOLD} Deepgram knows no such wall.")
    assert (either_desk.told["desk.tell"], provider.asked) == (1, 1)


@pytest.mark.parametrize("it_was_done", [True, False])
async def test_an_unclear_answer_after_an_approval_ends_in_its_request(
    either_desk: Bench, provider: Provider, it_was_done: bool
) -> None:
    provider.says, provider.does_it_all_the_same = [Unclear("silence")], it_was_done
    waiting = await approved(either_desk)
    await either_desk.engine.drain()
    assert either_desk.request(waiting.id).state == "running"
    age(either_desk, timedelta(minutes=3))
    await either_desk.engine.drain()
    assert either_desk.request(waiting.id).state == ("done" if it_was_done else "failed")
    assert len(provider.painted) == it_was_done
    assert either_desk.told["desk.tell"] == 0  # its card tells


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

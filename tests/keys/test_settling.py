"""What an attempt that was cut short has made is found by mint id and creator, and ended; nothing else is touched."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.errors import BotError, CouldNotCheck
from bot.keys.orphans import OLDEST_TOUCHED
from bot.keys.settling import LOOKS
from bot.store import mints
from bot.store.mints import MintAttempt
from tests.clocks import machine_now
from tests.factories import ANA, actor, entries
from tests.keys.conftest import Rooms, Window


async def cut_short(rooms: Rooms, kind: str = "timeout_before") -> MintAttempt:
    """Press once, and let the provider not answer."""
    right = await rooms.right()
    rooms.fault(kind, "POST")
    with pytest.raises(BotError):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    return rooms_mint(rooms, right.id)


def rooms_mint(rooms: Rooms, request_id: str) -> MintAttempt:
    with rooms.bench.database.reading() as session:
        return mints.of_request(session, request_id)[-1]


def aged(rooms: Rooms, mint: MintAttempt, by: timedelta) -> None:
    """Let the intent lie back this long, by the machine's clock."""
    with rooms.bench.database.transaction() as session:
        found = mints.get(session, mint.id)
        assert found is not None
        found.intended_at = machine_now() - by


def creator(rooms: Rooms, role: str = "admin") -> str:
    own = rooms.emulator.state.key_of(rooms.emulator.credentials[role])
    assert own is not None
    return own.account_id


def lands(rooms: Rooms, mint: MintAttempt, by: str) -> str:
    """Let a key with this attempt's mint id appear, made by this member; return its secret."""
    _, secret = rooms.emulator.state.add_key(rooms.project, by, f"late · keydesk:{mint.id}", ["usage:write"])
    return secret


def reported(rooms: Rooms, mint: MintAttempt) -> int:
    return [entry.name for entry in entries(rooms.bench.database, mint.request_id)].count("keys.orphan.reported")


async def settle(rooms: Rooms, mint: MintAttempt) -> None:
    await rooms.bench.settling.settle(mint.id, rooms.bench.clock.now())


async def test_a_late_create_is_found_and_ended(rooms: Rooms) -> None:
    mint = await cut_short(rooms)
    await settle(rooms, mint)
    assert rooms_mint(rooms, mint.request_id).state == "unknown"
    secret = lands(rooms, mint, creator(rooms))
    aged(rooms, mint, timedelta(seconds=50))
    await settle(rooms, mint)
    assert not rooms.emulator.state.is_live(secret)
    (row,) = rooms.bench.all_keys()
    assert (row.state, row.owner, row.shown_at) == ("ended", ANA, None)
    assert rooms.bench.request(mint.request_id).state == "approved"


async def test_a_key_of_another_creator_is_reported_and_lives(rooms: Rooms) -> None:
    mint = await cut_short(rooms)
    secret = lands(rooms, mint, creator(rooms, "owner"))
    for look in (10, 40, LOOKS[-1] + 1):
        aged(rooms, mint, timedelta(seconds=look))
        await settle(rooms, mint)
        assert rooms.bench.all_keys() == []
    await rooms.bench.mirror.refresh(rooms.project.project_id, rooms.bench.clock.now())
    assert rooms.emulator.state.is_live(secret)
    assert [each.state for each in rooms.bench.all_keys() if each.purpose.startswith("late")] == ["live"]
    assert reported(rooms, mint) == 1


async def test_an_older_find_is_reported_and_lives(rooms: Rooms) -> None:
    mint = await cut_short(rooms)
    secret = lands(rooms, mint, creator(rooms))
    aged(rooms, mint, OLDEST_TOUCHED + timedelta(seconds=1))
    await settle(rooms, mint)
    assert rooms.emulator.state.is_live(secret)
    assert reported(rooms, mint) == 1


async def test_other_mint_ids_are_nobodys_business(rooms: Rooms) -> None:
    mint = await cut_short(rooms)
    state = rooms.emulator.state
    others = [
        state.add_key(rooms.project, creator(rooms), comment, ["usage:write"])[1]
        for comment in ("keydesk:", "keydesk:0123", f"keydesk:{mint.id} copied", f"keydesk:{mint.id[:-1]}")
    ]
    await settle(rooms, mint)
    assert all(state.is_live(secret) for secret in others)


async def test_it_is_looked_at_again_until_nothing_can_land_any_more(rooms: Rooms) -> None:
    mint = await cut_short(rooms)
    for look in LOOKS:
        aged(rooms, mint, timedelta(seconds=look - 1))
        await settle(rooms, mint)
        assert rooms_mint(rooms, mint.request_id).state == "unknown"
    aged(rooms, mint, timedelta(seconds=LOOKS[-1] + 1))
    await settle(rooms, mint)
    assert rooms_mint(rooms, mint.request_id).state == "settled"


async def test_a_press_that_died_before_the_call_gives_its_right_back(rooms: Rooms) -> None:
    right = await rooms.right()
    mint = await died(rooms, right.id)
    assert rooms.bench.request(right.id).state == "creating"
    aged(rooms, mint, timedelta(seconds=31))
    rooms.emulator.faults.add("503", "GET", "/keys", times=3)
    await settle(rooms, mint)
    assert rooms.bench.request(right.id).state == "approved"
    await rooms.bench.engine.drain()
    assert rooms.bench.told["desk.ring"] == 0  # that one may press again is told once a list has said so
    await settle(rooms, mint)
    await settle(rooms, mint)
    await rooms.bench.engine.drain()
    assert rooms.bench.told["desk.ring"] == 1
    key = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    assert rooms.alive() == {key.provider_key_id}


async def test_a_moved_clock_does_not_take_a_press_away(rooms: Rooms) -> None:
    right = await rooms.right()
    mint = await died(rooms, right.id)
    rooms.bench.clock.move(timedelta(hours=1))
    await settle(rooms, mint)
    assert rooms.bench.request(right.id).state == "creating"


async def test_what_was_delivered_is_left_alone(rooms: Rooms) -> None:
    right = await rooms.right()
    key = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    mint = rooms_mint(rooms, right.id)
    aged(rooms, mint, timedelta(minutes=5))
    rooms.bench.clock.move(timedelta(minutes=5))
    await rooms.bench.engine.drain()
    assert rooms.alive() == {key.provider_key_id}
    assert rooms.bench.request(right.id).state == "delivered"


async def test_a_provider_that_does_not_answer_is_asked_again(rooms: Rooms) -> None:
    mint = await cut_short(rooms)
    secret = lands(rooms, mint, creator(rooms))
    rooms.fault("500", "GET", times=9)
    await rooms.bench.engine.drain()
    assert rooms.emulator.state.is_live(secret)
    rooms.emulator.faults.clear()
    rooms.bench.clock.move(timedelta(seconds=10))
    await rooms.bench.engine.drain()
    assert not rooms.emulator.state.is_live(secret)


async def test_an_attempt_is_at_rest_only_after_a_whole_list(rooms: Rooms) -> None:
    mint = await cut_short(rooms, "timeout_after")
    (orphan,) = rooms.alive()
    rooms.emulator.faults.add("field", "GET", "/keys$", times=None, field="api_key_id", value=None)
    for look in LOOKS:
        aged(rooms, mint, timedelta(seconds=look + 1))
        rooms.bench.clock.move(timedelta(seconds=look))
        await rooms.bench.engine.drain()
        assert (rooms_mint(rooms, mint.request_id).state, rooms.alive()) == ("unknown", {orphan})
        with pytest.raises(CouldNotCheck, match="still finding out"):
            await rooms.bench.making.create_and_show(mint.request_id, actor(ANA), Window())
    rooms.emulator.faults.clear()
    rooms.bench.clock.move(timedelta(minutes=1))
    await rooms.bench.engine.drain()
    assert (rooms_mint(rooms, mint.request_id).state, rooms.alive()) == ("settled", set())
    key = await rooms.bench.making.create_and_show(mint.request_id, actor(ANA), Window())
    assert rooms.alive() == {key.provider_key_id}


async def test_a_list_that_stays_unreadable_is_reported_and_stops_nobody_for_ever(rooms: Rooms) -> None:
    mint = await cut_short(rooms, "timeout_after")
    rooms.emulator.faults.add("field", "GET", "/keys$", times=None, field="api_key_id", value=None)
    aged(rooms, mint, OLDEST_TOUCHED + timedelta(seconds=1))
    for _ in range(3):
        await settle(rooms, mint)
    assert rooms_mint(rooms, mint.request_id).state == "unknown"
    named = [entry.name for entry in entries(rooms.bench.database, mint.request_id)]
    assert named.count("keys.orphan.untold") == 1
    await rooms.bench.making.create_and_show(mint.request_id, actor(ANA), Window())
    rooms.emulator.faults.clear()
    await settle(rooms, mint)
    with rooms.bench.database.reading() as session:
        states = [each.state for each in mints.of_request(session, mint.request_id)]
    assert (states, reported(rooms, mint)) == (["settled", "succeeded"], 1)


async def died(rooms: Rooms, request_id: str) -> MintAttempt:
    """Press, and let the process die before the provider is called: only the intent is there."""
    intent = await rooms.bench.making._claim(request_id, actor(ANA))  # noqa: SLF001 a process cannot die between two steps from outside
    return intent.mint

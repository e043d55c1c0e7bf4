"""A key is made once, seen once, by its owner; whatever goes wrong, none is left that anybody can use."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import AlreadyDecided, BotError, NotAllowed, ProviderError
from bot.keys.intent import COMMENT_PURPOSE_LONGEST, comment_of
from bot.store import mints
from playground.deepgram.bodies_on_demand import FOREIGN_404S
from tests.clocks import machine_now
from tests.factories import ANA, EVE, NOON, RAJ, actor, entries
from tests.keys.conftest import Rooms, Window


def names(rooms: Rooms, subject: str) -> list[str]:
    return [entry.name for entry in entries(rooms.bench.database, subject)]


def everything(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.iterdir()]


async def test_its_owner_sees_a_key_that_works_for_the_whole_time(rooms: Rooms) -> None:
    right = await rooms.right(days=7)
    rooms.bench.clock.move(timedelta(hours=20))
    window = Window()
    key = await rooms.bench.making.create_and_show(right.id, actor(ANA), window)
    (stored,) = rooms.bench.all_keys()
    assert rooms.emulator.state.is_live(window.secret)
    assert rooms.alive() == {key.provider_key_id}
    assert (stored.state, stored.owner, stored.made_here) == ("live", ANA, True)
    assert stored.ends_at == NOON + timedelta(days=7, hours=20)
    assert rooms.bench.request(right.id).state == "delivered"
    assert names(rooms, right.id)[-3:] == ["keys.create.started", "keys.created", "keys.delivered"]


async def test_the_provider_learns_what_for_and_by_which_attempt(rooms: Rooms) -> None:
    right = await rooms.right(purpose="a\n b  c", customer="acme", preset="usage")
    key = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    there = rooms.project.keys[key.provider_key_id]
    assert there.comment == f"a b c · keydesk:{key.mint_id}"
    assert set(there.tags) == {"acme"}
    assert "usage:read" in there.scopes
    assert there.expiration_date == key.ends_at


def test_a_long_purpose_never_pushes_the_mint_id_out_of_the_comment() -> None:
    comment = comment_of("x" * 300, "m1")
    assert comment.endswith("keydesk:m1")
    assert len(comment) < COMMENT_PURPOSE_LONGEST + 20


async def test_the_secret_is_stored_nowhere(rooms: Rooms, tmp_path: Path) -> None:
    window = Window()
    await rooms.bench.making.create_and_show((await rooms.right()).id, actor(ANA), window)
    await rooms.bench.engine.drain()
    rooms.bench.database.close()
    assert not any(window.secret.encode() in content for content in everything(tmp_path))
    assert window.secret not in repr(window.seen)


# --- who may ---


@pytest.mark.parametrize("who", [EVE, RAJ])
async def test_nobody_opens_anothers_key(rooms: Rooms, who: str) -> None:
    right = await rooms.right()
    window = Window()
    with pytest.raises(NotAllowed, match="not yours to open"):
        await rooms.bench.making.create_and_show(right.id, actor(who), window)
    assert (window.seen, rooms.alive()) == ([], set())
    assert rooms.bench.request(right.id).state == "approved"
    assert names(rooms, right.id)[-1] == "keys.open.refused"


async def test_what_is_not_approved_is_not_made(rooms: Rooms) -> None:
    waiting = await rooms.bench.held()
    with pytest.raises(AlreadyDecided, match="not approved"):
        await rooms.bench.making.create_and_show(waiting.id, actor(ANA), Window())
    assert rooms.bench.all_keys() == []


async def test_a_right_ends_after_a_day_even_before_the_sweep(rooms: Rooms) -> None:
    right = await rooms.right()
    rooms.bench.clock.move(timedelta(hours=24))
    with pytest.raises(AlreadyDecided, match="lapsed"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    assert rooms.alive() == set()


async def test_a_key_is_shown_once(rooms: Rooms) -> None:
    right = await rooms.right()
    await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    again = Window()
    with pytest.raises(AlreadyDecided, match="was shown"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), again)
    assert (again.seen, len(rooms.alive())) == ([], 1)


async def test_many_presses_at_once_make_one_key(rooms: Rooms) -> None:
    right = await rooms.right()
    window = Window()
    presses = (rooms.bench.making.create_and_show(right.id, actor(ANA), window) for _ in range(20))
    done = await asyncio.gather(*presses, return_exceptions=True)
    assert [type(each) for each in done if isinstance(each, BaseException)] == [AlreadyDecided] * 19
    assert (len(window.seen), len(rooms.alive())) == (1, 1)


# --- what the provider does ---


@pytest.mark.parametrize("kind", ["429", "401", "403"])
async def test_a_refusal_of_the_moment_leaves_the_right(rooms: Rooms, kind: str) -> None:
    right = await rooms.right()
    rooms.fault(kind, "POST")
    with pytest.raises(ProviderError):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    assert (rooms.bench.request(right.id).state, rooms.alive()) == ("approved", set())
    await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    assert len(rooms.alive()) == 1


@pytest.mark.parametrize("kind", ["404", "409"])
async def test_a_refusal_for_good_ends_the_request(rooms: Rooms, kind: str) -> None:
    right = await rooms.right()
    rooms.fault(kind, "POST")
    with pytest.raises(ProviderError) as refusal:
        await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    after = rooms.bench.request(right.id)
    assert (after.state, after.note) == ("failed", refusal.value.text)
    with pytest.raises(AlreadyDecided, match="refused for good"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())


@pytest.mark.parametrize(
    "kind", ["timeout_before", "timeout_after", "drop_after", "500", "truncated", "null", *FOREIGN_404S]
)
async def test_an_unclear_answer_leaves_no_key_and_the_right(rooms: Rooms, kind: str) -> None:
    right = await rooms.right()
    rooms.fault(kind, "POST")
    with pytest.raises(BotError, match="did not answer clearly"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    assert rooms.bench.request(right.id).state == "approved"
    await rooms.bench.engine.drain()
    assert rooms.alive() == set()
    key = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    await rooms.bench.engine.drain()
    assert rooms.alive() == {key.provider_key_id}


@pytest.mark.parametrize("odd", ["key_8f3a", "..", "", 7])
async def test_a_key_whose_id_is_none_is_not_shown_but_looked_for_and_ended(rooms: Rooms, odd: object) -> None:
    right = await rooms.right()
    rooms.fault("field", "POST", field="api_key_id", value=odd)
    window = Window()
    with pytest.raises(BotError, match="did not answer clearly"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), window)
    assert (window.seen, len(rooms.alive())) == ([], 1)
    await rooms.bench.engine.drain()
    assert (rooms.alive(), rooms.bench.request(right.id).state) == (set(), "approved")


# --- what the window does ---


@pytest.mark.parametrize("answer", ["gone", "unclear"])
async def test_a_key_that_could_not_be_shown_is_ended(rooms: Rooms, answer: str) -> None:
    right = await rooms.right()
    window = Window(answer)  # type: ignore[arg-type] # the parameters are outcomes
    with pytest.raises(BotError, match="could not be shown"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), window)
    assert not rooms.emulator.state.is_live(window.secret)
    assert rooms.bench.request(right.id).state == "approved"
    assert names(rooms, right.id).count("keys.show.failed") == 1
    again = Window()
    await rooms.bench.making.create_and_show(right.id, actor(ANA), again)
    assert rooms.emulator.state.is_live(again.secret)
    assert len(rooms.alive()) == 1


async def test_a_window_that_breaks_ends_the_key_and_says_so_above(rooms: Rooms) -> None:
    async def broken(shown: object) -> str:
        raise ConnectionError(type(shown).__name__)

    right = await rooms.right()
    with pytest.raises(ConnectionError):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), broken)  # type: ignore[arg-type] # it never answers
    assert (rooms.alive(), rooms.bench.request(right.id).state) == (set(), "approved")


async def test_a_right_comes_back_only_once_the_unseen_key_has_certainly_ended(rooms: Rooms) -> None:
    right = await rooms.right()
    window = Window("unclear")
    rooms.fault("503", "DELETE", times=9)
    with pytest.raises(BotError, match="is being ended"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), window)
    assert rooms.bench.request(right.id).state == "creating"
    rooms.emulator.faults.clear()
    rooms.bench.clock.move(timedelta(minutes=1))
    await rooms.bench.engine.drain()
    assert (rooms.alive(), rooms.bench.request(right.id).state) == (set(), "approved")


async def test_a_delivery_that_was_overtaken_is_no_delivery(rooms: Rooms) -> None:
    right = await rooms.right()

    async def slow(_: object) -> str:
        with rooms.bench.database.transaction() as session:
            (mint,) = mints.of_request(session, right.id)
            mint.intended_at = machine_now() - timedelta(minutes=1)
        rooms.bench.clock.move(timedelta(minutes=1))
        await rooms.bench.engine.drain()
        return "shown"

    with pytest.raises(BotError, match="took too long"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), slow)  # type: ignore[arg-type] # it answers "shown"
    assert (rooms.alive(), rooms.bench.request(right.id).state) == (set(), "approved")
    assert "keys.create.interrupted" in names(rooms, right.id)

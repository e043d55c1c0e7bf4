"""The mirror shows what stands at the provider, also what Keydesk did not make, and says how old it is."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal

import pytest
from pydantic import SecretStr

from bot.errors import ProviderError
from bot.keys import listing
from bot.keys.mirroring import AFTER_TROUBLE, MOST_LOOKED_AFTER, NEW_KEY_PATIENCE, KeyMirror
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.deepgram.client import Deepgram
from bot.providers.listed import Listed
from bot.providers.values import Key as ProviderKey
from bot.store import keys, mirrors
from bot.store.database import Database
from bot.store.keys import Key
from playground.deepgram.server import DeepgramEmulator
from tests.factories import ANA, NOON, actor, add, alone, bench, entries, key, person
from tests.keys.conftest import Rooms, Window


async def mirror(rooms: Rooms) -> None:
    await rooms.bench.mirror.refresh(rooms.project.project_id, rooms.bench.clock.now())


def by_purpose(rooms: Rooms, purpose: str) -> Key:
    return next(each for each in rooms.bench.all_keys() if each.purpose == purpose)


def freshness(rooms: Rooms) -> mirrors.Mirror:
    with rooms.bench.database.reading() as session:
        return mirrors.get(session, mirrors.of_keys(rooms.project.project_id))


async def test_keys_of_others_are_shown_as_not_made_here(rooms: Rooms) -> None:
    await mirror(rooms)
    found = by_purpose(rooms, "transcriber blue")
    assert (found.state, found.owner, found.made_here) == ("live", None, False)
    assert found.member_email == "priya.raman@alder-finch.example"
    assert not any(each.purpose == "pen test June" for each in rooms.bench.all_keys())
    assert freshness(rooms).read_at == rooms.bench.clock.now()


async def test_reading_again_adds_nothing(rooms: Rooms) -> None:
    await mirror(rooms)
    before = [(each.id, each.state) for each in rooms.bench.all_keys()]
    await mirror(rooms)
    assert [(each.id, each.state) for each in rooms.bench.all_keys()] == before


async def test_two_who_read_at_once_take_in_each_key_once(
    store: Database, deepgram: Deepgram, emulator: DeepgramEmulator
) -> None:
    project = next(iter(emulator.state.projects.values()))
    for number in range(300):
        emulator.state.add_key(project, next(iter(project.members)), f"key {number}", ["usage:write"])
    made = await bench(store, deepgram)
    at_once = (
        KeyMirror(store, made.engine, made.desk, deepgram, CredentialIdentity(alone(deepgram))).refresh(
            project.project_id, NOON
        )
        for _ in range(4)
    )
    await asyncio.gather(*at_once)
    listed = [each.key_id for each in project.keys.values() if not emulator.state.is_expired(each)]
    assert sorted(each.provider_key_id for each in made.all_keys()) == sorted(listed)


async def test_a_key_that_somebody_ended_elsewhere_ends_here(rooms: Rooms) -> None:
    right = await rooms.right(days=7)
    made = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    rooms.emulator.state.end_key(rooms.project.keys[made.provider_key_id])
    rooms.bench.clock.move(NEW_KEY_PATIENCE + timedelta(seconds=1))
    await mirror(rooms)
    (after,) = [each for each in rooms.bench.all_keys() if each.id == made.id]
    assert (after.state, after.end_reason) == ("ended", "ended at the provider, not by Keydesk")
    assert rooms.bench.request(right.id).state == "ended"
    await rooms.bench.engine.drain()
    assert rooms.bench.told["keys.tell_end"] == 1


async def test_a_key_whose_time_is_over_at_the_provider_ends_here(rooms: Rooms) -> None:
    right = await rooms.right(days=1)
    made = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    rooms.bench.clock.move(timedelta(days=1))
    await mirror(rooms)
    (after,) = [each for each in rooms.bench.all_keys() if each.id == made.id]
    assert (after.state, after.end_reason) == ("ended", "its time was over")


async def test_a_key_made_a_moment_ago_is_not_missed(rooms: Rooms) -> None:
    add(rooms.bench.database, key(1, project_id=rooms.project.project_id, created_at=rooms.bench.clock.now()))
    await mirror(rooms)
    assert by_purpose(rooms, "purpose 1").state == "live"


async def test_a_key_in_the_making_is_left_to_its_maker(rooms: Rooms) -> None:
    right = await rooms.right()
    intent = await rooms.bench.making._claim(right.id, actor(ANA))  # noqa: SLF001 a mirror cannot be timed into a press from outside
    own = rooms.emulator.state.key_of(rooms.emulator.credentials["admin"])
    assert own is not None
    rooms.emulator.state.add_key(rooms.project, own.account_id, f"x · keydesk:{intent.mint.id}", ["usage:write"])
    await mirror(rooms)
    assert not any("keydesk:" in each.purpose for each in rooms.bench.all_keys())


async def test_a_copied_comment_is_shown_as_not_made_here(rooms: Rooms) -> None:
    own = next(iter(rooms.project.members))
    rooms.emulator.state.add_key(rooms.project, own, "copied · keydesk:deadbeef", ["usage:write"])
    await mirror(rooms)
    assert not by_purpose(rooms, "copied · keydesk:deadbeef").made_here


@pytest.mark.parametrize("kind", ["429", "500", "401", "404", "timeout_before", "html", "truncated", "null"])
async def test_trouble_is_noted_with_the_age_of_what_is_shown(rooms: Rooms, kind: str) -> None:
    await mirror(rooms)
    before, read_at = len(rooms.bench.all_keys()), rooms.bench.clock.now()
    rooms.bench.clock.move(timedelta(minutes=10))
    rooms.fault(kind, "GET", times=9)
    with pytest.raises(ProviderError):
        await mirror(rooms)
    assert freshness(rooms).read_at == read_at
    assert freshness(rooms).problem
    assert len([each for each in rooms.bench.all_keys() if each.state == "live"]) == before
    rooms.emulator.faults.clear()
    await mirror(rooms)
    assert freshness(rooms).problem is None


async def test_the_mirror_reads_itself_again_and_stops_with_its_project(rooms: Rooms) -> None:
    bench, project_id = rooms.bench, rooms.project.project_id
    with bench.database.transaction() as session:
        session.merge(person(ANA, project_id=project_id))  # she works in it
    await bench.mirror.keep_fresh(project_id, bench.clock.now())
    before = freshness(rooms).read_at
    bench.clock.move(timedelta(minutes=10))
    await bench.engine.drain()
    assert freshness(rooms).read_at != before
    await bench.mirror.keep_fresh("gone", bench.clock.now())
    with bench.database.reading() as session:
        assert mirrors.get(session, mirrors.of_keys("gone")).read_at is None


async def test_a_project_that_nobody_uses_is_read_rarely_and_when_somebody_looks(rooms: Rooms) -> None:
    bench, project_id = rooms.bench, rooms.project.project_id
    await bench.mirror.keep_fresh(project_id, bench.clock.now())
    first = freshness(rooms).read_at
    bench.clock.move(timedelta(hours=1))
    await bench.engine.drain()
    assert freshness(rooms).read_at == first
    assert await bench.mirror.look(project_id, bench.clock.now())
    await bench.engine.drain()
    assert freshness(rooms).read_at == bench.clock.now()


async def test_details_are_asked_for_where_a_list_leaves_them_out(rooms: Rooms) -> None:
    await mirror(rooms)
    blue = by_purpose(rooms, "transcriber blue")
    assert blue.ends_at is None
    await rooms.bench.mirror.read_details(blue)
    after = by_purpose(rooms, "transcriber blue")
    assert after.ends_at is not None
    assert set(after.tags) == {"prod", "ivr"}


class Forgetful(Deepgram):
    """A Deepgram that once answers with an empty list, as it may."""

    async def keys(self, project_id: str, status: Literal["active", "expired"] | None = None) -> Listed[ProviderKey]:
        del project_id, status
        return Listed()


async def test_one_odd_list_ends_nothing(rooms: Rooms) -> None:
    right = await rooms.right(days=7)
    made = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    rooms.bench.clock.move(NEW_KEY_PATIENCE + timedelta(seconds=1))
    forgetful = Forgetful(SecretStr(rooms.emulator.credentials["admin"]), rooms.emulator.url)
    odd = KeyMirror(
        rooms.bench.database, rooms.bench.engine, rooms.bench.desk, forgetful, CredentialIdentity(alone(forgetful))
    )
    await odd.refresh(rooms.project.project_id, rooms.bench.clock.now())
    await forgetful.aclose()
    (after,) = [each for each in rooms.bench.all_keys() if each.id == made.id]
    assert (after.state, rooms.bench.request(right.id).state) == ("live", "delivered")


async def test_a_key_that_rises_again_is_ended_again(rooms: Rooms) -> None:
    right = await rooms.right(days=7)
    made = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    with rooms.bench.database.transaction() as session:
        known = keys.get(session, made.id)
        assert known is not None
        assert keys.move(session, known, "ending", ended_by=ANA, end_reason="revoked")
        session.refresh(known)
        assert keys.move(session, known, "ended", ended_at=rooms.bench.clock.now())
    rooms.bench.clock.move(NEW_KEY_PATIENCE + timedelta(seconds=1))
    await mirror(rooms)
    await rooms.bench.engine.drain()
    (after,) = [each for each in rooms.bench.all_keys() if each.id == made.id]
    assert (after.state, rooms.alive()) == ("ended", set())


async def test_who_does_not_see_the_keys_of_others_ends_none_and_believes_what_is_listed(rooms: Rooms) -> None:
    green = next(each for each in rooms.project.keys.values() if each.comment == "transcriber green")
    before = key(1, provider_key_id=green.key_id, project_id=rooms.project.project_id)
    add(rooms.bench.database, before)  # made here, by the member that Keydesk was before
    await mirror(rooms)
    rooms.bench.clock.move(NEW_KEY_PATIENCE + timedelta(seconds=1))
    blue, own = by_purpose(rooms, "transcriber blue"), by_purpose(rooms, "Keydesk (admin role)")
    rooms.project.members[own.member_id or ""] = ["member"]
    await mirror(rooms)
    assert by_purpose(rooms, "transcriber blue").state == by_purpose(rooms, before.purpose).state == "live"
    rooms.project.members[own.member_id or ""] = ["admin"]
    with rooms.bench.database.transaction() as session:
        assert keys.move(session, session.merge(blue), "ended", ended_at=NOON, ended_by=ANA, end_reason="revoked")
    await mirror(rooms)
    after = by_purpose(rooms, "transcriber blue")
    assert (after.state, after.ended_at, after.ended_by, after.end_reason) == ("live", None, None, None)
    assert [entry.name for entry in entries(rooms.bench.database, blue.id)] == ["keys.risen"]


async def test_when_many_keys_vanish_the_list_says_so_and_the_rest_is_looked_after_soon(rooms: Rooms) -> None:
    bench, project_id = rooms.bench, rooms.project.project_id
    for number in range(2 * MOST_LOOKED_AFTER + 1):
        maker = next(iter(rooms.project.members))
        rooms.emulator.state.add_key(rooms.project, maker, f"key {number}", ["usage:write"])
    await bench.mirror.keep_fresh(project_id, bench.clock.now())
    for stored in [each for each in rooms.project.keys.values() if each.comment.startswith("key ")]:
        rooms.emulator.state.end_key(stored)
    bench.clock.move(NEW_KEY_PATIENCE + timedelta(seconds=1))
    await mirror(rooms)
    with bench.database.reading() as session:
        assert keys.unlisted(session, project_id, bench.clock.now()) == MOST_LOOKED_AFTER + 1
        assert "21 of these keys were not in it" in listing.freshness(session, project_id)
    for _ in range(2):
        bench.clock.move(AFTER_TROUBLE)
        await bench.engine.drain()
    assert not [each for each in bench.all_keys() if each.state == "live" and each.purpose.startswith("key ")]
    with bench.database.reading() as session:
        assert "not in it" not in listing.freshness(session, project_id)

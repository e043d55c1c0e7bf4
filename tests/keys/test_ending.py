"""A key ends for good, whoever asks; what the provider does not say clearly is tried until it has."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.desk.service import Held
from bot.errors import BotError, NotAllowed, NotUnderstood, ProviderError
from bot.keys.operations import EndKey
from bot.store.keys import Key
from bot.store.projects import Project as ProjectRow
from bot.store.projects import ProjectSettings
from bot.store.scheduled_jobs import ScheduledJob
from playground.deepgram.bodies_on_demand import FOREIGN_404S
from playground.deepgram.state import Project
from tests.factories import ANA, EVE, NOON, OWNER, RAJ, actor, add, entries, key
from tests.keys.conftest import Rooms, Window


async def delivered(rooms: Rooms) -> Key:
    right = await rooms.right(days=7)
    made = await rooms.bench.making.create_and_show(right.id, actor(ANA), Window())
    await rooms.bench.engine.drain()
    return made


async def end(rooms: Rooms, made: Key, by: str = ANA) -> str:
    wish = EndKey(project_id=made.project_id, key_id=made.id)
    outcome = await rooms.bench.desk.submit(wish, actor(by))
    assert not isinstance(outcome, Held)
    return outcome.text


def row(rooms: Rooms, key_id: str) -> Key:
    return next(each for each in rooms.bench.all_keys() if each.id == key_id)


@pytest.mark.parametrize("who", [ANA, RAJ])
async def test_who_may_end_a_key_ends_it_at_once(rooms: Rooms, who: str) -> None:
    made = await delivered(rooms)
    assert "has ended" in await end(rooms, made, who)
    after = row(rooms, made.id)
    assert (after.state, after.ended_by, after.end_reason) == ("ended", who, "revoked")
    assert (rooms.alive(), rooms.bench.request(made.request_id or "").state) == (set(), "ended")
    await rooms.bench.engine.drain()
    assert rooms.bench.told["keys.tell_end"] == (who != ANA)
    let_run = [] if who == ANA else ["keys.end.let_run"]  # the ends of others' keys are counted
    names = [entry.name for entry in entries(rooms.bench.database, made.id)]
    assert names == [*let_run, "keys.end.started", "keys.ended"]


async def test_who_may_not_ends_nothing(rooms: Rooms) -> None:
    made = await delivered(rooms)
    with pytest.raises(NotAllowed, match="not yours to revoke"):
        await end(rooms, made, EVE)
    assert rooms.alive() == {made.provider_key_id}


async def test_ending_twice_says_that_it_has_ended(rooms: Rooms) -> None:
    made = await delivered(rooms)
    await end(rooms, made)
    assert "already ended" in await end(rooms, made)


async def test_a_key_of_another_project_is_not_found(rooms: Rooms) -> None:
    made = await delivered(rooms)
    with pytest.raises(NotUnderstood, match="no such key"):
        await rooms.bench.ending.by_person(EndKey(project_id="elsewhere", key_id=made.id), actor(RAJ))
    assert rooms.alive() == {made.provider_key_id}


async def test_a_key_that_is_gone_at_the_provider_has_ended(rooms: Rooms) -> None:
    made = await delivered(rooms)
    rooms.emulator.state.end_key(rooms.project.keys[made.provider_key_id])
    assert "has ended" in await end(rooms, made)
    assert row(rooms, made.id).state == "ended"


@pytest.mark.parametrize("kind", ["429", "401", "403"])
async def test_a_definite_refusal_leaves_the_key_as_it_was_for_a_person(rooms: Rooms, kind: str) -> None:
    made = await delivered(rooms)
    rooms.fault(kind, "DELETE", times=5)
    with pytest.raises(ProviderError):
        await end(rooms, made)
    after = row(rooms, made.id)
    assert (after.state, after.ended_by, after.end_reason) == ("live", None, None)
    assert rooms.bench.request(made.request_id or "").state == "delivered"
    rooms.emulator.faults.clear()
    assert "has ended" in await end(rooms, made)


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "drop_after", "500"])
async def test_an_unclear_end_is_tried_until_it_has_ended(rooms: Rooms, kind: str) -> None:
    made = await delivered(rooms)
    rooms.fault(kind, "DELETE", times=3)
    text = await end(rooms, made)
    assert "ended" in text if kind.endswith("after") else "keeps trying" in text
    rooms.emulator.faults.clear()
    rooms.bench.clock.move(timedelta(minutes=1))
    await rooms.bench.engine.drain()
    assert (row(rooms, made.id).state, rooms.alive()) == ("ended", set())
    assert rooms.bench.request(made.request_id or "").state == "ended"


@pytest.mark.parametrize("kind", ["object", "empty", "html_bom", "error_object", "truncated", "499"])
async def test_an_end_that_only_the_answer_claims_is_not_believed(rooms: Rooms, kind: str) -> None:
    made = await delivered(rooms)
    rooms.fault(kind, "DELETE", times=1, done=False)
    assert "keeps trying" in await end(rooms, made)
    assert (row(rooms, made.id).state, rooms.alive()) == ("ending", {made.provider_key_id})
    rooms.bench.clock.move(timedelta(minutes=1))
    await rooms.bench.engine.drain()
    assert (row(rooms, made.id).state, rooms.alive()) == ("ended", set())


async def test_an_end_that_could_not_be_read_is_unclear(rooms: Rooms) -> None:
    made = await delivered(rooms)
    rooms.fault("503", "GET", times=9)
    assert "keeps trying" in await end(rooms, made)
    assert row(rooms, made.id).state == "ending"


async def test_our_sweep_ends_what_the_provider_kept(rooms: Rooms) -> None:
    made = await delivered(rooms)
    rooms.project.keys[made.provider_key_id].expiration_date = None
    rooms.bench.clock.move(timedelta(days=7, seconds=-1))
    await rooms.bench.engine.drain()
    assert rooms.alive() == {made.provider_key_id}
    rooms.bench.clock.move(timedelta(seconds=1))
    await rooms.bench.engine.drain()
    after = row(rooms, made.id)
    assert (after.state, after.ended_by, after.end_reason) == ("ended", "keydesk", "its time was over")
    assert rooms.alive() == set()
    assert rooms.bench.told["keys.tell_end"] == 1


async def test_an_end_that_is_refused_to_keydesk_itself_is_tried_again(rooms: Rooms) -> None:
    made = await delivered(rooms)
    rooms.fault("429", "DELETE", times=1)
    assert not await rooms.bench.ending.end(made.id, "keydesk", "its time was over")
    assert row(rooms, made.id).state == "ending"
    rooms.bench.clock.move(timedelta(minutes=1))
    await rooms.bench.engine.drain()
    assert row(rooms, made.id).state == "ended"


async def test_a_key_that_others_made_cannot_be_ended_by_an_admin(rooms: Rooms) -> None:
    await rooms.bench.mirror.refresh(rooms.project.project_id, rooms.bench.clock.now())
    foreign = next(each for each in rooms.bench.all_keys() if each.purpose == "transcriber blue")
    with pytest.raises(ProviderError):
        await end(rooms, foreign, RAJ)
    assert row(rooms, foreign.id).state == "live"


async def test_keydesk_does_not_end_its_own_key(rooms: Rooms) -> None:
    await rooms.bench.mirror.refresh(rooms.project.project_id, rooms.bench.clock.now())
    own = next(each for each in rooms.bench.all_keys() if each.purpose == "Keydesk (admin role)")
    with pytest.raises(NotAllowed, match="Keydesk itself works with"):
        await end(rooms, own, RAJ)
    assert rooms.emulator.state.is_live(rooms.emulator.credentials["admin"])


async def test_a_row_that_has_ended_is_never_begun_again(rooms: Rooms) -> None:
    add(rooms.bench.database, key(1, id="ky1", state="ended"))
    assert await rooms.bench.ending.end("ky1", "keydesk", "again")
    assert await rooms.bench.ending.end("ky-none", "keydesk", "never was")
    assert entries(rooms.bench.database, "ky1") == []


async def test_not_found_is_not_believed_while_the_list_still_holds_the_key(rooms: Rooms) -> None:
    right = await rooms.right()
    window = Window("unclear")
    rooms.emulator.faults.add("404", "DELETE", "/keys/", times=None)
    with pytest.raises(BotError, match="is being ended"):
        await rooms.bench.making.create_and_show(right.id, actor(ANA), window)
    (made,) = [each for each in rooms.bench.all_keys() if each.made_here]
    assert (made.state, rooms.bench.request(right.id).state) == ("ending", "creating")
    rooms.emulator.faults.clear()
    rooms.bench.clock.move(timedelta(minutes=2))
    await rooms.bench.engine.drain()
    assert (row(rooms, made.id).state, rooms.bench.request(right.id).state) == ("ended", "approved")
    assert rooms.alive() == set()


async def test_a_second_press_does_not_undo_an_end_that_was_promised(rooms: Rooms) -> None:
    made = await delivered(rooms)
    rooms.emulator.faults.add("timeout_before", "DELETE", "/keys/", times=1)
    assert "keeps trying" in await end(rooms, made)
    rooms.emulator.faults.add("429", "DELETE", "/keys/", times=1)
    assert "keeps trying" in await end(rooms, made, RAJ)
    assert row(rooms, made.id).state == "ending"
    rooms.bench.clock.move(timedelta(minutes=2))
    await rooms.bench.engine.drain()
    assert (row(rooms, made.id).state, rooms.alive()) == ("ended", set())


async def test_trouble_keeps_one_row_going_round_however_often_the_sweep_comes(rooms: Rooms) -> None:
    made = await delivered(rooms)
    rooms.emulator.faults.add("503", "DELETE", "/keys/", times=None)
    assert "keeps trying" in await end(rooms, made)
    for _ in range(12):
        rooms.bench.clock.move(timedelta(minutes=5))
        await rooms.bench.settling.sweep("all", rooms.bench.clock.now())
        await rooms.bench.engine.drain()
    with rooms.bench.database.reading() as session:
        waiting = [
            due for due in session.exec(select(ScheduledJob)) if due.ref == made.id and due.kind == "keys.settle_end"
        ]
    assert len(waiting) == 1
    assert sum(call["method"] == "DELETE" for call in rooms.emulator.calls.kept) <= 15


async def test_one_who_comes_second_is_not_told_of_an_end_that_did_not_happen(rooms: Rooms) -> None:
    made = await delivered(rooms)
    rooms.emulator.faults.add("slow", "DELETE", "/keys/", times=1, seconds=0.2)
    rooms.emulator.faults.add("503", "DELETE", "/keys/", times=None)
    first, second = await asyncio.gather(end(rooms, made), end(rooms, made, RAJ))
    assert "has ended" in first
    assert "keeps trying" in second or "has ended" in second
    assert rooms.alive() == set()


async def foreign_key(rooms: Rooms, project: Project | None = None) -> Key:
    """Read a project's keys, and return one of a member who is not Keydesk."""
    project = project or rooms.project
    await rooms.bench.mirror.refresh(project.project_id, rooms.bench.clock.now())
    return next(each for each in rooms.bench.all_keys() if (each.member_email or "").startswith("priya"))


def ours(rooms: Rooms) -> str:
    """Return the member that Keydesk is."""
    own = rooms.emulator.state.key_of(rooms.emulator.credentials["admin"])
    assert own is not None
    return own.account_id


@pytest.mark.parametrize("role", [["member"], None])
async def test_a_key_of_others_has_not_ended_because_keydesk_cannot_see_it_any_more(
    rooms: Rooms, role: list[str] | None
) -> None:
    staging = next(each for each in rooms.emulator.state.projects.values() if each.name == "staging")
    found = await foreign_key(rooms, staging)
    lowered = {**staging.members, ours(rooms): role}
    staging.members = {id_: scopes for id_, scopes in lowered.items() if scopes is not None}
    assert "keeps trying" in await end(rooms, found, OWNER)
    assert row(rooms, found.id).state == "ending"
    staging.members[ours(rooms)] = ["owner"]
    rooms.bench.clock.move(timedelta(minutes=1))
    await rooms.bench.engine.drain()
    assert row(rooms, found.id).state == "live"


async def test_a_key_of_others_that_an_admin_does_not_find_has_ended(rooms: Rooms) -> None:
    found = await foreign_key(rooms)
    rooms.emulator.state.end_key(rooms.project.keys[found.provider_key_id])
    assert "has ended" in await end(rooms, found, RAJ)
    assert row(rooms, found.id).state == "ended"


async def test_an_end_that_deepgram_refuses_after_all_is_given_up_and_its_asker_told(rooms: Rooms) -> None:
    found = await foreign_key(rooms)
    rooms.fault("timeout_before", "DELETE")
    assert "keeps trying" in await end(rooms, found, RAJ)
    rooms.bench.clock.move(timedelta(minutes=1))
    await rooms.bench.engine.drain()
    after = row(rooms, found.id)
    assert (after.state, after.ended_by, after.end_reason) == ("live", None, None)
    last = entries(rooms.bench.database, found.id)[-1]
    assert (last.name, last.actor) == ("keys.end.refused", RAJ)
    assert rooms.bench.told["keys.tell_refused"] == 1
    with pytest.raises(ProviderError):
        await end(rooms, found, RAJ)


@pytest.mark.parametrize("kind", FOREIGN_404S)
async def test_a_gateway_that_finds_nothing_has_ended_no_key(rooms: Rooms, kind: str) -> None:
    made = await delivered(rooms)
    rooms.emulator.faults.add(kind, times=None)  # type: ignore[arg-type] # a fault's kind is checked by its model
    assert "keeps trying" in await end(rooms, made)
    rooms.bench.clock.move(timedelta(minutes=30))
    await rooms.bench.engine.drain()
    assert (row(rooms, made.id).state, rooms.alive()) == ("ending", {made.provider_key_id})
    rooms.emulator.faults.clear()
    rooms.bench.clock.move(timedelta(minutes=1))
    await rooms.bench.engine.drain()
    assert (row(rooms, made.id).state, rooms.alive()) == ("ended", set())


@pytest.mark.parametrize("kind", [*FOREIGN_404S, "404"])
async def test_a_key_that_one_read_does_not_find_has_ended_only_if_no_list_shows_it(rooms: Rooms, kind: str) -> None:
    made = await delivered(rooms)
    rooms.fault("empty", "DELETE", done=False)
    rooms.emulator.faults.add(kind, "GET", "/keys/")  # type: ignore[arg-type] # a fault's kind is checked by its model
    assert "keeps trying" in await end(rooms, made)
    assert (row(rooms, made.id).state, rooms.alive()) == ("ending", {made.provider_key_id})


async def test_a_key_has_not_ended_with_a_project_that_is_still_listed(rooms: Rooms) -> None:
    made = await delivered(rooms)
    for method, path in (("DELETE", "/keys/"), ("GET", "/keys")):
        rooms.emulator.faults.add("404", method, path, times=None)
    assert "keeps trying" in await end(rooms, made)
    assert (row(rooms, made.id).state, rooms.alive()) == ("ending", {made.provider_key_id})


@pytest.mark.parametrize("listed", [None, []])
async def test_a_list_that_holds_nothing_at_all_tells_of_no_end(rooms: Rooms, listed: list[str] | None) -> None:
    made = await delivered(rooms)
    for method, path in (("DELETE", "/keys/"), ("GET", "/keys")):
        rooms.emulator.faults.add("404", method, path, times=None)
    rooms.emulator.faults.add("field", "GET", "/projects$", times=None, field="projects", value=listed)
    with pytest.raises(ProviderError):
        await end(rooms, made)
    assert (row(rooms, made.id).state, rooms.alive()) == ("live", {made.provider_key_id})


async def test_a_key_has_ended_with_its_project(rooms: Rooms) -> None:
    staging = next(each for each in rooms.emulator.state.projects.values() if each.name == "staging")
    rooms.project = staging
    deciding = ProjectSettings(project_id=staging.project_id, approvers=[RAJ])
    add(rooms.bench.database, ProjectRow(id=staging.project_id, name=staging.name, read_at=NOON), deciding)
    made = await delivered(rooms)
    rooms.emulator.state.end_project(staging)
    assert "has ended" in await end(rooms, made)
    assert row(rooms, made.id).state == "ended"

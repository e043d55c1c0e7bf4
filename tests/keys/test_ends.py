"""One person ends few keys of others; more, and those of projects that they do not approve for, take a second one."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.desk.service import Held, Ran
from bot.errors import NotAllowed
from bot.keys.ends import KeyEnds, describe_many
from bot.keys.operations import EndKey, EndKeys
from bot.keys.rules import MOST_ENDED
from bot.operation import OperationKind, Stakes
from bot.policy import Hold, Run, Verdict
from bot.store.keys import Key
from bot.store.people import Person
from playground.deepgram.seed import made_up_id
from tests.factories import ANA, EVE, LI, NOON, OWNER, RAJ, SECOND_OWNER, TEAM, actor, add, key, owed_to, rows, set_up
from tests.keys.conftest import Rooms


@pytest.fixture
def made(rooms: Rooms) -> list[Key]:
    """Six live keys of Ana's in a project that Raj and Li approve for."""
    set_up(rooms.bench.database, project_id=rooms.project.project_id, name=rooms.project.name)
    found = []
    for number in range(6):
        stored, _ = rooms.emulator.state.add_key(rooms.project, made_up_id("keydesk"), f"job {number}", ["usage:write"])
        found.append(key(number, id=f"ky{number}", provider_key_id=stored.key_id, project_id=rooms.project.project_id))
    add(rooms.bench.database, *found)
    return rooms.bench.all_keys()


async def end(rooms: Rooms, which: Key, by: str, *, leaked: bool = False) -> Held | Ran:
    """Press the button that ends a key."""
    operation = EndKey(project_id=which.project_id, key_id=which.id, leaked=leaked)
    return await rooms.bench.desk.submit(operation, actor(by))


def ended(rooms: Rooms) -> int:
    """Count the keys that have ended."""
    return sum(row.state == "ended" for row in rooms.bench.all_keys())


async def test_an_approver_ends_three_keys_and_the_fourth_by_two(rooms: Rooms, made: list[Key]) -> None:
    first = await asyncio.gather(*(end(rooms, each, RAJ) for each in made[:5]))  # pressed at once
    assert sum(isinstance(each, Ran) for each in first) == MOST_ENDED == ended(rooms)
    fourth = next(each for each in first if isinstance(each, Held))
    assert fourth.deciders == {LI, OWNER, SECOND_OWNER}
    await rooms.bench.desk.decide(fourth.request.id, 1, "approved", actor(LI))
    await rooms.bench.engine.drain()
    assert ended(rooms) == MOST_ENDED + 1
    rooms.bench.clock.move(timedelta(hours=24, seconds=1))
    assert isinstance(await end(rooms, made[5], RAJ), Ran)


async def test_two_ids_of_one_person_end_as_many_keys_as_one(rooms: Rooms, made: list[Key]) -> None:
    alias = "W0RAJ"
    with rooms.bench.database.transaction() as session:
        session.get_one(Person, (TEAM, RAJ)).org_user_id = alias
        session.add(Person(team_id=TEAM, user_id=alias, org_user_id=alias, read_at=NOON, known_since=NOON))
    pressed = [await end(rooms, each, (RAJ, alias)[number % 2]) for number, each in enumerate(made[:4])]
    assert [type(each) for each in pressed] == [Ran, Ran, Ran, Held]
    assert isinstance(pressed[3], Held)
    assert pressed[3].deciders == {LI, OWNER, SECOND_OWNER}
    assert ended(rooms) == MOST_ENDED


async def test_an_owner_who_does_not_approve_there_ends_no_key_alone(rooms: Rooms, made: list[Key]) -> None:
    asked = await end(rooms, made[0], OWNER)
    assert isinstance(asked, Held)
    assert asked.deciders == {RAJ, LI, SECOND_OWNER}
    assert "job" not in asked.request.description["title"]
    assert f"<@{ANA}>" in asked.request.description["evidence"][0][1]
    with pytest.raises(NotAllowed, match="not yours to revoke"):
        await end(rooms, made[0], EVE, leaked=True)
    set_up(rooms.bench.database, approvers=[], project_id=made[0].project_id, name=rooms.project.name)
    assert isinstance(await end(rooms, made[1], OWNER), Ran)


async def test_what_leaked_ends_at_once_and_all_owners_are_told(rooms: Rooms, made: list[Key]) -> None:
    for each in made:
        assert isinstance(await end(rooms, each, OWNER, leaked=True), Ran)
    assert ended(rooms) == len(made)
    (told, *_) = owed_to(rooms.bench.database, SECOND_OWNER)
    assert told.text.startswith(f"<@{OWNER}> is revoking a key as *leaked*, which waits for nobody:\n• `")
    assert owed_to(rooms.bench.database, OWNER) == []


async def test_ones_own_keys_always_end(rooms: Rooms, made: list[Key]) -> None:
    for each in made:
        assert isinstance(await end(rooms, each, ANA), Ran)
    assert ended(rooms) == len(made)


MANY = [
    ("one's own", ANA, 6, {}, Run),
    ("a few, as approver", RAJ, 3, {}, Run),
    ("four, as approver", RAJ, 4, {}, Hold),
    ("one, as an owner who does not approve there", OWNER, 1, {}, Hold),
    ("all of them leaked", OWNER, 6, {"leaked": True}, Run),
]


@pytest.mark.parametrize(("who", "number", "more", "expected"), [row[1:] for row in MANY], ids=[row[0] for row in MANY])
def test_the_keys_of_a_budget_end_together_by_the_same_measure(
    rooms: Rooms, made: list[Key], who: str, number: int, more: dict[str, Any], expected: type[Verdict]
) -> None:
    ends = KeyEnds(rooms.bench.desk)
    kinds: Any = rooms.bench.desk._kinds  # noqa: SLF001 the table that the composition root fills
    kinds[EndKeys.kind] = OperationKind(EndKeys, describe=describe_many, stakes=ends.of_many, admitted=ends.let_run)
    ids = tuple(each.id for each in made[:number])
    operation = EndKeys(project_id=made[0].project_id, key_ids=ids, form="V1", **more)
    verdict = rows(rooms.bench.database, lambda session: rooms.bench.desk.judge(session, operation, actor(who)))
    assert isinstance(verdict, expected)
    stakes = rows(
        rooms.bench.database, lambda session: ends.of_many(session, operation, actor(EVE), rooms.bench.clock.now())
    )
    assert replace(stakes, urgent=False) == Stakes(ended=number, refused=True, widens=True)

"""Every room declares itself, and what it declares is what runs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.access.places import workspace
from bot.app import unconnected
from bot.operation import Operation, OperationKind
from bot.policy import Right, Role
from bot.room import Deps, Quick, Room, kinds_of
from bot.rooms import Rooms, Undeclared
from bot.slack.call import Call
from bot.slack.router import Command, Routes
from bot.slack.routes import Answer, Route

BOT = Path(__file__).parents[1] / "bot"
ASKED_ELSEWHERE = {"desk"}  # whose routes and jobs App Home declares, because a card that changes redraws pages


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    return unconnected()


def test_every_folder_with_listeners_is_a_room_that_is_listed(rooms: Rooms) -> None:
    asked = {path.parent.name for path in BOT.glob("*/*listeners.py")} | {
        path.parents[1].name for path in BOT.glob("*/*/listeners.py")
    }
    declared = {path.parent.name for path in BOT.glob("*/room.py")}
    listed = [room.name for room in rooms.rooms]
    assert asked - ASKED_ELSEWHERE <= declared
    assert declared == set(listed)
    assert len(listed) == len(set(listed))


PAGE = (BOT.parent / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_every_room_stands_in_the_picture_and_in_the_table_of_the_page(rooms: Rooms) -> None:
    picture, table = PAGE.partition("```mermaid")[2].partition("```")[0], PAGE.partition("| place | in a phrase |")[2]
    assert {room.name for room in rooms.rooms if f"{room.name}/" not in picture} == set()
    assert {room.name for room in rooms.rooms if f"| `{room.name}/` |" not in table} == set()


async def answer(_call: Call, _access: object) -> Answer:
    return None


def declaring(**parts: Any) -> Callable[[Deps], Room]:
    return lambda _: Room("mottos", **parts)


class Hang(Operation):
    kind: ClassVar[str] = "mottos.hang"


NEEDING = Routes(commands=(Command("mottos", "show", Route(answer, "mottos.show", workspace), "", ""),))
READING, TWICE = {"mottos.hang": Right(Role.OWNER)}, {"keys.list": Right(Role.READER)}
UNDECLARED = {
    "a route needs it": (declaring(routes=(NEEDING,)), "mottos.show"),
    "an operation is of it": (declaring(kinds=kinds_of(OperationKind(Hang))), "mottos.hang"),
    "an operation has no rule": (declaring(kinds=kinds_of(OperationKind(Hang)), rights=READING), "mottos.hang"),
    "a button offers it": (declaring(quick=(Quick("mottos.add", "Add", "mottos.add"),)), "mottos.add"),
    "two rooms declare it": (declaring(rights=TWICE), "keys.list"),
}


@pytest.mark.parametrize(("made", "name"), UNDECLARED.values(), ids=UNDECLARED.keys())
def test_what_nobody_declared_who_may_stops_the_composition(made: Callable[[Deps], Room], name: str) -> None:
    with pytest.raises(Undeclared, match=name):
        unconnected((made,))


def test_a_kind_of_operation_and_a_job_belong_to_one_room(rooms: Rooms) -> None:
    kinds = [kind for room in rooms.rooms for kind in room.kinds]
    jobs = [job.kind for job in rooms.job_kinds]
    assert len(kinds) == len(set(kinds)) == len(rooms.kinds)
    assert len(jobs) == len(set(jobs))


def test_after_a_restore_nothing_runs_that_makes_ends_or_expires(rooms: Rooms) -> None:
    assert {job.kind for job in rooms.job_kinds if job.after_restore} == {
        "access.further",
        "desk.cards",
        "desk.notice",
        "desk.remind",
        "desk.ring",
        "desk.tell",
        "groups.load",
        "home.refresh",
        "keys.tell_bulk_revoke",
        "keys.tell_end",
        "keys.tell_refused",
        "people.load",
        "credentials.load",
    }


def test_what_somebody_waits_for_is_never_done_in_the_background(rooms: Rooms) -> None:
    awaited = set(rooms.jobs()) - set(rooms.background)
    assert {"keys.end_due", "desk.expire", "desk.lapse", "desk.run", "desk.cards", "digests.post"} <= awaited


def test_figures_that_came_are_followed_by_budgets_and_digests(rooms: Rooms) -> None:
    assert {job.kind for job in rooms.job_kinds if job.after_figures} == {"budgets.watch", "digests.follow"}

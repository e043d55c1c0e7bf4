"""Every room declares itself, and what it declares is what runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import unconnected
from bot.rooms import Rooms

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

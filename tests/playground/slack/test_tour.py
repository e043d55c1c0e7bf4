"""The first steps can be taken: their people and places are in the seed, and may be seen by who shall open them."""

from __future__ import annotations

from bot.app import app_manifest
from playground.slack.seed import OWNERS, seeded_workspace
from playground.workplace import APPROVERS, CHANNEL
from tests.clocks import beginning
from tests.playground.slack.driver import PRIYA, Driver

PLACES_OF_THE_PAGE = {"panel", "messages"}


async def test_the_page_is_told_the_first_steps(people: Driver) -> None:
    steps = (await people.read("/ui/state", user=PRIYA))["tour"]
    assert [step["user"] for step in steps][:3] == ["U0MARIA0005", PRIYA, "U0MARIA0005"]


def test_every_step_can_be_taken_by_its_person() -> None:
    workspace = seeded_workspace(beginning())
    commands = {one["command"] for one in app_manifest()["features"]["slash_commands"]}
    for step in workspace.tour:
        person = workspace.people[step["user"]]
        assert not any((person.deleted, person.is_bot, person.is_guest, person.is_stranger))
        place = step.get("open", "panel")
        assert place in PLACES_OF_THE_PAGE or workspace.may_read(person.id, workspace.channels[place])
        assert step.get("command", "/keys").split()[0] in commands


def test_who_decides_in_the_tour_may_decide_and_who_asks_may_not() -> None:
    asks, decides = seeded_workspace(beginning()).tour[:2]
    assert decides["user"] in APPROVERS
    assert decides["open"] == CHANNEL
    assert asks["user"] not in {*APPROVERS, *OWNERS}

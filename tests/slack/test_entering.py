"""What a route declares is done around its listener: when the door is passed, and where the answer goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.access.places import workspace
from bot.errors import BotError, NotAllowed
from bot.operation import Actor
from bot.slack.blocks import modal, section
from bot.slack.call import Call, NotOpened
from bot.slack.entering import enter
from bot.slack.routes import MEMBER, Admit, Route
from bot.slack.web import SlackError
from tests.factories import ANA, TEAM
from tests.fake_slack import FakeSlack
from tests.forms import submitted

FIRST_ID = "UFIRST"


@dataclass
class Passed:
    """What stands for the access of whoever was let pass, by the id that they are known by."""

    actor: Actor = field(default_factory=lambda: Actor(TEAM, FIRST_ID))


@dataclass
class Gate:
    """A door that counts, and refuses where it has a reason."""

    reason: BotError | None = None
    asked: int = 0
    noted: int = 0

    async def admit(self, _call: Call, _route: Route) -> Passed:
        self.asked += 1
        if self.reason is not None:
            raise self.reason
        return Passed()

    async def note_refusal(self, _call: Call, _route: Route, _access: Passed, _refusal: NotAllowed) -> None:
        self.noted += 1

    async def remembered(self, _call: Call, _route: Route) -> Passed | None:
        return Passed()


def closing() -> FakeSlack:
    """Return a Slack in which somebody closes every window while it waits."""
    slack = FakeSlack()
    slack.refuses["views.update"] = SlackError("views.update", "not_found")
    return slack


def pressed(screen: FakeSlack | None = None) -> Call:
    async def answer(**_: Any) -> None:
        return

    return Call("action", "it", TEAM, ANA, {}, screen or FakeSlack(), answer)


async def test_a_late_listener_acts_before_anybody_is_asked_who_calls() -> None:
    gate, asked = Gate(), []

    async def listener(_call: Call, admit: Admit) -> None:
        asked.append(gate.asked)
        asked.append((await admit()).actor.user_id)

    await enter(pressed(), Route(listener, MEMBER, workspace, late=True), gate)
    assert asked == [0, FIRST_ID]


async def test_a_late_listener_may_tell_a_refusal_in_its_own_place() -> None:
    told = []

    async def listener(_call: Call, admit: Admit) -> None:
        try:
            await admit()
        except NotAllowed as refusal:
            told.append(refusal.text)

    await enter(pressed(), Route(listener, MEMBER, workspace, late=True), Gate(NotAllowed("Not you.")))
    assert told == ["Not you."]


async def test_a_form_comes_back_to_the_one_whom_the_door_let_pass() -> None:
    async def listener(_call: Call, _access: Passed) -> None:
        raise NotAllowed("Not there.")

    async def back(_call: Call, actor: Actor, problem: BotError) -> dict[str, Any]:
        return modal("form", "Form", [section(f"{actor.user_id}: {problem.text}")])

    screen = FakeSlack()
    route = Route(listener, MEMBER, workspace, window="Form", back=back)
    await enter(submitted(ANA, {}, screen), route, Gate())
    assert f"{FIRST_ID}: Not there." in str(screen.shown)


async def test_a_form_that_nobody_sees_is_told_to_have_done_nothing() -> None:
    async def listener(_call: Call, _access: Passed) -> dict[str, Any]:
        return modal("form", "Form", [section("What is it for?")], submit="Ask")

    with pytest.raises(NotOpened, match=r"closed meanwhile\. Nothing was done"):
        await enter(pressed(closing()), Route(listener, MEMBER, workspace, window="Form"), Gate())

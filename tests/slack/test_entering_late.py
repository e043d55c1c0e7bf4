"""A late route decides itself when it passes the door; a form comes back to the one whom the door let pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.access.places import workspace
from bot.errors import BotError, NotAllowed
from bot.operation import Actor
from bot.slack.blocks import modal, section
from bot.slack.call import Call
from bot.slack.entering import enter
from bot.slack.routes import MEMBER, Admit, Route
from tests.factories import ANA, TEAM
from tests.forms import Screen, submitted

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

    async def admit(self, _call: Call, _route: Route) -> Passed:
        self.asked += 1
        if self.reason is not None:
            raise self.reason
        return Passed()

    async def remembered(self, _call: Call, _route: Route) -> Passed | None:
        return Passed()


def pressed() -> Call:
    async def answer(**_: Any) -> None:
        return

    return Call("action", "it", TEAM, ANA, {}, Screen(), answer)


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

    screen = Screen()
    route = Route(listener, MEMBER, workspace, window="Form", back=back)
    await enter(submitted(ANA, {}, screen), route, Gate())
    assert f"{FIRST_ID}: Not there." in str(screen.shown)

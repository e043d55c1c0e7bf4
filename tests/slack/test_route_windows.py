"""Where a route's windows stand: over the one whose button was pressed, in its place, or with the form once more."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.access.places import workspace
from bot.errors import BotError, NotAllowed, NotUnderstood
from bot.operation import Actor
from bot.slack.blocks import Block, modal, section
from bot.slack.call import Call
from bot.slack.entering import enter
from bot.slack.routes import MEMBER, Route
from tests.factories import ANA, TEAM
from tests.fake_slack import FakeSlack
from tests.forms import submitted

LIST, HOME = {"id": "VLIST", "type": "modal", "hash": "h1"}, {"id": "VHOME", "type": "home", "hash": "h1"}


@dataclass
class Gate:
    """A door that lets everybody pass, or refuses where it has a reason."""

    reason: BotError | None = None
    access: object = field(default_factory=object)

    async def admit(self, _call: Call, _route: Route) -> object:
        if self.reason is not None:
            raise self.reason
        return self.access

    async def note_refusal(self, _call: Call, _route: Route, _access: object, _refusal: NotAllowed) -> None:
        return

    async def remembered(self, _call: Call, _route: Route) -> object:
        return self.access


async def draws(_call: Call, _access: object) -> Block:
    return modal("drawn", "Drawn", [section("It is drawn.")])


async def draws_again(call: Call, _actor: Actor, problem: BotError) -> Block:
    return modal("form", "Form", [section(f"{call.form}: {problem.text}")])


def pressed(screen: FakeSlack, view: dict[str, Any] | None) -> Call:
    async def answer(**_: Any) -> None:
        return

    return Call("action", "it", TEAM, ANA, {}, screen, answer, trigger_id="1.2", view=view)


@pytest.mark.parametrize(("view", "how"), [(LIST, "pushed"), (HOME, "opened"), (None, "opened")])
async def test_a_window_opens_over_the_one_whose_button_was_pressed(view: dict[str, Any] | None, how: str) -> None:
    screen = FakeSlack()
    await enter(pressed(screen, view), Route(draws, MEMBER, workspace, window="It"), Gate())
    assert screen.came == [(how, "VNEW"), ("updated", "VNEW")]
    assert screen.shown["callback_id"] == "drawn"


async def test_a_view_takes_the_place_of_the_window_whose_button_was_pressed() -> None:
    screen = FakeSlack()
    await enter(pressed(screen, LIST), Route(draws, MEMBER, workspace, in_place=True), Gate())
    assert screen.came == [("updated", "VLIST")]


async def test_a_view_opens_where_the_button_stood_in_no_window() -> None:
    screen = FakeSlack()
    await enter(pressed(screen, None), Route(draws, MEMBER, workspace, in_place=True), Gate())
    assert screen.came == [("opened", "VNEW")]


async def test_a_form_about_a_project_that_is_gone_comes_back_with_what_was_typed() -> None:
    screen = FakeSlack()
    route = Route(draws, MEMBER, workspace, window="Form", reads=lambda _: "what was typed", back=draws_again)
    await enter(submitted(ANA, {}, screen), route, Gate(NotUnderstood("There is no project x.")))
    assert "what was typed: There is no project x." in str(screen.shown)


async def test_whoever_may_not_is_not_shown_the_form_again() -> None:
    route = Route(draws, MEMBER, workspace, window="Form", back=draws_again)
    with pytest.raises(NotAllowed):
        await enter(submitted(ANA, {}, FakeSlack()), route, Gate(NotAllowed("Not you.")))

"""What becomes of a form whose listener, or whose door, does not let it through."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bot.errors import BotError, CouldNotCheck, FormError, NotAllowed, NotOffered, NotUnderstood, Unavailable
from bot.operation import Actor
from bot.slack.blocks import Block, modal, section
from bot.slack.call import Call
from bot.slack.entering import enter
from bot.slack.routes import MEMBER, Route
from tests.factories import ANA
from tests.fake_slack import FakeSlack
from tests.forms import submitted

WRONG, LOW, UNREAD, LACKING, NONSENSE, AWAY = (
    FormError("name", "no such name"),
    NotAllowed("too low"),
    CouldNotCheck("unread"),
    NotOffered("none here"),
    NotUnderstood("nonsense"),
    Unavailable("away"),
)


class Doorkeeper:
    """Lets everybody pass, or nobody, for one reason."""

    def __init__(self, why: BotError | None = None) -> None:
        self.why = why
        self.noted: list[str] = []

    async def admit(self, call: Call, route: Route) -> Any:
        del route
        if self.why is not None:
            raise self.why
        return SimpleNamespace(actor=Actor(call.team_id, call.user_id))

    async def note_refusal(self, call: Call, route: Route, access: Any, refusal: NotAllowed) -> None:
        del call, route, access
        self.noted.append(refusal.text)

    async def remembered(self, call: Call, route: Route) -> Any:
        raise NotImplementedError


def form(problem: BotError | None, **more: Any) -> Route:
    """Return the route of a form whose listener meets this problem."""

    async def listener(call: Call, access: Any) -> str:
        del call, access
        if problem is not None:
            raise problem
        return "Saved *it*."

    async def again(call: Call, actor: Actor, problem: BotError) -> Block:
        return modal("again", "Again", [section(f"{actor.user_id} typed {call.form}: {problem.text}")])

    return Route(listener, MEMBER, lambda *_: None, window="A form", reads=lambda _: "ana", back=again, **more)


async def entered(route: Route, door: Doorkeeper) -> str:
    """Submit the form, and return what its window shows then."""
    screen = FakeSlack()
    await enter(submitted(ANA, {}, screen), route, door)
    return str(screen.shown)


async def test_what_came_of_it_stands_in_the_window_and_does_nothing_there() -> None:
    shown = await entered(form(None), Doorkeeper())
    assert "'saying'" in shown
    assert "Saved " in shown
    assert "*it*" not in shown


@pytest.mark.parametrize("problem", [WRONG, LOW, UNREAD, LACKING], ids=str)
async def test_what_can_be_mended_brings_the_form_back_with_what_was_typed(problem: BotError) -> None:
    assert f"{ANA} typed ana: {problem.text}" in await entered(form(problem), Doorkeeper())


@pytest.mark.parametrize("problem", [NONSENSE, AWAY], ids=str)
async def test_other_problems_are_told_by_the_guard(problem: BotError) -> None:
    with pytest.raises(type(problem)):
        await entered(form(problem), Doorkeeper())


async def test_a_route_may_say_what_brings_its_form_back() -> None:
    route = {problem: form(problem, brought_back=(NotUnderstood, Unavailable)) for problem in (WRONG, AWAY, LOW)}
    for problem in (WRONG, AWAY):
        assert f"typed ana: {problem.text}" in await entered(route[problem], Doorkeeper())
    with pytest.raises(NotAllowed):
        await entered(route[LOW], Doorkeeper())


async def test_the_door_brings_a_form_back_to_whom_slack_does_not_tell_of_and_not_to_who_may_not() -> None:
    assert f"{ANA} typed ana: unread" in await entered(form(None), Doorkeeper(UNREAD))
    assert f"{ANA} typed ana: {LACKING.text}" in await entered(form(None), Doorkeeper(LACKING))
    with pytest.raises(NotAllowed):
        await entered(form(None), Doorkeeper(LOW))

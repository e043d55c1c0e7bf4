"""The ritual around every routed listener: the window that waits, who it is, what they may, and where the answer goes.

Nothing here knows a room. What is raised goes on to the guard, which tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.errors import BotError, CouldNotCheck, NotAllowed, NotOffered, NotUnderstood
from bot.operation import Actor
from bot.slack.blocks import Block, modal, section
from bot.slack.call import Call
from bot.slack.routes import Answer, Doorkeeper, Route
from bot.slack.words import escape


def saying(title: str, text: str) -> Block:
    """Draw a window that says a sentence (mrkdwn)."""
    return modal("saying", title, [section(text)], close="Close")


async def enter(call: Call, route: Route, door: Doorkeeper) -> None:
    """Do what the route declares, run its listener, and show what it answers."""
    if call.kind == "options":
        await _offer(call, route, door)
    elif call.kind == "view":
        await _take_in(call, route, door)
    elif route.late:
        await _show(call, route, await route.listener(call, partial(door.admit, call, route)))
    else:
        if route.window:
            await call.open_over(saying(route.window, route.waits))
        await _show(call, route, await _run(call, route, door, await door.admit(call, route)))


async def _run(call: Call, route: Route, door: Doorkeeper, access: Any) -> Answer:
    """Run the listener; what it refuses stands in the record as what the door refuses does."""
    try:
        return await route.listener(call, access)
    except NotAllowed as refusal:
        await door.note_refusal(call, route, access, refusal)
        raise


async def _offer(call: Call, route: Route, door: Doorkeeper) -> None:
    """Offer choices, to those of whom it is remembered that they may see them; to others none."""
    access = await door.remembered(call, route)
    found = await route.listener(call, access) if access is not None else []
    grouped = isinstance(found, list) and any("options" in each for each in found)
    await (call.ack(option_groups=found) if grouped else call.ack(options=found or []))


async def _take_in(call: Call, route: Route, door: Doorkeeper) -> None:
    """Take in a form: a working view first, then who it is; what somebody can mend brings the form back."""
    call.form = route.reads(call) if route.reads is not None else None
    await call.ack_update(saying(route.window, route.waits))
    try:
        access = await door.admit(call, route)
    except (CouldNotCheck, NotOffered, NotUnderstood) as problem:  # whoever may not is not shown the form again
        await _show(call, route, await _back(call, route, Actor(call.team_id, call.user_id), problem))
        return
    try:
        answer = await _run(call, route, door, access)
    except route.brought_back as problem:
        answer = await _back(call, route, access.actor, problem)
    await _show(call, route, answer)


async def _back(call: Call, route: Route, actor: Actor, problem: BotError) -> Block:
    if route.back is None:
        raise problem
    return await route.back(call, actor, problem)


async def _show(call: Call, route: Route, answer: Answer) -> None:
    if answer is None:
        return
    if isinstance(answer, str):
        text = escape(answer)
        await (call.opened.update(saying(route.window, text)) if call.opened else call.tell(text))
    elif isinstance(answer, Mapping):
        await _show_view(call, route, dict(answer))
    else:
        await (call.show_instead(answer) if route.in_place else call.show(answer))


async def _show_view(call: Call, route: Route, view: Block) -> None:
    """Show a view in the window that waits, in the one whose button it was, or in one of its own."""
    window = call.opened or (call.acted_in if route.in_place else None)
    if window is None:
        await call.open_over(view)
    elif call.opened is not None and call.kind != "view" and "submit" in view:
        await call.fill(view)  # a form to begin with: nothing was done yet, and that is told
    else:
        await window.update(view)

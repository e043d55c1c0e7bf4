"""Payloads that nobody's page sent: somebody presses what they were never shown, or replays what was."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

from sqlmodel import col, select

from bot.store.cards import Card
from bot.store.decisions import Decision
from bot.store.keys import Key
from bot.store.projects import ProjectSettings
from bot.store.requests import Request
from playground.slack import payloads
from playground.slack.delivery import Parcel, ParcelKind
from playground.slack.response_urls import ResponseUrl
from playground.slack.wire import Json
from tests.scenarios.people import GENERAL, words_of
from tests.waiting import until
from tests.world import World

SETTLED = 0.3


async def forge_command(here: World, user: str, line: str, channel: str = GENERAL) -> Json:
    """Bring a slash command of this person, wherever they are."""
    emulation = here.slack.state
    name, _, text = line.partition(" ")
    place = emulation.workspace.channels[channel]
    payload = payloads.command(emulation, user=user, session=uuid4().hex, channel=place, name=name, text=text)
    return await bring(here, "slash_commands", payload)


async def forge_action(here: World, user: str, action_id: str, value: str, channel: str = GENERAL) -> Json:
    """Bring a press of a button with any value, as if it stood in a channel."""
    emulation = here.slack.state
    pressed = {"type": "button", "block_id": "b", "action_id": action_id, "value": value, "action_ts": "1.1"}
    payload = _interaction(here, user, "block_actions") | {
        "container": {"type": "message", "message_ts": "1.1", "channel_id": channel, "is_ephemeral": False},
        "channel": {"id": channel, "name": "general"},
        "message": {"ts": "1.1", "text": "Approved by everybody", "type": "message"},
        "response_url": payloads.response_url(emulation, ResponseUrl(channel, user)),
        "actions": [pressed],
    }
    return await bring(here, "interactive", payload)


async def forge_submission(here: World, user: str, callback_id: str, values: Json, metadata: str = "") -> Json:
    """Bring a form that was never shown."""
    view = _view(callback_id, values) | {"private_metadata": metadata}
    return await bring(here, "interactive", _interaction(here, user, "view_submission") | {"view": view})


async def forge_shortcut(here: World, user: str, callback_id: str) -> Json:
    """Bring a global shortcut."""
    named = {"callback_id": callback_id, "action_ts": "1.1"}
    return await bring(here, "interactive", _interaction(here, user, "shortcut") | named)


async def forge_options(here: World, user: str, action_id: str, typed: str = "") -> Json:
    """Ask for the options of a select, and return them."""
    asked = {"action_id": action_id, "block_id": "b", "value": typed, "view": _view("keys.request", {})}
    return await bring(here, "interactive", _interaction(here, user, "block_suggestion") | asked)


async def bring(here: World, kind: ParcelKind, payload: Json) -> Json:
    """Deliver a payload as it is, and return what its ack carried."""
    return await here.slack.state.delivery.deliver(Parcel(kind, payload))


def heard(here: World, user: str) -> list[str]:
    """Return all that this person alone was told: private answers, direct messages, windows, App Home."""
    emulation = here.slack.state
    workspace = emulation.workspace
    private = [each for each in workspace.ephemerals if each.ephemeral_for == user]
    direct = workspace.direct(workspace.app.bot_user_id, user).messages.values()
    told = [f"{each.text}\n{_words(here, each.blocks)}" for each in (*private, *direct)]
    return told + [_words(here, each["view"]) for each in emulation.record.views if each["user"] == user]


def _words(here: World, part: Any) -> str:
    """Return the words of a view or of blocks, read once: what is sent again is another object."""
    if id(part) not in here.read:
        here.read[id(part)] = part, words_of(part)
    return here.read[id(part)][1]


async def hears(here: World, user: str, words: str, times: int = 1) -> None:
    """Wait until this person was told these words this often."""
    await until(lambda: sum(words in text for text in heard(here, user)) >= times)


def everything(here: World) -> list[dict[str, Any]]:
    """Return every row that a click could change, to compare it with a later reading."""
    tables: tuple[Any, ...] = (Request, Decision, Card, ProjectSettings)
    with here.database.reading() as session:
        found = [row.model_dump() for table in tables for row in session.exec(select(table))]
        made = session.exec(select(Key).where(col(Key.mint_id).is_not(None)))
        return found + [{"key": key.id, "state": key.state} for key in made]


async def settled(here: World) -> list[dict[str, Any]]:
    """Return every row once nothing moves any more."""
    before = everything(here)
    while True:
        await asyncio.sleep(SETTLED)
        after = everything(here)
        if after == before:
            return after
        before = after


def _interaction(here: World, user: str, kind: str) -> Json:
    emulation = here.slack.state
    trigger = emulation.triggers.issue(user, uuid4().hex)
    return payloads.interaction(emulation, kind, user) | {"trigger_id": trigger}


def _view(callback_id: str, values: Json) -> Json:
    return {
        "id": f"V{uuid4().hex[:10].upper()}",
        "type": "modal",
        "callback_id": callback_id,
        "hash": "1",
        "blocks": [],
        "state": {"values": values},
        "private_metadata": "",
    }

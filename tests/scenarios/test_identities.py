"""Guests, partners, deactivated people and bots are refused at every door, privately, and nothing changes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from bot.people import REFUSALS
from tests.factories import PROJECT
from tests.scenarios.forging import (
    forge_action,
    forge_command,
    forge_options,
    forge_shortcut,
    forge_submission,
    heard,
    settled,
)
from tests.scenarios.people import GONE, GUEST, PARTNER, YUKI
from tests.waiting import until
from tests.world import World, world

BOT = "U0BUILD0013"
REFUSED = {GUEST: "guest", PARTNER: "stranger", GONE: "deactivated", BOT: "bot"}
ANOTHERS_KEY = ("This key is not yours to open.", "There is no such request here.")
FORMS: dict[str, dict[str, Any]] = {
    "keys.request": {
        "project": {"project": {"selected_option": {"value": PROJECT}}},
        "purpose": {"purpose": {"value": "anything"}},
        "preset": {"preset": {"selected_option": {"value": "speech"}}},
        "days-90": {"days": {"selected_option": {"value": "7"}}},
        "customer": {"customer": {"selected_option": {"value": "-"}}},
        "place": {"place": {"value": "anywhere"}},
    },
    "desk.deny": {"reason": {"reason": {"value": "because"}}},
    "projects.settings": {
        "approvers": {"approvers": {"selected_users": []}},
        "channel": {"channel": {"selected_conversation": None}},
        "recommended_days": {"recommended_days": {"value": "1"}},
        "most_days": {"most_days": {"value": "2"}},
    },
    "customers.save": {
        "name": {"name": {"value": "Apple"}},
        "account_of": {"account_of": {"selected_option": {"value": "ours"}}},
    },
    "customers.markup": {"markup": {"markup": {"value": "5"}}},
    "projects.choose": {"project": {"projects.choose": {"selected_option": {"value": PROJECT}}}},
    "projects.rename": {"name": {"name": {"value": "anything"}}},
    "accounts.remove": {"name": {"name": {"value": ""}}},
    "budgets.raise": {"dollars": {"dollars": {"value": "5"}}, "why": {"why": {"value": "because"}}},
    "budgets.set": {
        "what": {"budgets.what": {"selected_option": {"value": f"project:{PROJECT}"}}},
        "dollars": {"dollars": {"value": "5"}},
    },
    "digests.form": {
        "weekdays": {"weekdays": {"selected_options": [{"value": "0"}]}},
        "hour": {"hour": {"selected_option": {"value": "9"}}},
    },
    "invites.domains": {"domains": {"domains": {"value": "northwind.test"}}},
    "invites.form": {
        "emails": {"emails": {"value": "ana@northwind.test"}},
        "scope": {"scope": {"selected_option": {"value": "member"}}},
    },
    "keys.bulk_revoke": {"number": {"number": {"value": ""}}},
    "members.remove": {"confirm": {"confirm": {"value": "ana"}}},
    "members.scope": {"scope": {"scope": {"selected_option": {"value": "member"}}}},
    "roles.default": {"role": {"role": {"selected_option": {"value": "reader"}}}},
    "roles.set": {
        "people": {"people": {"selected_users": [YUKI]}},
        "role": {"role": {"selected_option": {"value": "reader"}}},
    },
    "usage.requests": {
        "project": {"usage.requests.project": {"selected_option": {"value": PROJECT}}},
        "period": {"period": {"selected_option": {"value": "today"}}},
    },
    "projects.delete": {"name": {"name": {"value": "production"}}, "why": {"why": {"value": ""}}},
}
METADATA = {"members.remove": "a:b:ana"}


async def waiting_request(here: World) -> str:
    yuki = await here.page(YUKI)
    await yuki.types("/keys request production")
    await yuki.reads_in_window("What is it for?")
    await yuki.fills(purpose="call-summary-api", place="vault", customer="apple")
    await yuki.reads_in_window("Asked for a key in *production*")
    rows = await settled(here)
    return next(str(row["id"]) for row in rows if "requester" in row)


# A guest here; `make soak` tries a stranger, too, and those whom Slack itself keeps out.
EACH = [
    pytest.param(user, id=who, marks=() if user == GUEST else (pytest.mark.soak, pytest.mark.walk))
    for user, who in REFUSED.items()
]


@pytest.mark.parametrize("user", EACH)
async def test_every_door_is_closed_to_them(sqlite_url: str, user: str) -> None:
    words = REFUSALS[REFUSED[user]]
    async with world(sqlite_url) as here:
        request_id = await waiting_request(here)
        before = await settled(here)
        names = here.app.slack_app.router
        for line in commands(here):
            await refused(here, user, words, forge_command(here, user, line))
        for action_id in names.listeners["action"]:
            name, _, wish = action_id.partition(":")
            value = f"{wish}:{request_id}.1" if wish else f"{request_id}.1"
            await refused(here, user, words, forge_action(here, user, name, value))
        for callback_id in names.listeners["view"]:
            metadata = METADATA.get(callback_id, f"{request_id}.1")
            form = forge_submission(here, user, callback_id, FORMS[callback_id], metadata)
            # Slack delivers nothing to bots and deactivated people, so theirs goes to the log.
            await (refused(here, user, words, form) if user in (GUEST, PARTNER) else form)
        for callback_id in names.listeners["shortcut"]:
            await refused(here, user, words, forge_shortcut(here, user, callback_id))
        for action_id in names.listeners["options"]:
            assert (await forge_options(here, user, action_id)).get("options") == []
        assert await settled(here) == before
        public = [
            message
            for channel in here.slack.state.workspace.channels.values()
            if channel.kind != "dm"
            for message in channel.messages.values()
            if words in message.text
        ]
        assert public == []


def commands(here: World) -> list[str]:
    """Return every command by its alias and by its long form, help included."""
    nouns = here.app.slack_app.router.nouns
    typed = [f"{noun} {verb} production".strip() for noun, verbs in nouns.items() for verb in verbs]
    short = [f"/{line}" for line in typed if here.slack.state.manifest.command(f"/{line.split()[0]}")]
    return [*short, *(f"/keydesk {line}" for line in typed), "/keydesk help", "/keydesk", "/keys nonsense"]


async def refused(here: World, user: str, words: str, act: Awaitable[Any]) -> None:
    """Act, and wait for one more refusal: theirs, or that of anybody who presses another's “Create”."""
    before = times(here, user, words)
    if words not in str(await act):
        await until(lambda: times(here, user, words) > before)


def times(here: World, user: str, words: str) -> int:
    told = heard(here, user)
    return sum(any(each in text for each in (words, *ANOTHERS_KEY)) for text in told)


async def test_a_guest_reads_why_on_their_home_page(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        guest = await here.page(GUEST)
        await guest.opens_home()
        await guest.reads("guests cannot use it")


async def test_who_becomes_a_guest_is_refused_at_once(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        yuki = await here.page(YUKI)
        await yuki.types("/keys mine")
        await yuki.reads("There are no live keys here.")
        await yuki._do("/ui/person", person=YUKI, changes={"is_restricted": True})  # noqa: SLF001 the page's own route
        await asyncio.sleep(0.2)
        await yuki.types("/keys mine")
        await yuki.reads("guests cannot use it")


async def test_a_profile_that_cannot_be_read_changes_nothing(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        before = await settled(here)
        here.slack.state.faults.add({"method": "users.info", "kind": "http_500", "times": 9})
        yuki = await here.page(YUKI)
        await yuki.types("/projects use production")
        await yuki.reads("could not read your Slack profile, so nothing changed")
        assert await settled(here) == before

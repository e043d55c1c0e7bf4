"""What time ends: requests, approvals and keys, on every copy (tests/soak/test_time.py measures how soon)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from tests.scenarios.forging import forge_action, hears
from tests.scenarios.people import APPROVALS, PRIYA, SOREN, YUKI, Person
from tests.scenarios.test_deciding import asks, request_of
from tests.world import World, world


async def card_says(page: Person, says: str) -> None:
    await page.sees(lambda seen: seen.card(None, says))


async def opened(here: World) -> str:
    """Ask, approve and open; return the secret."""
    await asks(here)
    yuki = await here.page(YUKI)
    await (await here.page(PRIYA)).presses("Approve", APPROVALS)
    await yuki.presses("Create and show my key")
    secret = (await yuki.reads_in_window("Copy it now")).split("```")[1]
    await yuki.closes()
    await yuki.reads("delivered")
    return secret


async def test_what_nobody_decides_expires_on_all_copies(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        here.move(hours=24)
        for user in (PRIYA, SOREN, YUKI):
            await card_says(await here.page(user), "expired without a decision")
        assert request_of(here).state == "expired"
        await (await here.page(PRIYA)).sees(lambda page: page.find("Approve", APPROVALS) is None or None)
        await forge_action(here, PRIYA, "desk.approve", f"{request_id}.1", APPROVALS)
        await hears(here, PRIYA, "without a decision")


async def test_what_nobody_opens_lapses_and_no_key_ever_was(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        request_id = await asks(here)
        yuki = await here.page(YUKI)
        await (await here.page(PRIYA)).presses("Approve", APPROVALS)
        await yuki.sees(lambda page: page.find("Create and show my key", None))
        here.move(hours=24)
        for user in (PRIYA, YUKI):
            await card_says(await here.page(user), "not opened in time")
        await yuki.reads("because it was not opened in time. Nothing was made.")
        await yuki.sees(lambda page: page.find("Create and show my key", None) is None or None)
        await forge_action(here, YUKI, "keys.open", f"{request_id}.2")
        await hears(here, YUKI, "lapsed")
        assert [call for call in here.deepgram.calls.kept if call["method"] == "POST"] == []


def _kept(here: World) -> None:
    for project in here.deepgram.state.projects.values():
        for key in project.keys.values():
            if "keydesk:" in key.comment:
                key.expiration_date = None


@pytest.mark.parametrize("forgetful", [lambda _: None, _kept], ids=["the provider ends it", "the provider keeps it"])
async def test_a_key_dies_on_time(sqlite_url: str, forgetful: Callable[[World], None]) -> None:
    async with world(sqlite_url) as here:
        secret = await opened(here)
        assert here.deepgram.state.is_live(secret)
        forgetful(here)
        here.move(days=30, minutes=1)
        await card_says(await here.page(YUKI), "the key has ended")
        await card_says(await here.page(PRIYA), "the key has ended")
        await (await here.page(YUKI)).reads("its time was over")
        assert not here.deepgram.state.is_live(secret)


async def test_a_reminder_rings_in_the_thread_after_half_an_hour(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        await asks(here)
        yuki = await here.page(YUKI)
        await yuki.presses("Remind")
        await yuki.reads("Not yet: you can remind them")
        here.move(minutes=31)
        await yuki.presses("Remind")
        await yuki.reads("Reminding the people who decide.")
        await (await here.page(PRIYA)).reads("is still waiting for a decision on this.")
        await yuki.reads("were reminded.")


async def test_a_key_is_ended_by_its_owner_when_done(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        secret = await opened(here)
        yuki = await here.page(YUKI)
        await yuki.presses("I'm done: revoke it")
        await yuki.reads("has ended. Nothing can use it any more.")
        await (await here.page(PRIYA)).reads("the key has ended")
        assert not here.deepgram.state.is_live(secret)
        await asyncio.sleep(0.1)
        assert "its time was over" not in yuki.page()

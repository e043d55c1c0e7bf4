"""What is left and what was bought, asked from Slack."""

from __future__ import annotations

from tests.scenarios.people import MARIA
from tests.world import world


async def test_balance_and_purchases_follow_the_chosen_project(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types("/billing balance")
        await maria.reads("You have not chosen a project yet.")
        await maria.types("/projects use голос")
        await maria.reads("Голосовая почта · yours")
        await maria.types("/billing balance")
        await maria.reads("Balance of Голосовая почта")
        await maria.reads("as Deepgram tells it now")
        await maria.types("/billing balance production")
        await maria.reads("Balance of production")
        await maria.presses("Purchases")
        await maria.reads("Purchases of production")
        await maria.reads("$4,000.00")
        here.deepgram.faults.add("503", "GET", "purchases", times=9)
        await maria.types("/keydesk billing purchases")
        await maria.reads("while trying to list the purchases")


async def test_a_key_that_may_not_read_billing_is_explained(sqlite_url: str) -> None:
    async with world(sqlite_url, role="member") as here:
        maria = await here.page(MARIA)
        await maria.types("/billing balance production")
        await maria.reads("a key of the role member may not")

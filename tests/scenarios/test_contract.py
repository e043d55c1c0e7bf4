"""A project with a contract: Deepgram tells what was used and no prices, and nobody is told that it cost nothing."""

from __future__ import annotations

from playground.deepgram.telling import Telling
from tests.scenarios.people import AMARA, LIWEI
from tests.scenarios.test_month import collected, quiet_but, until_settled
from tests.world import World, world

COSTS = "C0COSTS0005"  # Amara is in it
NO_PRICES = "The provider tells no prices for Fruit Company"


async def test_a_contract_is_told_as_such_on_every_page_and_its_month_is_not_closed_unseen(sqlite_url: str) -> None:
    async with world(sqlite_url, figures=True) as here:
        amara, liwei = await here.page(AMARA), await here.page(LIWEI)
        quiet_but(here, "Fruit Company")
        by_contract(here, "Fruit Company")
        until_settled(here)
        await collected(here)

        await amara.types("/usage last month in Fruit Company")
        shown = await amara.reads("The provider tells no dollars")
        assert NO_PRICES in shown
        assert " h of audio" in shown
        assert "$0.00" not in shown
        await amara.types("/usage last month by model hours in Fruit Company")
        assert "not told by model" not in await amara.reads("nova-3")  # known by its other name

        await amara.types("/keydesk budgets set")
        await amara.reads_in_window("Dollars a month")
        await amara.fills(what="Fruit Company", dollars="10", channel=COSTS)
        await amara.reads_in_window("How much of it is spent is not told.")
        await amara.closes()

        await amara.types("/digests subscribe")
        await amara.reads_in_window("Time zone: ")
        await amara.fills(channel=COSTS, hour="9", projects=["Fruit Company"], sections=["month", "rows"])
        await amara.reads_in_window("Subscribed.")
        await amara.closes()
        await amara.types("/digests preview")
        assert NO_PRICES in await amara.reads("The provider tells no dollars* on")

        await amara.types("/billing month last")
        assert NO_PRICES in await amara.reads("Sum: –")
        await amara.presses("Close the month…")
        await amara.reads("can approve it; until then the month stays open")
        await liwei.presses("Approve")
        await amara.reads("Corrections that are read later appear on the next month.")
        await amara.types("/billing month last")
        assert NO_PRICES in await amara.reads("It does not change any more.")


def by_contract(here: World, name: str) -> None:
    """Let a project have no prices, and its models be known by the vendor's other name."""
    (project_id,) = (each.project_id for each in here.deepgram.state.projects.values() if each.name == name)
    here.deepgram.state.telling[project_id] = Telling(prices="no rows", renamed={"models": "model"})

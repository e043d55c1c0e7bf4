"""A workspace that refuses tables, charts and headings: everybody still reads every figure and presses every button."""

from __future__ import annotations

from typing import Any

from bot.money import dollars
from tests.scenarios.people import APPROVALS, MARIA, PRIYA, YUKI, words_of
from tests.scenarios.test_usage import chooses, provider_total
from tests.world import World, world

REFUSED = ["table", "data_visualization", "header"]


def types_in(part: Any) -> set[str]:
    return {block["type"] for block in part.get("blocks") or []}


def refusals(here: World) -> int:
    """Count the calls that were refused for what was drawn."""
    calls = here.slack.state.record.calls
    return len([call for call in calls if call["error"] in ("invalid_blocks", "invalid_arguments")])


async def test_usage_a_card_and_the_home_where_blocks_are_refused(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        here.slack.state.refused_blocks.set({"types": REFUSED, "pointing": "type", "spends_triggers": True})
        maria, yuki, priya = await here.page(MARIA), await here.page(YUKI), await here.page(PRIYA)

        await maria.types("/projects use production")
        await maria.reads("production · yours")
        await maria.types("/usage")
        shown = await maria.reads("This month so far", patience=40)
        assert f"*{dollars(await provider_total(here, 7))}* · The last 7 days" in shown
        assert "| Change |" in shown
        before = refusals(here)
        await chooses(maria, "usage.figures.by", "model")
        assert "nova-3-general" in words_of(maria.private[-1])
        assert not types_in(maria.private[-1]) & set(REFUSED)
        assert refusals(here) - before <= 2  # headings are tried again, tables and charts are not

        await maria.types("/keydesk status")
        await maria.reads("Slack refuses data_visualization and table in this workspace")

        await yuki.types("/keys request")
        await yuki.reads_in_window("What is it for?")
        await yuki.fills(project="production", purpose="call-summary-api", place="vault", customer="apple")
        await yuki.reads_in_window("Asked for a key in *production*")
        await yuki.closes()
        await priya.opens_home()
        home = await priya.sees(lambda page: page.home)
        assert "To decide (1)" in words_of(home)
        assert not types_in(home) & set(REFUSED)
        await priya.presses("Approve", APPROVALS)
        await priya.reads("approved, waiting to be opened")

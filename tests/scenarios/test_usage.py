"""What was used and spent, asked from Slack: the provider's own figures, split, looked closer at, sent as a file."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from decimal import Decimal

from bot.money import dollars
from tests.scenarios.forging import forge_command, hears
from tests.scenarios.people import GUEST, MARIA, Person, words_of
from tests.scenarios.role_walks import production
from tests.world import World, world


async def test_usage_is_what_the_provider_tells(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types("/projects use production")
        await maria.reads("production · yours")

        await maria.types("/usage")  # nothing of the project was read yet: all of it is, now
        shown = await maria.reads("This month so far", patience=40)
        yesterday = here.clock.now().date() - timedelta(days=1)
        assert f"*The last day*\n{dollars(await provider_total(here, 1))}" in shown
        assert f"*{dollars(await provider_total(here, 7))}* · The last 7 days" in shown

        await maria.types("/usage week by line item")
        shown = await maria.reads("by line item")
        assert f"*{dollars(await provider_total(here, 7))}* · The last 7 days" in shown
        assert "nova-3 (" in shown

        await chooses(maria, "usage.figures.by", "model")
        await maria.reads("nova-3-general")
        await chooses(maria, "usage.figures.by", "key")
        await maria.reads("made outside Keydesk")
        await chooses(maria, "usage.figures.closer")
        closer = await maria.reads("only key")
        assert "the total is that of the rows" in closer
        await chooses(maria, "usage.figures.period", "today")
        await maria.reads("Today is so far, read")
        await chooses(maria, "usage.figures.period", "week")  # just after midnight nothing of today has a price yet
        await maria.sees(lambda page: "Today is so far" not in words_of(page.private[-1]["blocks"]))

        await maria.presses("CSV by direct message")
        await maria.reads("The file is in your direct messages.")
        [file] = here.slack.state.files.by_id.values()
        table = list(csv.reader(io.StringIO((file.content or b"").decode("utf-8-sig"))))
        assert table[0][:4] == ["line item", "id", "dollars", "hours"]
        assert sum(Decimal(row[2]) for row in table[1:-1]) == Decimal(table[-1][2])

        await maria.types("/usage wek")
        await maria.reads("Did you mean week?")
        await maria.types(f"/usage {yesterday} by project")
        await maria.reads("Usage · All projects")
        await maria.types("/usage mine month")
        await maria.reads("only person @")
        await forge_command(here, GUEST, "/usage week in production")
        await hears(here, GUEST, "guests")


async def provider_total(here: World, days: int) -> Decimal:
    """Return what the emulated provider says of the last so many days."""
    end = here.clock.now().date() - timedelta(days=1)
    start = end - timedelta(days=days - 1)
    told = await here.app.providers.billing_breakdown(production(here), start=start, end=end)
    return told.dollars or Decimal()


async def chooses(who: Person, action_id: str, value: str = "") -> None:
    """Choose an option of a menu in the newest private message; without a value, the first one."""
    message = who.private[-1]
    block, menu = next(
        (block, element)
        for block in message["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == action_id
    )
    option = next(each for each in menu["options"] if value in ("", each["value"]))
    place = {"type": "message", "channel": message["channel"], "ts": message["ts"], "ephemeral": True}
    before = words_of(message)
    await who.press_element(place, block, menu, selected_option=option)
    await who.sees(lambda page: words_of(page.private[-1]) != before or None)

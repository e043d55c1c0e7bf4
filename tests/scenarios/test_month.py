"""Fruit Company: customers are chosen, what they cost comes back by customer, and a month is closed."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import aiohttp
from pypdf import PdfReader

from bot.store import recollection
from bot.store.columns import FIRST_PROVIDER
from bot.store.facts import Which, coverage
from tests.scenarios.people import AMARA, LIWEI, MARIA
from tests.world import World, world


async def test_the_month_of_fruit_company_by_customer(sqlite_url: str) -> None:
    async with world(sqlite_url, figures=True) as here:
        amara, maria, liwei = await here.page(AMARA), await here.page(MARIA), await here.page(LIWEI)
        quiet_but(here, "Fruit Company")
        until_settled(here)
        await collected(here)

        await maria.types("/keydesk customers")
        assert "Add a customer" not in await maria.reads("3 customers")
        await amara.types("/keydesk customers add plum")
        await amara.reads_in_window("It goes onto the customer's keys")
        await amara.fills(tag="apple", name="Another Apple", markup="5")
        await amara.reads_in_window("This tag belongs to Apple. Nothing changed.")
        await amara.fills(tag="plum", name="Plum 梅", markup="5")
        await amara.reads_in_window("Added the customer Plum 梅.")
        await amara.closes()

        await maria.types("/keys request Fruit Company")
        await maria.reads_in_window("What is it for?")
        assert [each["text"]["text"] for each in await maria.options("", "customer")] == [
            "Own use (no customer)",
            "Apple",
            "Banana",
            "Pear",
            "Plum 梅",
        ]
        await maria.fills(purpose="plum hotline", place="vault", customer="plum")
        await amara.reads("billed to Plum 梅 (plum)")

        await maria.types("/billing month last")
        page = await maria.reads("own total")
        shown = amounts(page)
        assert shown["Sum"] == sum((cost for name, cost in shown.items() if name not in {"Sum", "To bill"}), Decimal())
        assert {
            "Apple",
            "Banana",
            "Pear",
            "Several customers (Apple + Banana)",
            "Unclaimed tag internal",
            "Untagged",
        } <= set(shown)
        assert "Close the month" not in page
        await maria.types("/billing month last apple")
        await maria.reads("Apple hotline")

        await amara.types("/billing month last")
        await amara.reads("Every day is final: an owner can close the month.")
        await amara.presses("Close the month…")
        await amara.reads("can approve it; until then the month stays open")
        await liwei.reads("wants to close")
        await liwei.presses("Approve")
        await amara.reads("Corrections that are read later appear on the next month.")
        await amara.types("/billing month last")
        closed = await amara.reads("It does not change any more.")
        assert amounts(closed) == shown
        await amara.presses("Send as CSV")
        await amara.presses("Send as PDF")
        files = await sent(here, 2)
        table = list(csv.DictReader(io.StringIO(files["csv"].decode("utf-8-sig"))))
        assert Decimal(table[-1]["Cost USD"]) == shown["Sum"]
        text = "\n".join(each.extract_text() for each in PdfReader(io.BytesIO(files["pdf"])).pages)
        assert f"{shown['Sum']:,.2f}" in text
        assert "SHA-256" in text
        await amara.types("/keydesk customers tags")
        await amara.reads("internal")


def quiet_but(here: World, name: str) -> None:
    """Let nobody make requests in other projects: drawing them takes longest."""
    for project in here.deepgram.state.projects.values():
        if project.name != name:
            project.streams.clear()


def until_settled(here: World) -> None:
    """Move on to the middle of next month: this month's days are final then."""
    now = here.clock.now()
    middle = (now.replace(day=1) + timedelta(days=32)).replace(day=15)
    here.move(seconds=(middle - now).total_seconds())


async def collected(here: World) -> None:
    """Let the hours go by until every day of last month was read, and all of it again."""
    while True:
        now = here.clock.now()
        last = (now.replace(day=1) - timedelta(days=1)).date()
        with here.database.reading() as session:
            again = recollection.outstanding(session, recollection.before_closing(last), None, [FIRST_PROVIDER])
            if not again and coverage(session, Which(last.replace(day=1), last), [FIRST_PROVIDER]).is_final:
                return
        here.move(minutes=20)
        await here.quiet()


def amounts(page: str) -> dict[str, Decimal]:
    """Return the costs that a month's page shows, by name."""
    rows = re.findall(r"^\*([^*]+)\*.*\n\$([\d,]+\.\d\d)", page, re.MULTILINE)
    found = {name: Decimal(cost.replace(",", "")) for name, cost in rows}
    sums = re.findall(r"\*(Sum|To bill): \$([\d,]+\.\d\d)", page)
    return found | {name: Decimal(cost.replace(",", "")) for name, cost in sums}


async def sent(here: World, number: int) -> dict[str, bytes]:
    """Wait for this many files in Amara's messages, and return them by extension."""
    amara = await here.page(AMARA)

    def arrived(page: Any) -> list[dict[str, Any]] | None:
        found = [file for message in page.messages.values() for file in message.get("files") or []]
        return found if len(found) >= number else None

    files = await amara.sees(arrived)
    async with aiohttp.ClientSession() as client:
        contents = {}
        for file in files:
            async with client.get(file["url_private"], params={"user": AMARA}) as answer:
                contents[file["name"].rpartition(".")[2]] = await answer.read()
    return contents

"""A large customer: every list, search and select answers within Slack's clocks, shows true totals, in bounded memory.

3,000 projects; in one of them 5,000 keys, 2,000 members and 100,000 requests in 90 days.
"""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Awaitable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.store.projects import names_by_id
from playground.deepgram.seed_many import seed_many, seed_members, seed_requests
from playground.deepgram.state import Project
from tests.scenarios.people import AMARA, Person
from tests.soak.conftest import Tell
from tests.soak.stage import FreshDatabase, Stage, stage

pytestmark = pytest.mark.soak

PROJECTS, KEYS, MEMBERS, REQUESTS = 3000, 5000, 2000, 100_000
ACK_SECONDS, OPTIONS_SECONDS = 3.0, 3.0  # Slack's own
SHOWN_SECONDS = 60.0  # until a working view is filled
MOST_MEGABYTES = 600
MOST_OPTIONS = 100  # that Slack takes
BIG = "customer 0000"


@dataclass
class Meter:
    """How long each thing took, in seconds: until Slack had its answer, and until the person read what they wanted."""

    page: Person
    lines: list[tuple[str, float, float]] = field(default_factory=list)

    async def takes(self, name: str, act: Awaitable[object], text: str, *, window: bool = False) -> str:
        """Act, and wait until the text stands once more on the page, or in the window on top; return that part."""
        before, begun = self.count(text), time.monotonic()
        await act
        acked = time.monotonic() - begun
        if not window:
            await self.page.sees(lambda _: self.count(text) > before, SHOWN_SECONDS)
        part = await (self.page.reads_in_window if window else self.page.reads)(text, SHOWN_SECONDS)
        self.lines.append((name, acked, time.monotonic() - begun))
        assert not self.page.errors, self.page.errors
        return part

    def count(self, text: str) -> int:
        """Return how many parts of the page hold the text."""
        return sum(text in part for part in self.page.parts())

    async def types(self, text: str, reads: str, *, window: bool = False) -> str:
        """Type a command and read."""
        return await self.takes(text, self.page.types(text), reads, window=window)

    async def presses(self, label: str, reads: str, *, window: bool = False) -> str:
        """Press a button and read."""
        return await self.takes(f"“{label}”", self.page.presses(label), reads, window=window)

    async def offers(self, what: str, typed: str, block_id: str) -> list[str]:
        """Type into a select of the window on top; return the texts that it offers."""
        begun = time.monotonic()
        options = await self.page.options(typed, block_id)
        seconds = time.monotonic() - begun
        self.lines.append((f"{what}: “{typed}”, {len(options)} offered", seconds, seconds))
        assert len(options) <= MOST_OPTIONS
        return [option["text"]["text"] for option in options]


async def test_a_large_customer_is_served_within_slacks_clocks(fresh: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh, fill=fill) as here:
        meter, many = Meter(await here.page(AMARA)), len(here.deepgram.state.projects)
        seconds = await here.until(lambda: len(here.read(names_by_id)) == many)
        tell(f"scale, {fresh.name}: {many} projects mirrored {seconds:.1f} s after the start")
        for story in (projects, keys, members, requests, figures):
            await story(here, meter)
        peak = peak_megabytes(here)
        for name, acked, shown in meter.lines:
            tell(f"scale, {fresh.name}: {name:58} answered {acked:5.2f} s, shown {shown:6.2f} s")
        tell(f"scale, {fresh.name}: at most {peak} MB in memory of the bot")
    assert [line for line in meter.lines if line[1] > ACK_SECONDS] == []
    assert peak < MOST_MEGABYTES


def fill(here: Stage) -> None:
    """Give the emulated Deepgram a large customer."""
    state = here.deepgram.state
    seed_many(state, projects=PROJECTS, keys=0)
    [crowded] = seed_many(state, projects=1, keys=KEYS)
    seed_members(state, crowded, MEMBERS)
    seed_requests(state, crowded, REQUESTS)


def big(here: Stage) -> Project:
    """Return the project that holds so much."""
    return next(each for each in here.deepgram.state.projects.values() if each.name == BIG)


async def projects(here: Stage, meter: Meter) -> None:
    every = here.deepgram.state.projects.values()
    await meter.types("/projects list", f"{len(every)} projects · ")
    matching = sum("customer 29" in each.name for each in every)
    await meter.types("/projects list customer 29", f"{matching} projects · ")
    await meter.presses("Next page", "Page 2 of")
    await meter.types("/projects use custmer 0000", f"Did you mean {BIG}?")
    await meter.types(f"/projects use {BIG}", f"{BIG} · yours")
    await meter.types("/projects show", f"*Members*\n{len(big(here).members)}")
    await csv_of(here, meter, "projects", len(every), "CSV by direct message")


async def keys(here: Stage, meter: Meter) -> None:
    every = big(here).keys.values()
    await meter.types("/keys list", f"{len(every)} keys · ")
    matching = sum("key 049" in each.comment for each in every)
    await meter.types("/keys list key 049", f"{matching} keys · ")
    await meter.presses("Next page", "Page 2 of")
    last = next(each for each in every if each.comment == f"key {KEYS - 1:05}")
    await meter.types(f"/keys show {last.key_id[:8]}", last.comment)
    await meter.types("/keys request", "What is it for?", window=True)
    offered = await meter.offers("projects of a request", "customer 17", "project")
    assert offered[0] == "customer 1700"
    await meter.page.closes()


async def members(here: Stage, meter: Meter) -> None:
    everybody = big(here).members
    names = [here.deepgram.state.accounts[each].email for each in everybody]
    await meter.types("/members list", f"{len(everybody)} members")
    await meter.types("/members list 0199", f"{sum('0199' in name for name in names)} members that match")
    await meter.presses("Next page", "Page 2 of")
    await meter.types("/members show person.01999@large.example", "Person 01999")
    await csv_of(here, meter, "members", len(everybody), "Send all as a file")


async def requests(here: Stage, meter: Meter) -> None:
    await meter.types("/usage requests", "Outcome", window=True)
    await meter.offers("keys of the requests' filter", "busy", "key")
    assert await meter.offers("customers of the filter", "customer", "customer")
    await meter.page.closes()
    await meter.types("/usage requests month", "Page 1, more may follow", window=True)
    await meter.presses("Next page", "Page 2", window=True)
    told = await meter.presses("CSV by direct message", "It is in your direct messages.", window=True)
    rows = table(here, "requests")
    assert f"{len(rows)} requests, all that match." in told
    assert len(rows) == made_between(here, {row["made (UTC)"] for row in rows})
    await meter.page.closes()
    await meter.page.closes()
    await meter.types("/usage requests customer:customer:3 week", "Put together from 4 keys", window=True)
    await meter.page.closes()


def made_between(here: Stage, moments: Collection[str]) -> int:
    """Return how many requests Deepgram has from the first of these moments (to the second) to the last."""
    first, last = (datetime.fromisoformat(moment) for moment in (min(moments), max(moments)))
    days = [first.date() + timedelta(days=number) for number in range((last.date() - first.date()).days + 1)]
    slots = [slot for day in days for slot in here.deepgram.ledger.slots(big(here), day)]
    return sum(first <= slot.created.replace(microsecond=0) <= last for slot in slots)


async def figures(_: Stage, meter: Meter) -> None:
    await meter.takes("App Home", meter.page.opens_home(), f"Your project: *{BIG}*")
    await meter.types("/billing balance", BIG)
    await meter.types("/usage fields month", f"What {BIG} used")
    await meter.types("/invites list", "open invitation")
    await meter.types("/keydesk models list", f"Models of {BIG}")
    await meter.types("/keydesk status", "last sign of life")


async def csv_of(here: Stage, meter: Meter, noun: str, rows: int, button: str) -> None:
    """Have a whole list sent as a file, which holds as many rows as there are."""
    await meter.types(f"/{noun} list", f"{rows} {noun}")
    before = meter.count("the file is in your direct messages")
    await meter.presses(button, f"{rows} {noun}")
    await meter.page.sees(lambda _: meter.count("the file is in your direct messages") > before, SHOWN_SECONDS)
    assert len(table(here, noun)) == rows


def table(here: Stage, name: str) -> list[dict[str, str]]:
    """Return the rows of the newest file of this name."""
    found = [file for file in here.slack.state.files.by_id.values() if file.name.startswith(name)]
    return list(csv.DictReader(io.StringIO((found[-1].content or b"").decode("utf-8-sig"))))


def peak_megabytes(here: Stage) -> int:
    """Return the largest resident memory that the bot has had."""
    assert here.bot is not None
    status = Path(f"/proc/{here.bot.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) // 1024

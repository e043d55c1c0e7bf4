"""*Create and show my key*, from the press to the secret on the page."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx

from bench import cost, load
from bench.place import Place
from bench.rows import followed, waiting
from bench.table import Row
from tests.scenarios.people import YUKI, Person, person

OPENINGS = 20
PROVIDER_SECONDS = 0.2

Pressable = tuple[dict[str, Any], dict[str, Any], dict[str, Any]]


async def approved(here: Place, number: int) -> list[str]:
    """Make requests that their owner may open; return their ids."""
    requests = await waiting(here.database, here.slack, here.team, number)
    await load.closed_loop(here.desk["port"], [each.press(here.team) for each in requests], at_once=2)
    await followed(here.database, requests)
    return [each.request_id for each in requests]


async def times(here: Place) -> list[Row]:
    """Time each opening while the provider takes its time, and take that time off."""
    taken = []
    async with httpx.AsyncClient(trust_env=False) as provider, person(here.emulators.slack, YUKI) as yuki:
        ready = await approved(here, OPENINGS)
        faults = f"{here.emulators.deepgram}/faults"
        match = {"method": "POST", "path_regex": "/keys"}
        slow = {"kind": "slow", "seconds": PROVIDER_SECONDS, "times": None, "match": match}
        (await provider.post(faults, json=slow)).raise_for_status()
        try:
            for request_id in ready:
                begun = time.perf_counter()
                await press(yuki, request_id)
                await yuki.reads_in_window("it is shown once")
                taken.append(time.perf_counter() - begun - PROVIDER_SECONDS)
                await yuki.closes()
        finally:
            await provider.delete(faults)
    p50, p95 = (cost.percentile(taken, part) * 1000 for part in (0.5, 0.95))
    note = f"p95 {p95:.0f} ms; from the press on the page to the secret on it, both emulators' own work included"
    return [
        Row(
            f"{here.name}: Create and show, beyond the provider's {PROVIDER_SECONDS * 1000:.0f} ms, p50",
            p50,
            "ms",
            40,
            note,
        )
    ]


async def press(page: Person, request_id: str) -> None:
    """Press the button that opens this request's key."""
    answer = await page.press_element(*await page.sees(lambda seen: _button(seen, request_id)))
    if not answer["ok"]:
        raise RuntimeError(f"the press was not taken: {answer}")


async def open_all(page: Person, request_ids: list[str], pause: float) -> None:
    """Press one after another without waiting for any key."""
    for request_id in request_ids:
        await press(page, request_id)
        await asyncio.sleep(pause)
        await page.closes()


def _button(page: Person, request_id: str) -> Pressable | None:
    for (channel, ts), message in page.messages.items():
        for block in message.get("blocks") or ():
            for element in block.get("elements", ()):
                if element.get("action_id") == "keys.open" and element["value"].startswith(request_id):
                    return {"type": "message", "channel": channel, "ts": ts}, block, element
    return None

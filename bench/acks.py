"""What an ack costs, against the floor; and how long acks take while the provider hangs and people open keys."""

from __future__ import annotations

import asyncio
from functools import partial

import httpx

from bench import cost, load
from bench.cost import Cost
from bench.opening import approved, open_all
from bench.payloads import command
from bench.place import Place
from bench.table import Row
from tests.scenarios.people import GENERAL, PRIYA, YUKI, person

ROUNDS = 5
REQUESTS = 1_500
RATE = 100
SECONDS = 10
HANGING = 8


async def costs(here: Place) -> list[Row]:
    """Compare the floor, the ack alone, and the ack with the table of deliveries seen; in turns."""
    ports = {"floor": here.floor["port"], "ack": here.desk["unseen"], "seen": here.desk["port"]}
    taken: dict[str, list[Cost]] = {name: [] for name in ports}
    for _ in range(ROUNDS):
        for name, port in ports.items():
            meter, idle = (here.floor["meter"], None) if name == "floor" else (here.desk["meter"], here.idle)
            requests = [command(here.team, YUKI, GENERAL, "bench ack") for _ in range(REQUESTS)]
            taken[name].append(await cost.of(meter, REQUESTS, partial(load.closed_loop, port, requests), idle))
    floor, ack, seen = (cost.median(taken[name])["cpu"] for name in ports)
    sure = f"±{max(map(cost.spread, taken.values())):.0%} over {ROUNDS} rounds"
    return [
        Row(f"{here.name}: CPU of the floor (form and signature only)", floor, "ms"),
        Row(f"{here.name}: CPU of a command's ack, of the floor", ack / floor, "×", 3.5, f"{ack:.3f} ms, {sure}"),
        Row(f"{here.name}: the same with its row of deliveries seen", seen / floor, "×", None, f"{seen:.3f} ms"),
    ]


async def while_hanging(here: Place) -> list[Row]:
    """Ack commands at a fixed rate while keys are opened and the provider does not answer."""
    async with httpx.AsyncClient(trust_env=False) as provider, person(here.emulators.slack, YUKI) as yuki:
        ready = await approved(here, HANGING)
        faults = f"{here.emulators.deepgram}/faults"
        hang = {"kind": "timeout_before", "times": None, "match": {"method": "POST", "path_regex": "/keys"}}
        (await provider.post(faults, json=hang)).raise_for_status()
        try:
            opening = asyncio.create_task(open_all(yuki, ready, SECONDS / HANGING / 2))
            requests = [command(here.team, PRIYA, GENERAL, "help") for _ in range(RATE * SECONDS)]
            waits = await load.open_loop(here.desk["port"], requests, a_second=RATE)
            await opening
        finally:
            await provider.delete(faults)
    p50, p99 = (cost.percentile(waits, part) * 1000 for part in (0.5, 0.99))
    note = f"p50 {p50:.1f} ms, the slowest {max(waits) * 1000:.0f} ms; {HANGING} keys being opened, /keydesk help"
    return [Row(f"{here.name}: p99 of acks at {RATE}/s while the provider hangs", p99, "ms", 25, note)]

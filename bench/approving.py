"""A whole Approve click: what it costs against the same click that only acks, and how soon it is committed and seen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from functools import partial

import httpx

from bench import cost, load
from bench.cost import Cost
from bench.place import Place
from bench.rows import Waiting, followed, waiting
from bench.table import Row

ROUNDS = 3
CLICKS = 40
CHEAP_CLICKS = 400
WATCHED = 40


async def costs(here: Place) -> list[Row]:
    """Compare the click that only acks, the one that also asks who it is, and the whole; in turns."""
    ack: list[Cost] = []
    who: list[Cost] = []
    whole: list[Cost] = []
    for _ in range(ROUNDS):
        requests = await waiting(here.database, here.slack, here.team, CLICKS)
        ack.append(await _cheap(here, "bench.ack", requests[0]))
        who.append(await _cheap(here, "bench.who", requests[0]))
        presses = [each.press(here.team) for each in requests]
        work = partial(_until_followed, here, presses, requests)
        whole.append(await cost.of(here.desk["meter"], CLICKS, work, here.idle))
    sure = f"±{cost.spread(whole):.0%} over {ROUNDS} rounds of {CLICKS}"
    return _rows(here.name, cost.median(ack), cost.median(who), cost.median(whole), sure)


async def _cheap(here: Place, action_id: str, request: Waiting) -> Cost:
    presses = [request.press(here.team, action_id) for _ in range(CHEAP_CLICKS)]
    work = partial(load.closed_loop, here.desk["unseen"], presses)
    return await cost.of(here.desk["meter"], CHEAP_CLICKS, work, here.idle)


async def _until_followed(here: Place, presses: Sequence[bytes], requests: list[Waiting]) -> None:
    await load.closed_loop(here.desk["port"], presses, at_once=4)
    await followed(here.database, requests)


def _rows(name: str, ack: Cost, who: Cost, whole: Cost, sure: str) -> list[Row]:
    """Split the whole: Bolt and identity by subtraction, SQL and engine by their threads, the rest is the loop's."""
    identity = max(0.0, who["cpu"] - ack["cpu"])
    slack = whole["cpu"] - whole["sql"] - whole["engine"] - ack["cpu"] - identity
    parts = {
        "Bolt: signature, dispatch, ack": (ack["cpu"], "the click that only acks"),
        "identity, from a fresh profile": (identity, "the click that also asks who, less that"),
        "SQL: seen, decision, copies": (whole["sql"], "the store's threads"),
        "engine: DBOS's record and its rows": (whole["engine"], "the engine's threads"),
        "Slack: two updates, one new copy": (slack, "the rest of the event loop: calls, drawing, hand-overs"),
    }
    note = f"{whole['cpu']:.2f} ms, {sure}; goes to the five below"
    return [
        Row(f"{name}: CPU of an Approve click, of the same that only acks", whole["cpu"] / ack["cpu"], "×", 5, note),
        *(Row(f"{name}:   {part}", value, "ms", None, how) for part, (value, how) in parts.items()),
    ]


async def waits(here: Place) -> list[Row]:
    """Time single clicks: until the decision is committed, and until the approvers' card says so at Slack."""
    requests = await waiting(here.database, here.slack, here.team, WATCHED)
    sent: dict[str, float] = {}
    async with load.connections(here.desk["port"], 1) as (connection,):
        for request in requests:
            press = request.press(here.team)
            sent[request.request_id] = time.time()
            await connection.send(press)
            await asyncio.sleep(0.1)
    await followed(here.database, requests)
    decided = (await load.usage(here.desk["meter"]))["extra"]
    updated = await _updates(here)
    committed = [decided[request_id] - moment for request_id, moment in sent.items()]
    seen = [updated[each.message["ts"]] - sent[each.request_id] for each in requests]
    return [
        _wait(f"{here.name}: Approve, click sent to decision committed, p50", committed),
        _wait(f"{here.name}: Approve, click sent to card updated, p50", seen),
    ]


def _wait(name: str, seconds: Sequence[float]) -> Row:
    p50, p95 = (cost.percentile(seconds, part) * 1000 for part in (0.5, 0.95))
    return Row(name, p50, "ms", 30, f"p95 {p95:.0f} ms, one click at a time")


async def _updates(here: Place) -> dict[str, float]:
    """Return when each message was first updated (Unix time), by its ``ts``."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        calls = (await client.get(f"{here.emulators.slack}/inspect/calls")).json()["calls"]
    updates = [call for call in calls if call["method"] == "chat.update" and call["ok"]]
    return {call["body"]["ts"]: call["at"] for call in reversed(updates)}

"""A whole ``bot run`` as it stands in production: how soon it acks, what it uses while idle, how large it is."""

from __future__ import annotations

import asyncio
import contextlib
import statistics
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from sqlmodel import Session, col, select

from bench import load
from bench.meter import cpu_of, memory_of
from bench.payloads import command
from bench.place import Emulators
from bench.process import started
from bench.table import Row
from bot.store import collections
from bot.store.database import Database
from bot.store.leases import Lease
from playground.supervisor import free_port
from tests.scenarios.people import GENERAL, YUKI

STARTS = 3
START_SECONDS = 30.0
IDLE_SECONDS = 60.0
COLLECTED_SECONDS = 900.0


async def starts(name: str, emulators: Emulators, database_url: str) -> list[Row]:
    """Time from the start of the process to its first ack."""
    taken = [await _start(emulators, database_url) for _ in range(STARTS)]
    note = f"median of {STARTS}, the slowest {max(taken):.2f} s; the schema was current"
    return [Row(f"{name}: start to first ack", statistics.median(taken), "s", 1.5, note)]


async def _start(emulators: Emulators, database_url: str) -> float:
    port, begun = free_port(), time.perf_counter()
    async with started("bot", "run", environment=emulators.environment(database_url, port)):
        await _acked(port, emulators.team)
        return time.perf_counter() - begun


async def _acked(port: int, team: str) -> None:
    """Ask until somebody acks.

    Raises:
        TimeoutError: nobody did.
    """
    async with asyncio.timeout(START_SECONDS):
        while True:
            with contextlib.suppress(OSError):
                async with load.connections(port, 1) as (connection,):
                    await connection.send(command(team, YUKI, GENERAL, "help"))
                    return
            await asyncio.sleep(0.01)


async def idles(emulators: Emulators, databases: Mapping[str, str]) -> list[Row]:
    """Measure one process on each database at the same time, while nobody asks anything."""
    return [
        row for rows in await asyncio.gather(*(_idle(emulators, *each) for each in databases.items())) for row in rows
    ]


async def _idle(emulators: Emulators, name: str, database_url: str) -> list[Row]:
    port = free_port()
    async with started("bot", "run", environment=emulators.environment(database_url, port)) as bot:
        await _acked(port, emulators.team)
        begun = memory(f"{name}: resident memory after the start", bot.pid)
        await _until_nothing_is_due(database_url)
        before = cpu_of(bot.pid)
        await asyncio.sleep(IDLE_SECONDS)
        after = cpu_of(bot.pid)
        percent = (after - before) / IDLE_SECONDS * 100 if before is not None and after is not None else None
        return [
            Row(f"{name}: idle CPU, of a core", percent, "%", 2, f"`bot run` over {IDLE_SECONDS:.0f} s"),
            begun,
            memory(f"{name}: resident memory, idle", bot.pid, f"{IDLE_SECONDS:.0f} s after all figures were read"),
        ]


async def _until_nothing_is_due(database_url: str) -> None:
    """Wait until figures are read, and none will be while the process is measured.

    Raises:
        TimeoutError: it was still reading.
    """
    database = Database(database_url)
    try:
        async with asyncio.timeout(COLLECTED_SECONDS):
            while not await database.read(_rests):  # noqa: ASYNC110 - another process works there
                await asyncio.sleep(0.5)
    finally:
        database.close()


def _rests(session: Session) -> bool:
    """Tell whether every project was read, no lease works, and no reading falls due while the process is measured."""
    now = datetime.now(UTC)
    busy = session.exec(select(Lease).where(col(Lease.holder).is_not(None), col(Lease.until) > now)).first()
    next_reading = collections.next_due(session)
    return busy is None and next_reading is not None and next_reading > now + timedelta(seconds=1.5 * IDLE_SECONDS)


def memory(name: str, pid: int, note: str = "") -> Row:
    """Return how large a process is now."""
    return Row(name, memory_of(pid), "MB", 130, note)

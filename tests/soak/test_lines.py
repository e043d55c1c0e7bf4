"""Slack's sockets fall silent or break, and the playground is stopped in every way: nothing hangs, nothing is left."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from playground.slack.socket_mode import SocketMode
from tests.scenarios.people import YUKI
from tests.soak.conftest import Tell
from tests.soak.stage import FreshDatabase, Stage, stage

pytestmark = pytest.mark.soak

SILENT_SECONDS = 60.0
ORPHAN_SECONDS = 90.0


@pytest.mark.parametrize("disturbance", ["silent", "drop"])
async def test_a_lost_line_is_found_again(disturbance: str, fresh_sqlite: FreshDatabase, tell: Tell) -> None:
    async with stage(fresh_sqlite) as here:
        yuki = await here.page(YUKI)
        async with here.client.post("/faults", json={"delivery": disturbance}) as answer:
            assert answer.ok
        begun = time.monotonic()
        while not (await yuki.types("/keys mine"))["ok"]:
            assert time.monotonic() - begun < SILENT_SECONDS
            await asyncio.sleep(0.2)
        answered = time.monotonic() - begun
        await here.until(lambda: _standing(here) >= 2)
        assert here.bot is not None
        assert here.bot.returncode is None
        tell(
            f"socket “{disturbance}”: first answer after {answered:.1f} s, "
            f"both connections stand after {time.monotonic() - begun:.1f} s, same process"
        )


def _standing(here: Stage) -> int:
    delivery = here.slack.state.delivery
    assert isinstance(delivery, SocketMode)
    return sum(connection.works for connection in delivery.connections)


# --- python -m playground ---


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_playground_that_is_told_to_stop_leaves_nobody(number: signal.Signals, tell: Tell) -> None:
    async with _playground() as (running, bot):
        begun = time.monotonic()
        running.send_signal(number)
        assert await asyncio.wait_for(running.wait(), 30) == 0
        assert not _lives(bot)
        tell(f"{number.name} of python -m playground: exit 0, bot gone, {time.monotonic() - begun:.1f} s")


async def test_the_bot_of_a_killed_playground_ends_by_itself(tell: Tell) -> None:
    async with _playground() as (running, bot):
        begun = time.monotonic()
        running.kill()
        await running.wait()
        while _lives(bot):
            assert time.monotonic() - begun < ORPHAN_SECONDS
            await asyncio.sleep(0.2)
        tell(f"SIGKILL of python -m playground: its bot noticed and ended after {time.monotonic() - begun:.1f} s")


@asynccontextmanager
async def _playground() -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """Run the playground as people do; give it and its bot's process id."""
    running = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "playground", stdout=asyncio.subprocess.PIPE, start_new_session=True
    )
    assert running.stdout is not None
    bot = 0
    try:
        async with asyncio.timeout(60):
            while b"http://" not in await running.stdout.readline():
                pass
        bot = _children(running.pid)[0]
        yield running, bot
    finally:
        if running.returncode is None:
            running.kill()
        if bot and _lives(bot):
            os.kill(bot, signal.SIGKILL)
        await running.wait()


def _children(parent: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def _lives(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z"

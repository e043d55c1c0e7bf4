"""Processes of the bench: each says on one line where it is, and goes when it is told to or its parent has gone."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from typing import Any

Ready = dict[str, Any]

START_SECONDS = 30.0
STOP_SECONDS = 10.0


@contextlib.asynccontextmanager
async def started(
    module: str, *arguments: str, environment: Mapping[str, str] | None = None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run ``python -m module`` with its output at hand; at the end tell it to stop, and kill it if it does not."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments, env=environment, stdout=asyncio.subprocess.PIPE
    )
    try:
        yield process
    finally:
        await stopped(process)


async def stopped(process: asyncio.subprocess.Process) -> None:
    """Wait for a process that is told to stop, and kill it if it does not."""
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), STOP_SECONDS)
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def child(module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> AsyncIterator[Ready]:
    """Run a process of the bench while the block runs; give what it says once it is ready.

    Raises:
        RuntimeError: it ended without a word.
    """
    async with started(module, *arguments, environment=environment) as process:
        if process.stdout is None:
            raise RuntimeError(f"{module} has no output")
        line = await asyncio.wait_for(process.stdout.readline(), START_SECONDS)
        if not line:
            raise RuntimeError(f"{module} ended at its start")
        yield json.loads(line)


def say(ready: Ready) -> None:
    """Tell the parent that this process is ready, and where."""
    sys.stdout.write(json.dumps(ready) + "\n")
    sys.stdout.flush()


async def told_to_stop() -> None:
    """Wait for the parent's signal."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()

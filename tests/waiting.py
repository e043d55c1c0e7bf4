"""Waiting for what nobody announces: rows that jobs write, the emulated Slack, files of other processes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.clocks import PATIENCE

BETWEEN_LOOKS = 0.02  # seconds, in which others run


async def until(holds: Callable[[], object], seconds: float = PATIENCE, between: float = BETWEEN_LOOKS) -> None:
    """Wait until something holds, looking each ``between`` seconds; ``TimeoutError`` once ``seconds`` have passed."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110 what is waited for sets no event
            await asyncio.sleep(between)

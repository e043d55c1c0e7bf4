"""Whoever waits for somebody else's answer longer than a moment is told so."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
PATIENCE_SECONDS = 2.0


async def told_if_slow(
    reading: Coroutine[Any, Any, T],
    tell: Callable[[str], Awaitable[object]],
    words: str,
    patience: float = PATIENCE_SECONDS,
) -> T:
    """Return what ``reading`` returns; say ``words`` (mrkdwn) if it takes longer than ``patience`` seconds.

    Raises:
        Exception: whatever ``reading`` raises.
    """
    task = asyncio.create_task(reading)
    try:
        done, _ = await asyncio.wait({task}, timeout=patience)
        if not done:
            await tell(words)
        return await task
    finally:
        task.cancel()  # whoever stops waiting also stops the reading; once it is done this does nothing

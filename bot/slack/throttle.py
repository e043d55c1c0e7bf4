"""Asks nothing while Slack wants to hear less: a limited rate that each click asks again about feeds itself."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.slack.refusals import SlackRateLimited

LONGEST_SECONDS = 3_600.0

T = TypeVar("T")


def seconds_of(limited: SlackRateLimited) -> float:
    """Return how long Slack is left alone after this: as it says, within bounds."""
    return min(max(limited.retry_after, 1.0), LONGEST_SECONDS)


def in_words(seconds: float) -> str:
    """Say how long it is until Slack is asked again."""
    minutes = round(seconds / 60)
    return "a minute" if minutes <= 1 else f"{minutes} minutes"


class Throttle:
    """Remembers a limited rate for as long as Slack says (``Retry-After``); then one asks, and the others after it."""

    def __init__(self, method: str) -> None:
        self._method = method
        self._until: float | None = None
        self._one_at_a_time = asyncio.Lock()

    async def ask(self, question: Callable[[], Awaitable[T]]) -> T:
        """Return the answer.

        Raises:
            SlackRateLimited: Slack says so now, or said it a moment ago and is not asked; with what is left to wait.
        """
        if self._until is None:
            return await self._asked(question)
        async with self._one_at_a_time:
            left = self._until - time.monotonic() if self._until is not None else 0.0
            if left > 0:
                raise SlackRateLimited(self._method, left)
            return await self._asked(question)

    async def _asked(self, question: Callable[[], Awaitable[T]]) -> T:
        try:
            answer = await question()
        except SlackRateLimited as limited:
            self._until = time.monotonic() + seconds_of(limited)
            raise
        self._until = None
        return answer

"""Whoever waits is told, and only then."""

from __future__ import annotations

import asyncio

import pytest

from bot.slack.waiting import told_if_slow


class Listener:
    def __init__(self) -> None:
        self.told: list[str] = []

    async def tell(self, words: str) -> None:
        self.told.append(words)


async def after(seconds: float) -> str:
    await asyncio.sleep(seconds)
    return "answer"


async def fails() -> str:
    raise ValueError("no")


@pytest.mark.parametrize(("seconds", "told"), [(0.0, []), (0.1, ["Reading…"])])
async def test_only_a_slow_answer_is_announced(seconds: float, told: list[str]) -> None:
    somebody = Listener()

    assert await told_if_slow(after(seconds), somebody.tell, "Reading…", patience=0.03) == "answer"
    assert somebody.told == told


async def test_an_error_comes_through() -> None:
    with pytest.raises(ValueError, match="no"):
        await told_if_slow(fails(), Listener().tell, "Reading…")


async def test_who_stops_waiting_stops_the_reading() -> None:
    ended: list[str] = []

    async def read() -> str:
        try:
            return await after(9)
        finally:
            ended.append("reading")

    waiting = asyncio.create_task(told_if_slow(read(), Listener().tell, "Reading…", patience=0.01))
    await asyncio.sleep(0.05)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.sleep(0)

    assert ended == ["reading"]

"""Listeners that tests hang behind doors: one that remembers, one that refuses, one that breaks."""

from __future__ import annotations

from bot.errors import NotAllowed
from bot.slack.call import Call
from bot.slack.router import Command, Routes


class Heard:
    """A listener that remembers what it was called with."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    async def __call__(self, call: Call) -> None:
        self.calls.append(call)


async def refuses(_call: Call) -> None:
    raise NotAllowed("Only @raj can do this. Nothing changed.")


async def breaks(_call: Call) -> None:
    raise ZeroDivisionError("the canary is sk-12345")


def keys_door(listener: object) -> Routes:
    return Routes(commands=(Command("keys", "list", listener, "[project]", "shows your keys", shows=True),))  # type: ignore[arg-type]  # tests pass listeners of all shapes

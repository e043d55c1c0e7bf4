"""Leave is asked before each read of whoever goes at a pace, and by nobody else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.errors import ProviderError
from bot.providers.http import Params, ProviderCall
from bot.providers.pacing import Paced, paced

CHANGE = ProviderCall("DELETE", "/v1/projects/p/keys/k", "to revoke the key")


class NotNow(Exception):
    """No leave is given."""


class Wire:
    """A transport that notes what goes out."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def read(self, path: str, doing: str, *, params: Params | None = None) -> dict[str, Any]:
        del doing, params
        self.sent.append(path)
        return {}

    async def change(self, call: ProviderCall) -> dict[str, Any]:
        self.sent.append(call.path)
        return {}

    def no_answer(self, call: ProviderCall) -> ProviderError:
        raise NotImplementedError(call)

    async def aclose(self) -> None:
        return


class Leave:
    """Gives leave for so many calls."""

    def __init__(self, calls: int) -> None:
        self.left = calls

    async def __call__(self) -> None:
        if not self.left:
            raise NotNow
        self.left -= 1


async def test_a_read_without_leave_is_not_sent() -> None:
    wire = Wire()
    transport = Paced(wire)
    with paced(Leave(2)):
        await transport.read("/0", "to read")
        await transport.read("/1", "to read")
        with pytest.raises(NotNow):
            await transport.read("/2", "to read")
    assert wire.sent == ["/0", "/1"]


async def test_a_change_waits_for_nobodys_leave() -> None:
    wire = Wire()
    with paced(Leave(0)):
        await Paced(wire).change(CHANGE)
    assert wire.sent == [CHANGE.path]


async def test_the_pace_of_one_is_not_that_of_another() -> None:
    wire = Wire()
    transport, begun = Paced(wire), asyncio.Event()

    async def round_() -> None:
        with paced(Leave(0)):
            begun.set()
            with pytest.raises(NotNow):
                await transport.read("/round", "to read")

    async def somebody() -> None:
        await begun.wait()
        await transport.read("/asked", "to read")

    await asyncio.gather(round_(), somebody())
    await transport.read("/after", "to read")
    assert wire.sent == ["/asked", "/after"]

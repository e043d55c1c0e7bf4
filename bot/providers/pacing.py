"""A pace for what goes its rounds: leave is asked before each of its calls, by a transport around the transport.

Who reads on behalf of a lease says so once, around the whole reading; nothing between it and the call has to know.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from bot.errors import ProviderError
from bot.providers.http import Params, ProviderCall, Sender

Permit = Callable[[], Awaitable[object]]
"""Awaited before each call; whatever it raises goes to whoever reads, and the call is not made."""


async def _always() -> None:
    """Permit every call."""


_permit: ContextVar[Permit] = ContextVar("permit", default=_always)


@contextmanager
def paced(permit: Permit) -> Iterator[None]:
    """Let every read of a provider that begins within ask ``permit`` first."""
    token = _permit.set(permit)
    try:
        yield
    finally:
        _permit.reset(token)


async def ask_leave() -> None:
    """Ask whoever sets the pace for one more call; who does not come from a provider's transport asks by this."""
    await _permit.get()()


class Paced:
    """A transport whose reads go at the pace of whoever makes them; a change is somebody's, and never waits."""

    def __init__(self, transport: Sender) -> None:
        self._transport = transport

    async def read(self, path: str, doing: str, *, params: Params | None = None) -> dict[str, Any]:
        """Return the JSON object that a GET answers with, once it may be asked for."""
        await ask_leave()
        return await self._transport.read(path, doing, params=params)

    async def change(self, call: ProviderCall) -> dict[str, Any]:
        """Send a change once and return the JSON object of its answer."""
        return await self._transport.change(call)

    def no_answer(self, call: ProviderCall) -> ProviderError:
        """Return the error for a success that came without what was asked for."""
        return self._transport.no_answer(call)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

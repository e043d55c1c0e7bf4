"""How people have a project's list read from its provider: once where it never was, and again whenever they press."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, TypeVar

from bot.access.access import Access
from bot.clock import Clock
from bot.mirror import ListMirror
from bot.slack.call import Call
from bot.slack.pages import read_page_in
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape

T = TypeVar("T")

PageOf = Callable[[Access, str, int], Awaitable[Sequence[dict[str, Any]]]]
"""Draws a page of a list: for whom and in which project, narrowed by which words, and its number."""


class ListReading(Generic[T]):
    """Reads a list for people who wait for it."""

    def __init__(self, clock: Clock, mirror: ListMirror[T]) -> None:
        self._clock = clock
        self._mirror = mirror

    async def once(self, call: Call, access: Access) -> None:
        """Read the list now if it never was; an old one is read again behind the reader's back.

        Raises:
            ProviderError: it could not be read.
        """
        now, project_id = self._clock.now(), access.there.id
        if not await self._mirror.look(project_id, now):
            await told_if_slow(self._mirror.refresh(project_id, now), call.tell, self._reading(access))

    async def again(self, call: Call, access: Access, page: PageOf) -> None:
        """Read the list from the provider now, and show the page from which that was asked, in its place.

        Raises:
            ProviderError: it could not be read; the page tells what is known.
        """
        number, _, words = read_page_in(call.value)
        await call.say_replace(self._reading(access))
        try:
            await self._mirror.refresh(access.there.id, self._clock.now())
        finally:
            await call.show_instead(await page(access, words, number))

    def _reading(self, access: Access) -> str:
        return f"Reading the {self._mirror.noun} of {escape(access.there.name)} from {access.vendor.name}…"

"""What every group of endpoints shares."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from bot.errors import Unavailable
from bot.providers.deepgram.ids import path_id
from bot.providers.http import Sender
from bot.providers.lenient import object_or_empty

READ_AT_ONCE = 500  # entries: some ten milliseconds
_log = logging.getLogger(__name__)
Item = TypeVar("Item")


class Endpoints:
    """A group of endpoints over one transport."""

    def __init__(self, transport: Sender) -> None:
        self._transport = transport


def project_path(project_id: str) -> str:
    """Return ``/v1/projects/{id}``.

    Raises:
        NotUnderstood: the id is no UUID.
    """
    return f"/v1/projects/{path_id(project_id, 'project')}"


class Listed(list[Item]):
    """What a list holds, and how many of its entries could not be read: those may be anything, so say that they are.

    ``is_told`` is False where ``null`` stood for the list: nothing is in it, and nothing is known to be missing.
    """

    def __init__(self, items: Iterable[Item] = (), left_out: int = 0, *, is_told: bool = True) -> None:
        super().__init__(items)
        self.left_out = left_out
        self.is_told = is_told

    @property
    def is_whole(self) -> bool:
        """Whether something that is not in it is certainly not there."""
        return self.is_told and not self.left_out

    def only(self, usable: Callable[[Item], bool]) -> Listed[Item]:
        """Return the list with the items that can be worked with; the others count as left out."""
        kept = [item for item in self if usable(item)]
        return Listed(kept, self.left_out + len(self) - len(kept), is_told=self.is_told)

    def certain(self, noun: str) -> Listed[Item]:
        """Return the list if something that is not in it is certainly not there.

        Raises:
            Unavailable: an entry could not be read: it may be the one that is looked for; or no list was told.
        """
        if not self.is_told:
            raise Unavailable(f"Deepgram did not tell its list of {noun}, so what is in it cannot be told.")
        if self.left_out:
            raise Unavailable(
                f"Deepgram's list of {noun} has entries that Keydesk cannot read, so what is in it cannot be told."
            )
        return self


async def listed(body: dict[str, Any], name: str, read: Callable[[object], Item | None]) -> Listed[Item]:
    """Read the list ``name`` of an answer; entries without an id are left out and counted.

    ``null`` is empty and proves nothing. A missing list is not an empty one: Keydesk would take every key for gone.

    Raises:
        Unavailable: there is no such list in the answer.
    """
    entries = body.get(name, ...)
    if entries is not None and not isinstance(entries, list):
        raise Unavailable(f"Deepgram answered without the {name.replace('_', ' ')}. Try again in a minute.")
    if len(entries or ()) > READ_AT_ONCE:  # reading many takes a while, in which others have their turn
        found = await asyncio.to_thread(lambda: _each(read, entries))
    else:
        found = _each(read, entries)
    found.is_told = entries is not None
    if found.left_out:
        _log.warning("left out %d entries without an id among %s", found.left_out, name)
    return found


def _each(read: Callable[[object], Item | None], entries: list[object] | None) -> Listed[Item]:
    items = [read(entry) for entry in entries or []]
    kept = [item for item in items if item is not None]
    return Listed(kept, len(items) - len(kept))


def told(body: dict[str, Any], names: Iterable[str], noun: str) -> dict[str, Any]:
    """Return an answer of which no single part must be there, if any is.

    Raises:
        Unavailable: it has none of these names; that is not the same as nothing.
    """
    if not any(name in body for name in names):
        raise Unavailable(f"Deepgram answered without {noun}. Try again in a minute.")
    return body


async def report(body: dict[str, Any], read: Callable[[object], Item | None]) -> dict[str, Any]:
    """Read what every report tells: its period, the length of a bucket (``units``, ``amount``), and its results.

    Raises:
        Unavailable: it has no list of results; that is not the same as none.
    """
    length, period = object_or_empty(body.get("resolution")), {"start": body.get("start"), "end": body.get("end")}
    results = tuple(await listed(body, "results", read))
    return period | {"units": length.get("units"), "amount": length.get("amount"), "results": results}

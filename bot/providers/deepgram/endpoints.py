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
from bot.providers.listed import Listed

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

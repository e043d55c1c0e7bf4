"""What every group of endpoints shares."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from bot.errors import Unavailable
from bot.providers.deepgram.ids import path_id
from bot.providers.http import Sender
from bot.providers.lenient import object_or_empty

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


def listed(body: dict[str, Any], name: str, read: Callable[[object], Item | None]) -> list[Item]:
    """Read the list ``name`` of an answer; null is empty, entries without an id are skipped.

    A missing list is not an empty one: Keydesk would take every key for gone.

    Raises:
        Unavailable: there is no such list in the answer.
    """
    entries = body.get(name, ...)
    if entries is not None and not isinstance(entries, list):
        raise Unavailable(f"Deepgram answered without the {name.replace('_', ' ')}. Try again in a minute.")
    items = [read(entry) for entry in entries or []]
    kept = [item for item in items if item is not None]
    if len(kept) < len(items):
        _log.debug("skipped %d entries without an id among %s", len(items) - len(kept), name)
    return kept


def report(body: dict[str, Any], read: Callable[[object], Item | None]) -> dict[str, Any]:
    """Read what every report tells: its period, the length of a bucket (``units``, ``amount``), and its results.

    Raises:
        Unavailable: it has no list of results; that is not the same as none.
    """
    length, period = object_or_empty(body.get("resolution")), {"start": body.get("start"), "end": body.get("end")}
    results = tuple(listed(body, "results", read))
    return period | {"units": length.get("units"), "amount": length.get("amount"), "results": results}

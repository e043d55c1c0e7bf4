"""A stream of server-sent events, cut where whole events end: half an event is never passed on."""

from __future__ import annotations

from typing import Any

import orjson

LARGEST_EVENT = 4 * 2**20  # bytes
DONE = {"type": "[DONE]"}
"""Stands for the ``[DONE]`` with which a chat ends."""


class EventTooLarge(Exception):
    """An event has more bytes than are kept."""


class Events:
    """Takes bytes as they come and gives back whole events."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, chunk: bytes) -> bytes:
        """Return the events that are whole now, as they came; empty where none is.

        Raises:
            EventTooLarge: one goes on for too long.
        """
        if not self._rest and chunk.endswith(b"\n\n"):
            return chunk
        text = self._rest + chunk
        end = max(_after_last(text, b"\n\n"), _after_last(text, b"\r\n\r\n"))
        self._rest = text[end:]
        if len(self._rest) > LARGEST_EVENT:
            raise EventTooLarge
        return text[:end]


def _after_last(text: bytes, mark: bytes) -> int:
    found = text.rfind(mark)
    return found + len(mark) if found >= 0 else 0


def values(events: bytes) -> list[Any]:
    """Return the JSON value of each line of data in whole events, or `DONE`; what is neither is passed over."""
    found: list[Any] = []
    for line in events.splitlines():
        if line.startswith(b"data:"):
            data = line[5:].strip()
            try:
                found.append(DONE if data == b"[DONE]" else orjson.loads(data))
            except orjson.JSONDecodeError:
                continue
    return found

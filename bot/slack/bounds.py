"""The door of every text that Slack brings: what is longer than anything we ask for is cut, once, before it is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

LONGEST = 12_000  # twenty of the longest addresses in one command, each of them twice, as Slack writes them


def bounded(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload with no text longer than ``LONGEST``; the payload itself where none is."""
    return _cut(body) if _is_long(body) else body


def _is_long(part: Any) -> bool:
    if isinstance(part, str):
        return len(part) > LONGEST
    if isinstance(part, Mapping):
        return any(map(_is_long, part.values()))
    return isinstance(part, list) and any(map(_is_long, part))


def _cut(part: Any) -> Any:
    if isinstance(part, str):
        return part[:LONGEST]
    if isinstance(part, Mapping):
        return {name: _cut(each) for name, each in part.items()}
    return [_cut(each) for each in part] if isinstance(part, list) else part

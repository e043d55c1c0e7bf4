"""Which types of block this workspace refuses, and what Slack's pointers say about it.

A type counts as refused only where Slack names it (a pointer to the ``type`` of a block), or where the same payload
was refused with it and taken without it. A pointer into a block (``/blocks/3/rows/1/2``) is about that block of ours,
not about its type. The six basic types are never on the list: there is nothing simpler.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from bot.slack.refusals import SlackError
from bot.slack.simpler import BASIC, Block

REMEMBERED = timedelta(days=1)
# Slack's codes for a payload that it cannot draw. Views answer ``invalid_arguments``, for their trigger as well:
# docs.slack.dev/reference/methods/views.open, chat.postMessage.
OF_BLOCKS = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_view",
        "msg_blocks_too_long",
        "only_one_table_allowed",
        "view_too_large",
    }
)
_PLACE = re.compile(r"^(?:/view)?/blocks(?:/(\d+)(/.*)?)?$")


class RefusedTypes(Protocol):
    """What a workspace refuses, remembered for a day by whoever implements this."""

    async def known(self) -> frozenset[str]:
        """Return the types that are refused at present."""

    async def note(self, block_type: str) -> None:
        """Remember that this type was refused just now."""


class OwnRefusals:
    """What this process has learned itself, forgotten with it; ``now`` is in seconds."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._refused: dict[str, float] = {}

    async def known(self) -> frozenset[str]:
        """Return the types that were refused within a day."""
        since = self._now() - REMEMBERED.total_seconds()
        return frozenset(each for each, at in self._refused.items() if at > since)

    async def note(self, block_type: str) -> None:
        """Remember a type."""
        self._refused[block_type] = self._now()


@dataclass(frozen=True)
class Pointed:
    """What Slack's pointers name: types, whole blocks, and blocks with something wrong inside, by their index."""

    types: frozenset[str]
    blocks: frozenset[int]
    inside: frozenset[int]


def is_of_blocks(problem: SlackError) -> bool:
    """Whether Slack refused what was drawn, and not something else about the call."""
    if problem.code in OF_BLOCKS:
        return True
    unsaid = not problem.pointers and problem.method.startswith("views.")
    return problem.code == "invalid_arguments" and (unsaid or any(_PLACE.match(each) for each in problem.pointers))


def pointed(pointers: Sequence[str], sent: Sequence[Block]) -> Pointed:
    """Read pointers against the blocks that were sent."""
    found = [place for each in pointers if (place := _PLACE.match(each)) and place[1] and int(place[1]) < len(sent)]
    named = {int(place[1]) for place in found if place[2] == "/type"}
    inside = {int(place[1]) for place in found if place[2] not in (None, "/type")}
    whole = {int(place[1]) for place in found if place[2] is None}
    types = frozenset(str(sent[index].get("type")) for index in named) - BASIC
    return Pointed(types, frozenset(named | whole), frozenset(inside))

"""A workspace that refuses: one body after another is checked as the emulated Slack checks it, and what came is kept.

What is compared are the figures that a reader finds and the controls that they can press or fill in.
"""

from __future__ import annotations

import re
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from structlog.testing import capture_logs

from bot.slack.ladder import Ladder
from bot.slack.refusals import SlackError, pointers_in
from bot.slack.simpler import number
from bot.slack.words import fallback_text
from playground.slack import wire
from playground.slack.block_rules import check_message, check_view
from playground.slack.refused_blocks import RefusedBlocks

T = TypeVar("T")
Shown = dict[str, Any] | list[dict[str, Any]]

FIGURE = re.compile(r"\d[\d,.:]*\d|\d")
_LINKED = re.compile(r"<!date\^\d+\^[^|>]*\|([^>]*)>")


@dataclass
class Workspace:
    """Refuses these types in this way; ``sends`` are all bodies that came, ``taken`` the last one that was taken."""

    refused: RefusedBlocks = field(default_factory=RefusedBlocks)
    ladder: Ladder = field(default_factory=Ladder)
    sends: list[Mapping[str, Any]] = field(default_factory=list)
    taken: Mapping[str, Any] = field(default_factory=dict)

    async def takes(self, body: Mapping[str, Any]) -> None:
        """Take a message or a view, or refuse it as Slack does."""
        self.sends.append(body)
        is_view = body.get("type") in ("modal", "home")
        try:
            if is_view:
                check_view(self.refused, dict(body))
            else:
                check_message(self.refused, body.get("blocks"), str(body.get("text")))
        except wire.SlackError as refusal:
            method = "views.update" if is_view else "chat.postMessage"
            raise SlackError(method, refusal.code, pointers_in(refusal.answer())) from None
        self.taken = body

    def show(self, shown: Shown) -> None:
        """Send a message's blocks or a view down the ladder."""
        self.sends.clear()
        with capture_logs():  # a line for each refusal: walks have thousands
            self._show(shown)

    def _show(self, shown: Shown) -> None:
        if isinstance(shown, dict):
            at_once(self.ladder.view(shown, self.takes))
        else:
            body = {"channel": "C1", "text": fallback_text(shown), "blocks": shown}
            at_once(self.ladder.message(body, self.takes))

    @property
    def learned(self) -> frozenset[str]:
        """The types that the ladder remembers."""
        return at_once(self.ladder.refusals.known())

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The blocks that a reader has before them."""
        return list(self.taken.get("blocks") or [{"type": "section", "text": {"text": self.taken["text"]}}])


def at_once(work: Coroutine[Any, Any, T]) -> T:
    """Run what waits for nothing, without an event loop: walks have thousands of steps."""
    try:
        work.send(None)
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]  # what the coroutine returned
    raise AssertionError("it waited for something")


def blocks_of(shown: Shown) -> list[dict[str, Any]]:
    """Return the blocks of a message or a view."""
    return shown if isinstance(shown, list) else list(shown["blocks"])


def figures(blocks: list[dict[str, Any]]) -> set[str]:
    """Return every number that these blocks show."""
    return {found for text in _texts(blocks) for found in FIGURE.findall(_LINKED.sub(r"\1", text))}


def controls(blocks: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """Return every button, menu and field: its action and what it carries, else the block that it stands in."""
    return set(_controls(blocks, ""))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _texts(each)
    elif isinstance(part, dict) and "action_id" not in part:
        for key, value in part.items():
            if isinstance(value, str) and key in ("text", "label", "name", "title", "caption", "alt_text"):
                yield value
            elif key == "value":
                yield number(value)
            elif key != "confirm":
                yield from _texts(value)


def _controls(part: Any, block_id: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for each in part:
            yield from _controls(each, block_id)
    elif isinstance(part, dict):
        block_id = str(part.get("block_id", block_id))
        if "action_id" in part:
            yield str(part["action_id"]), str(part.get("value") or block_id)
        for value in part.values():
            yield from _controls(value, block_id)

"""What a call really took, as the provider's answer or stream tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.gateway.estimate import PROSE_BYTES

_TEXTS = frozenset({"content", "reasoning", "reasoning_content", "refusal"})
_TELLING = frozenset({"usage", "x_groq", "response"})  # below these stands what is told of the call itself
_LAST_EVENTS = frozenset({"[DONE]", "response.completed", "response.incomplete", "response.failed"})


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call; ``cached`` of the input ones were read from a cache and count toward no limit.

    ``is_estimated``: nobody told, and it was counted from what was delivered.
    """

    input_tokens: int
    output_tokens: int
    cached_tokens: int = 0
    is_estimated: bool = False

    @property
    def charged_input(self) -> int:
        """The input tokens that count toward limits."""
        return max(0, self.input_tokens - self.cached_tokens)

    @property
    def charged(self) -> int:
        """All tokens that count toward limits."""
        return self.charged_input + self.output_tokens


def usage_in(answer: Mapping[str, Any]) -> Usage | None:
    """Return the usage of a whole answer, of a chunk, or of an event that carries a response; None where none is told.

    Chat tells ``prompt_tokens`` and ``completion_tokens``, in a stream below ``x_groq`` of the last chunk; responses
    tell ``input_tokens`` and ``output_tokens`` (Groq's API reference).
    """
    for holder in (answer, answer.get("response"), answer.get("x_groq")):
        if isinstance(holder, dict | Mapping) and (found := _usage(holder.get("usage"))):
            return found
    return None


def upstream_id_in(answer: Mapping[str, Any]) -> str | None:
    """Return the provider's own id of the request (``x_groq.id``), where it is told."""
    told = answer.get("x_groq")
    found = told.get("id") if isinstance(told, dict) else None
    return found if isinstance(found, str) else None


def _usage(told: Any) -> Usage | None:
    if not isinstance(told, dict):
        return None
    read = _count(told.get("prompt_tokens", told.get("input_tokens")))
    written = _count(told.get("completion_tokens", told.get("output_tokens", 0)))
    if read is None or written is None:
        return None
    details = told.get("prompt_tokens_details", told.get("input_tokens_details"))
    cached = _count(details.get("cached_tokens")) if isinstance(details, dict) else None
    return Usage(read, written, min(cached or 0, read))


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**40 else None


class StreamMeter:
    """Reads along with a stream: its usage, whether it came to its own end, and how many bytes of text it brought.

    An error that the provider tells (``has_failed``) is an end of its own too.
    """

    def __init__(self) -> None:
        self.usage: Usage | None = None
        self.upstream_id: str | None = None
        self.has_ended = False
        self.has_failed = False
        self.delivered = 0

    def read(self, event: Any) -> None:
        """Take in the JSON value of one event's data, or the `bot.gateway.events.DONE` with which a chat ends."""
        if not isinstance(event, dict):
            return
        if not _TELLING.isdisjoint(event):
            self.usage = usage_in(event) or self.usage
            self.upstream_id = self.upstream_id or upstream_id_in(event)
        kind = event.get("type")
        if kind == "error" or event.get("error"):
            self.has_failed = True
        if self.has_failed or kind in _LAST_EVENTS:
            self.has_ended = True
        self.delivered += _delivered(event)

    def settled(self, input_tokens: int) -> Usage:
        """Return what is to be charged: the usage told, or else the prompt as estimated and what was delivered."""
        return self.usage or Usage(input_tokens, -(-self.delivered // PROSE_BYTES), is_estimated=True)


def _delivered(event: dict[str, Any]) -> int:
    """Return the bytes of text that an event brings: of each choice's delta, or of a delta of responses."""
    choices = event.get("choices")
    if choices is None:
        return _size(event.get("delta"))
    return sum(map(_of_choice, choices)) if isinstance(choices, list) else 0


def _of_choice(choice: Any) -> int:
    delta = choice.get("delta") if isinstance(choice, dict) else None
    if not isinstance(delta, dict):
        return 0
    total = 0
    for name, value in delta.items():
        if name in _TEXTS:
            total += _size(value)
        elif name == "tool_calls" and isinstance(value, list):
            total += sum(map(_of_tool_call, value))
    return total


def _of_tool_call(call: Any) -> int:
    function = call.get("function") if isinstance(call, dict) else None
    return _size(function.get("name")) + _size(function.get("arguments")) if isinstance(function, dict) else 0


def _size(text: Any) -> int:
    if not isinstance(text, str):
        return 0
    return len(text) if text.isascii() else len(text.encode(errors="replace"))

"""What a call really took, as the provider's answer or stream tells it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.gateway.estimate import PROSE_BYTES

_TEXTS = ("content", "reasoning", "reasoning_content", "refusal")
_LAST_EVENTS = frozenset({"response.completed", "response.incomplete", "response.failed"})


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
        """Take in the JSON value of one event's data."""
        if not isinstance(event, dict):
            return
        self.usage = usage_in(event) or self.usage
        self.upstream_id = self.upstream_id or upstream_id_in(event)
        self.has_failed = self.has_failed or bool(event.get("error")) or event.get("type") == "error"
        if self.has_failed or event.get("type") in _LAST_EVENTS:
            self.has_ended = True
        self.delivered += _delivered(event)

    def end(self) -> None:
        """Take in the ``[DONE]`` with which a chat ends."""
        self.has_ended = True

    def settled(self, input_tokens: int) -> Usage:
        """Return what is to be charged: the usage told, or else the prompt as estimated and what was delivered."""
        return self.usage or Usage(input_tokens, -(-self.delivered // PROSE_BYTES), is_estimated=True)


def _delivered(event: dict[str, Any]) -> int:
    """Return the bytes of text that an event brings: of each choice's delta, or of a delta of responses."""
    delta = event.get("delta")
    if isinstance(delta, str):
        return len(delta.encode(errors="replace"))
    choices = event.get("choices")
    return sum(map(_of_choice, choices)) if isinstance(choices, list) else 0


def _of_choice(choice: Any) -> int:
    delta = choice.get("delta") if isinstance(choice, dict) else None
    if not isinstance(delta, dict):
        return 0
    texts = sum(_size(delta.get(name)) for name in _TEXTS)
    calls = delta.get("tool_calls")
    return texts + sum(map(_of_tool_call, calls)) if isinstance(calls, list) else texts


def _of_tool_call(call: Any) -> int:
    function = call.get("function") if isinstance(call, dict) else None
    return _size(function.get("name")) + _size(function.get("arguments")) if isinstance(function, dict) else 0


def _size(text: Any) -> int:
    return len(text.encode(errors="replace")) if isinstance(text, str) else 0

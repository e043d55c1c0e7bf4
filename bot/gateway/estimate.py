"""How many tokens a call may take, told from its body before it is sent: what admission reserves.

Groq reserves the prompt and the most tokens that may be written. No tokenizer is at hand in the path of a call, so the
prompt is told by its bytes: a quarter of prose and code, a third of JSON. Usage corrects both afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

PROSE_BYTES = 4
JSON_BYTES = 3
MESSAGE_TOKENS = 4  # the marks around each message
MEDIA_TOKENS = 500  # an image or a file: its base64 is no text, and what it takes is told only by usage
DEFAULT_OUTPUT = 1_024  # what a call without a maximum of its own is taken to write

_LARGEST = 10**9  # whatever a body asks for: counters hold 64 bits


@dataclass(frozen=True, slots=True)
class Demand:
    """Tokens that a call may read and write, at most."""

    input_tokens: int
    output_tokens: int

    @property
    def total_tokens(self) -> int:
        """What both take together."""
        return self.input_tokens + self.output_tokens


def of_chat(body: Mapping[str, Any], default_output: int = DEFAULT_OUTPUT) -> Demand:
    """Return the demand of a body of ``/chat/completions``; each of ``n`` answers may be as long as is allowed."""
    prompt = _items(body.get("messages")) + _json(body.get("tools")) + _json(body.get("response_format"))
    longest = _whole(body.get("max_completion_tokens")) or _whole(body.get("max_tokens")) or default_output
    return Demand(prompt, min(longest * (_whole(body.get("n")) or 1), _LARGEST))


def of_responses(body: Mapping[str, Any], default_output: int = DEFAULT_OUTPUT) -> Demand:
    """Return the demand of a body of ``/responses``, whose input is a text or a list of items."""
    prompt = _content(body.get("instructions")) + _items(body.get("input"))
    prompt += _json(body.get("tools")) + _json(body.get("text"))
    return Demand(prompt, _whole(body.get("max_output_tokens")) or default_output)


def of_embeddings(body: Mapping[str, Any], _default_output: int = DEFAULT_OUTPUT) -> Demand:
    """Return the demand of a body of ``/embeddings``: texts, or lists of tokens that are counted as they are."""
    given = body.get("input")
    return Demand(_embedded(given if isinstance(given, list) else [given]), 0)


def _embedded(inputs: list[Any]) -> int:
    lists = (len(each) if isinstance(each, list) else _content(each) for each in inputs if not isinstance(each, int))
    return sum(lists) + sum(isinstance(each, int) for each in inputs)


def _items(given: Any) -> int:
    if not isinstance(given, list):
        return _content(given)
    return sum(_item(each) if isinstance(each, dict) else _json(each) for each in given)


def _item(item: dict[str, Any]) -> int:
    """Count one message, or one item of an input; whatever else it carries (calls of tools) is JSON."""
    total = MESSAGE_TOKENS
    for name, value in item.items():
        if name in {"content", "reasoning", "output"}:
            total += _content(value)
        elif name not in {"role", "type", "id", "status"}:
            total += _json(value)
    return total


def _content(content: Any) -> int:
    if isinstance(content, str):
        return _tokens(_size(content), PROSE_BYTES)
    if isinstance(content, list):
        return sum(_part(each) if isinstance(each, dict) else _json(each) for each in content)
    return _json(content)


def _part(part: dict[str, Any]) -> int:
    """Count a part of a content; whatever holds no text of its own is media."""
    text = part.get("text")
    if isinstance(text, str):
        return _tokens(_size(text), PROSE_BYTES)
    refusal = part.get("refusal")
    return _tokens(_size(refusal), PROSE_BYTES) if isinstance(refusal, str) else MEDIA_TOKENS


def _json(value: Any) -> int:
    return 0 if value is None else _tokens(len(orjson.dumps(value)), JSON_BYTES)


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode(errors="replace"))


def _tokens(size: int, bytes_each: int) -> int:
    return -(-size // bytes_each)


def _whole(value: Any) -> int | None:
    """Return a maximum that makes sense; what does not is the provider's to refuse."""
    return min(value, _LARGEST) if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None

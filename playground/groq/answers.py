"""What the emulated models say: always the same words, as many as was asked for, with what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playground.groq.limits import Cost

WORDS = ("The", " quick", " brown", " fox", " jumps", " over", " the", " lazy", " dog", ".")
CREATED = 1_796_083_200  # 1 December 2026


def words(number: int) -> list[str]:
    """Return so many words, one a token."""
    return [WORDS[at % len(WORDS)] for at in range(number)]


def request_id() -> str:
    """Return a new id of a request."""
    return "req_" + uuid4().hex[:26]


@dataclass(frozen=True)
class Saying:
    """One answer: its model, tokens in and out, how many of those in were cached, its id, and why it ended."""

    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    request_id: str
    is_cut_short: bool = False
    tier: str = "on_demand"

    @property
    def words(self) -> list[str]:
        """Return one word a token."""
        return words(self.output_tokens)

    @property
    def cost(self) -> Cost:
        """Return what it took of the limits."""
        return Cost(self.input_tokens - self.cached_tokens, self.output_tokens)

    @property
    def finish_reason(self) -> str:
        """Return why it ended."""
        return "length" if self.is_cut_short else "stop"

    def usage(self) -> dict[str, Any]:
        """Return what it took, as chat tells it."""
        return {
            "queue_time": 0.001,
            "prompt_tokens": self.input_tokens,
            "prompt_time": 0.002,
            "completion_tokens": self.output_tokens,
            "completion_time": 0.01,
            "total_tokens": self.input_tokens + self.output_tokens,
            "total_time": 0.012,
            "prompt_tokens_details": {"cached_tokens": self.cached_tokens},
        }


def chat(saying: Saying) -> dict[str, Any]:
    """Return a whole answer of chat."""
    message = {"role": "assistant", "content": "".join(saying.words)}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": saying.finish_reason}
    caches = {"dram_cached_tokens": 0, "sram_cached_tokens": saying.cached_tokens}
    return {
        "id": f"chatcmpl-{saying.request_id[4:]}",
        "object": "chat.completion",
        "created": CREATED,
        "model": saying.model,
        "choices": [choice],
        "usage": saying.usage(),
        "usage_breakdown": None,
        "system_fingerprint": "fp_emulated",
        "service_tier": saying.tier,
        "x_groq": {"id": saying.request_id, "seed": 1} | ({"usage": caches} if saying.cached_tokens else {}),
    }


def chat_chunks(saying: Saying, *, include_usage: bool = False) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a streamed chat: the first names the request, the last tells usage.

    ``include_usage`` is OpenAI's way to ask for it: one chunk more, without choices.
    """
    yield _chunk(saying, {"role": "assistant", "content": ""}) | {"x_groq": {"id": saying.request_id, "seed": 1}}
    for word in saying.words:
        yield _chunk(saying, {"content": word})
    end = {"id": saying.request_id, "usage": saying.usage()}
    yield _chunk(saying, {}, saying.finish_reason) | {"x_groq": end}
    if include_usage:
        yield _chunk(saying, {}) | {"choices": [], "usage": saying.usage()}


def _chunk(saying: Saying, delta: Mapping[str, Any], reason: str | None = None) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{saying.request_id[4:]}",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": saying.model,
        "system_fingerprint": "fp_emulated",
        "choices": [{"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": reason}],
    }


def response(saying: Saying, *, status: str = "completed") -> dict[str, Any]:
    """Return a whole answer of responses, or what is told of it while it is ``in_progress``."""
    part = {"type": "output_text", "text": "".join(saying.words), "annotations": []}
    item = {"type": "message", "id": f"msg_{saying.request_id[4:]}", "status": status, "role": "assistant"}
    usage = {
        "input_tokens": saying.input_tokens,
        "input_tokens_details": {"cached_tokens": saying.cached_tokens},
        "output_tokens": saying.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": saying.input_tokens + saying.output_tokens,
    }
    done = status == "completed"
    return {
        "id": f"resp_{saying.request_id[4:]}",
        "object": "response",
        "created_at": CREATED,
        "status": status,
        "incomplete_details": None,
        "model": saying.model,
        "output": [item | {"content": [part]}] if done else [],
        "usage": usage if done else None,
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


def response_events(saying: Saying) -> Iterator[dict[str, Any]]:
    """Yield the events of a streamed response; the last one tells usage."""
    item_id = f"msg_{saying.request_id[4:]}"
    yield {"type": "response.created", "response": response(saying, status="in_progress")}
    for word in saying.words:
        where = {"item_id": item_id, "output_index": 0, "content_index": 0, "logprobs": []}
        yield {"type": "response.output_text.delta", "delta": word} | where
    yield {"type": "response.completed", "response": response(saying)}


def embeddings(model: str, texts: list[str], tokens: int) -> dict[str, Any]:
    """Return a vector for each text."""
    data = [{"object": "embedding", "index": at, "embedding": [0.1, 0.2, 0.3]} for at in range(len(texts))]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}

"""What the emulated models say: always the same words, as many as was asked for, with what they cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from playground.groq import refusals

WORDS = ("The", " quick", " brown", " fox", " jumps", " over", " the", " lazy", " dog", ".")
CREATED = 1_796_083_200  # 1 December 2026


@dataclass(frozen=True)
class Saying:
    """One answer: its model, tokens in and out, how many of those in were cached, and ids."""

    model: str
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    request_id: str

    @property
    def words(self) -> list[str]:
        """Return one word a token."""
        return [WORDS[number % len(WORDS)] for number in range(self.output_tokens)]

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


def say(body: Mapping[str, Any], answer_tokens: int, cached: int) -> Saying:
    """Return the answer to a body of chat or responses."""
    most = most_tokens(body)
    given = input_tokens(body)
    out = answer_tokens if most is None else min(answer_tokens, most)
    return Saying(str(body["model"]), given, out, min(cached, given), "req_" + uuid4().hex[:26])


def most_tokens(body: Mapping[str, Any]) -> int | None:
    """Return the most tokens that an answer may have, where the caller says."""
    for name in ("max_completion_tokens", "max_tokens", "max_output_tokens"):
        if body.get(name) is not None:
            return int(body[name])
    return None


def input_tokens(body: Mapping[str, Any]) -> int:
    """Return how many tokens were sent: one for four letters of text."""
    return max(1, sum(len(text) for text in _texts(body.get("messages") or body.get("input") or "")) // 4)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        yield from _texts(value.get("content") or value.get("text") or "")


def chat(saying: Saying) -> dict[str, Any]:
    """Return a whole answer of chat."""
    message = {"role": "assistant", "content": "".join(saying.words)}
    return {
        "id": f"chatcmpl-{saying.request_id[4:]}",
        "object": "chat.completion",
        "created": CREATED,
        "model": saying.model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}],
        "usage": saying.usage(),
        "system_fingerprint": "fp_emulated",
        "service_tier": "on_demand",
        "x_groq": {"id": saying.request_id},
    }


def chat_chunks(saying: Saying) -> Iterator[dict[str, Any]]:
    """Yield the chunks of a streamed chat: the first names the request, the last tells usage."""
    yield _chunk(saying, {"role": "assistant", "content": ""}) | {"x_groq": {"id": saying.request_id}}
    for word in saying.words:
        yield _chunk(saying, {"content": word})
    end = {"id": saying.request_id, "usage": saying.usage()}
    yield _chunk(saying, {}, "stop") | {"x_groq": end}


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
    """Return a whole answer of responses."""
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


def embeddings(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return a vector for each text.

    Raises:
        Refusal: there is no text.
    """
    texts = list(_texts(body.get("input") or ""))
    if not texts:
        raise refusals.bad_request("'input' : property is missing")
    tokens = input_tokens(body)
    data = [{"object": "embedding", "index": at, "embedding": [0.1, 0.2, 0.3]} for at in range(len(texts))]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": body["model"], "usage": usage}

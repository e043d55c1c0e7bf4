"""What Groq answers when it does not do what it was asked, in its own words (its error and rate limit pages).

The words of a blocked organization, of a full flex tier and of a body that is too long are this emulator's own: of
those only status and code are documented.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

METRIC_WORDS: Mapping[str, str] = {
    "RPM": "requests per minute",
    "RPD": "requests per day",
    "TPM": "tokens per minute",
    "TPD": "tokens per day",
    "ITPM": "input tokens per minute",
    "OTPM": "output tokens per minute",
    "ASH": "seconds of audio per hour",
    "ASD": "seconds of audio per day",
}


@dataclass
class Refusal(Exception):
    """A status and an error object, with headers of its own."""

    status: int
    message: str
    kind: str = "invalid_request_error"
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        error = {"message": self.message, "type": self.kind}
        return {"error": error | ({"code": self.code} if self.code else {})}

    def response(self) -> web.Response:
        """Return it as an answer."""
        return web.json_response(self.body(), status=self.status, headers=self.headers)


def invalid_key() -> Refusal:
    """Return the answer to a key that is unknown or revoked."""
    return Refusal(401, "Invalid API Key", code="invalid_api_key")


def blocked() -> Refusal:
    """Return the answer to every call of an organization that has reached its spend limit."""
    return Refusal(400, "API access is blocked: the organization's spend limit is reached.", code="blocked_api_access")


def no_such_model(model: str) -> Refusal:
    """Return the answer to a model that is not there."""
    words = f"The model `{model}` does not exist or you do not have access to it."
    return Refusal(404, words, code="model_not_found")


def wrong_model(model: str, doing: str) -> Refusal:
    """Return the answer to a model that is there, for something else."""
    return Refusal(400, f"The model `{model}` does not support {doing}")


def no_such_path(method: str, path: str) -> Refusal:
    """Return the answer to a path that is not there."""
    return Refusal(404, f"Unknown request URL: {method} {path}.", code="unknown_url")


def bad_request(words: str) -> Refusal:
    """Return the answer to a body that is not understood."""
    return Refusal(400, words)


def too_long_a_prompt() -> Refusal:
    """Return the answer to more words than a model can hold."""
    words = "Please reduce the length of the messages or completion."
    return Refusal(400, words, code="context_length_exceeded")


def too_long_a_body() -> Refusal:
    """Return the answer to a body of more bytes than are taken."""
    return Refusal(413, "Request Entity Too Large", code="request_too_large")


def flex_is_full() -> Refusal:
    """Return the answer where the flex tier has no room."""
    return Refusal(498, "The flex tier is at capacity.", "capacity_exceeded", "capacity_exceeded")


def too_large(model: str, organization: str, metric: str, limit: int, requested: int) -> Refusal:
    """Return the answer to a call that can never fit below a limit."""
    words = (
        f"Request too large for model {_place(model, organization, metric)}: Limit {limit}, Requested {requested}, "
        "please reduce your message size and try again."
    )
    return Refusal(413, words, _kind(metric), "rate_limit_exceeded")


def limited(model: str, organization: str, metric: str, numbers: tuple[int, int, int], seconds: float) -> Refusal:
    """Return the answer to a call too many; ``numbers`` are the limit, what is used, and what was asked for."""
    limit, used, requested = numbers
    words = (
        f"Rate limit reached for model {_place(model, organization, metric)}: Limit {limit}, Used {used}, "
        f"Requested {requested}. Please try again in {duration(seconds)}."
    )
    wait = math.ceil(round(seconds * 100, 4)) / 100
    return Refusal(429, words, _kind(metric), "rate_limit_exceeded", {"retry-after": f"{wait:.2f}"})


def duration(seconds: float) -> str:
    """Write seconds as Groq does: 120ms, 11.19s, 36m25.056s; never shorter than they are."""
    millis = math.ceil(round(seconds * 1000, 3))
    if millis < 1000:
        return f"{millis}ms"
    minutes, rest = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    before = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{before}{rest / 1000:g}s"


def _place(model: str, organization: str, metric: str) -> str:
    return f"`{model}` in organization `{organization}` service tier `on_demand` on {METRIC_WORDS[metric]} ({metric})"


def _kind(metric: str) -> str:
    return "requests" if metric.startswith("R") else "seconds" if metric.startswith("A") else "tokens"

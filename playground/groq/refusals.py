"""What Groq answers when it does not do what it was asked, in its own words (its error and rate limit pages)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

METRIC_WORDS: Mapping[str, str] = {
    "RPM": "requests per minute",
    "RPD": "requests per day",
    "TPM": "tokens per minute",
    "TPD": "tokens per day",
}


@dataclass
class Refusal(Exception):
    """A status and an error object, with headers of its own."""

    status: int
    message: str
    kind: str = "invalid_request_error"
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """Return the JSON body."""
        error = {"message": self.message, "type": self.kind}
        return {"error": error | ({"code": self.code} if self.code else {})}

    def response(self) -> web.Response:
        """Return it as an answer."""
        return web.json_response(self.body(), status=self.status, headers=dict(self.headers))


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


def no_such_path(method: str, path: str) -> Refusal:
    """Return the answer to a path that is not there."""
    return Refusal(404, f"Unknown request URL: {method} {path}.", code="unknown_url")


def bad_request(words: str) -> Refusal:
    """Return the answer to a body that is not understood."""
    return Refusal(400, words)


def too_large(model: str, organization: str, metric: str, limit: int, requested: int) -> Refusal:
    """Return the answer to a call that can never fit below a limit."""
    words = (
        f"Request too large for model `{model}` in organization `{organization}` service tier `on_demand` on "
        f"{METRIC_WORDS[metric]} ({metric}): Limit {limit}, Requested {requested}, please reduce your message size "
        "and try again."
    )
    return Refusal(413, words, _kind(metric), "rate_limit_exceeded")


def limited(model: str, organization: str, metric: str, numbers: tuple[int, int, int], seconds: float) -> Refusal:
    """Return the answer to a call too many; ``numbers`` are the limit, what is used, and what was asked for."""
    limit, used, requested = numbers
    words = (
        f"Rate limit reached for model `{model}` in organization `{organization}` service tier `on_demand` on "
        f"{METRIC_WORDS[metric]} ({metric}): Limit {limit}, Used {used}, Requested {requested}. "
        f"Please try again in {duration(seconds)}."
    )
    return Refusal(429, words, _kind(metric), "rate_limit_exceeded", {"retry-after": f"{seconds:.2f}"})


def duration(seconds: float) -> str:
    """Write seconds as Groq does: 120ms, 11.19s, 36m25.056s."""
    if seconds < 1:
        return f"{seconds * 1000:.0f}ms"
    hours, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    before = f"{int(hours)}h{int(minutes)}m" if hours else f"{int(minutes)}m" if minutes else ""
    return f"{before}{round(left, 3):g}s"


def _kind(metric: str) -> str:
    return "tokens" if metric.startswith("T") else "requests"

"""Answers of the gateway's own, in the shape of Groq's: SDKs read and retry them as they do Groq's.

SDKs retry 408, 409, 429 and 5xx, unless ``x-should-retry`` says no. Groq's SDK takes a wait of over a minute for none
and tries twice at once, so that header is sent then. What went wrong after the provider was reached is never 5xx:
trying again would be paid for twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import orjson

from bot.gateway.admission import Refusal
from bot.gateway.headers import Headers
from bot.gateway.windows import WORDS, Metric

LONGEST_RETRY = 60.0  # seconds: groq-python ignores a longer retry-after
RETRY_SECONDS = 1  # where the cause is ours and may pass

_REQUESTS = frozenset({Metric.RPM, Metric.RPD})
_SECONDS = frozenset({Metric.ASH, Metric.ASD})


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer of JSON."""

    status: int
    body: bytes
    headers: Headers = field(default_factory=list)


def _error(status: int, message: str, kind: str, code: str, **more: Any) -> Answer:
    error = {"message": message, "type": kind, "code": code, **more}
    return Answer(status, orjson.dumps({"error": error}), [(b"content-type", b"application/json")])


def over_limit(refusal: Refusal, model: str, owner: str) -> Answer:
    """Return the refusal of admission; ``owner`` is the name of the key, project or organization that is full.

    413 where the call can never fit, else 429 with ``retry-after`` in seconds.
    """
    if refusal.wait is None:
        return _too_large(refusal, model, owner)
    return _too_many(refusal, refusal.wait, model, owner)


def _too_large(refusal: Refusal, model: str, owner: str) -> Answer:
    message = (
        f"Request too large for model {_place(refusal, model, owner)}, please reduce your message size and try again."
    )
    return _error(413, message, _kind(refusal.metric), "rate_limit_exceeded", keydesk=_facts(refusal))


def _too_many(refusal: Refusal, wait: float, model: str, owner: str) -> Answer:
    wait = max(math.ceil(wait * 1000) / 1000, 0.001)
    message = f"Rate limit reached for model {_place(refusal, model, owner)}. Please try again in {duration(wait)}."
    answer = _error(429, message, _kind(refusal.metric), "rate_limit_exceeded", keydesk=_facts(refusal))
    answer.headers.append((b"retry-after", f"{wait:.3f}".rstrip("0").rstrip(".").encode()))
    if wait > LONGEST_RETRY:
        answer.headers.append((b"x-should-retry", b"false"))
    return answer


def _place(refusal: Refusal, model: str, owner: str) -> str:
    numbers = f"Limit {refusal.limit}, Used {refusal.used}, Requested {refusal.requested}"
    return f"`{model}` in {refusal.scope} `{owner}` on {WORDS[refusal.metric]} ({refusal.metric}): {numbers}"


def _facts(refusal: Refusal) -> dict[str, object]:
    return {
        "scope": refusal.scope,
        "metric": str(refusal.metric),
        "limit": refusal.limit,
        "used": refusal.used,
        "requested": refusal.requested,
    }


def _kind(metric: Metric) -> str:
    return "requests" if metric in _REQUESTS else "seconds" if metric in _SECONDS else "tokens"


def duration(seconds: float) -> str:
    """Return seconds as Groq writes them: ``120ms``, ``7.66s``, ``2m59.56s``, ``1h0m3s``."""
    millis = math.ceil(seconds * 1000)
    if millis < 1000:
        return f"{millis}ms"
    minutes, rest = divmod(millis, 60_000)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest / 1000:.3f}".rstrip("0").rstrip(".") + "s"
    return f"{hours}h{minutes}m{tail}" if hours else f"{minutes}m{tail}" if minutes else tail


def invalid_key() -> Answer:
    """No key, an unknown one, or one that has ended: whoever asks learns no more (Groq's own words)."""
    return _error(401, "Invalid API Key", "invalid_request_error", "invalid_api_key")


def project_archived() -> Answer:
    """The key's project was archived: none of its keys opens anything until it is restored."""
    message = "The project of this API key is archived in Keydesk. Its Owner can restore it."
    return _error(403, message, "permissions_error", "project_archived")


def model_blocked(model: str, scope: str) -> Answer:
    """The project may not use this model, or a limit of it is 0; ``scope`` says where."""
    message = f"The model `{model}` is blocked at the {scope} level. An Owner of the project can allow it in Keydesk."
    return _error(403, message, "permissions_error", f"model_permission_blocked_{scope}")


def model_not_found(model: str) -> Answer:
    """No such model for this project."""
    message = f"The model `{model}` does not exist or you do not have access to it."
    return _error(404, message, "invalid_request_error", "model_not_found")


def unknown_path() -> Answer:
    """Nothing is offered here: what is not metered is not passed on."""
    message = "Unknown request URL. Please check the method and the URL: this gateway offers a part of Groq's API."
    return _error(404, message, "invalid_request_error", "unknown_url")


def bad_request(message: str) -> Answer:
    """The body cannot be judged."""
    return _error(400, message, "invalid_request_error", "invalid_request")


def body_too_large(most: int) -> Answer:
    """The body has more than ``most`` bytes. The connection stays: whoever still sends hears of it only then."""
    return _error(413, f"The body is larger than {most} bytes.", "invalid_request_error", "request_too_large")


def body_too_slow() -> Answer:
    """The body did not come in time; trying again would be as slow."""
    answer = _error(408, "The body did not arrive in time.", "invalid_request_error", "request_timeout")
    answer.headers.append((b"x-should-retry", b"false"))
    return _closing(answer)


def out_of_date() -> Answer:
    """Keys and limits could not be read for longer than the lease."""
    return _unavailable("The gateway cannot read its keys and limits at the moment.", "keys_out_of_date")


def stopping() -> Answer:
    """This gateway is being stopped; another try finds the next one."""
    return _closing(_unavailable("The gateway is being restarted.", "gateway_stopping"))


def unreached() -> Answer:
    """No connection to the provider was made: nothing was done, so trying again costs nothing."""
    return _unavailable("The provider could not be reached.", "upstream_unreachable")


def broke_off(code: str) -> Answer:
    """The provider was reached and gave no answer that could be passed on: it may have done the work (424)."""
    return _error(424, BREAKS[code], "upstream_error", code)


BREAKS = {
    "upstream_cut": "The provider broke off its answer.",
    "upstream_timeout": "The provider did not answer in time.",
    "upstream_too_large": "The provider's answer is larger than the gateway passes on.",
    "upstream_malformed": "The provider's answer is no HTTP that could be passed on.",
    "upstream_key_rejected": "The provider rejected the key that this project uses there. Its Owner can rotate it.",
    "gateway_stopping": "The gateway was restarted before the answer was complete.",
    "client_too_slow": "The client took nothing of what it was sent for too long.",
    "gateway_failed": "The gateway failed after the provider was reached.",
}
"""What ended a call after the provider was reached, in words."""


def broke_off_event(code: str) -> bytes:
    """Return the event that ends a stream which did not come to its end: SDKs raise it and do not try again."""
    error = {"message": BREAKS[code], "type": "upstream_error", "code": code}
    return b"event: error\ndata: " + orjson.dumps({"error": error}) + b"\n\n"


def _unavailable(message: str, code: str) -> Answer:
    answer = _error(503, message, "service_unavailable", code)
    answer.headers.append((b"retry-after", str(RETRY_SECONDS).encode()))
    return answer


def _closing(answer: Answer) -> Answer:
    answer.headers.append((b"connection", b"close"))
    return answer

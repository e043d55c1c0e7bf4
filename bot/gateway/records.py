"""What is kept of a call: metadata, and nothing that anybody wrote."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from datetime import datetime

from bot.gateway.metering import Usage

_MODEL = re.compile(r"[\w./:@-]{1,100}", re.ASCII)
CLIENT_GONE = 499  # nginx's number: nobody was there any more to be answered


@dataclass(slots=True)
class CallRecord:
    """One call, filled in while it runs and handed over at its end.

    ``status`` is what the client was told, ``upstream_status`` what the provider said (None: it was not asked or gave
    no answer). ``cause`` is a code of `bot.gateway.refusals` where the gateway itself answered or broke off. ``usage``
    None: nobody told, and the reservation stands. Milliseconds are counted from the head of the request.
    """

    at: datetime
    endpoint: str
    key_id: str | None = None
    project_id: str | None = None
    model: str | None = None
    is_stream: bool = False
    status: int = 0
    upstream_status: int | None = None
    cause: str | None = None
    scope: str | None = None
    metric: str | None = None
    usage: Usage | None = None
    first_token_ms: float | None = None
    total_ms: float = 0.0
    upstream_id: str | None = None
    retry_count: int = 0
    began: float = field(default_factory=time.perf_counter, repr=False)

    def elapsed_ms(self) -> float:
        """Return the milliseconds since the head of the request."""
        return (time.perf_counter() - self.began) * 1000


def model_name(given: str, *, is_known: bool) -> str:
    """Return a model's name as it is kept: what neither we nor the provider know may be anybody's words."""
    return given if is_known and _MODEL.fullmatch(given) else "(unknown)"


def retry_count(given: bytes) -> int:
    """Return which retry of an SDK this is, from its ``x-stainless-retry-count``; 0 where it does not say."""
    return int(given) if given.isdigit() and len(given) < 4 else 0


def request_id(given: str | None) -> str | None:
    """Return a provider's id of a request as it is kept: short, and printable."""
    return given[:100] if given and given.isascii() and given.isprintable() else None

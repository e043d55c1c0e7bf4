"""The paths that the gateway offers, under both prefixes that SDKs use; what is not metered is not passed on."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from bot.gateway import estimate
from bot.gateway.estimate import Demand

PREFIXES = (b"/openai/v1/", b"/v1/")  # Groq's SDK writes the first, OpenAI's with a base of ".../v1" the second
UPSTREAM_PREFIX = "/openai/v1/"

_MODEL = re.compile(r"[\w:@-][\w.:@-]*(/[\w:@-][\w.:@-]*)*", re.ASCII)
DemandOf = Callable[[Mapping[str, Any], int], Demand]


@dataclass(frozen=True, slots=True)
class Route:
    """One operation: its path at the provider; how its body is estimated, where it has one; the model in its path."""

    name: str
    method: str
    path: str
    demand_of: DemandOf | None = None
    model: str | None = None


_ROUTES = {
    (route.method, route.name.encode()): route
    for route in (
        Route("chat/completions", "POST", UPSTREAM_PREFIX + "chat/completions", estimate.of_chat),
        Route("responses", "POST", UPSTREAM_PREFIX + "responses", estimate.of_responses),
        Route("embeddings", "POST", UPSTREAM_PREFIX + "embeddings", estimate.of_embeddings),
        Route("models", "GET", UPSTREAM_PREFIX + "models"),
    )
}


def route_of(method: str, path: bytes) -> Route | None:
    """Return the operation of a path as it was sent, without its query; None where nothing is offered."""
    for prefix in PREFIXES:
        if path.startswith(prefix):
            rest = path[len(prefix) :]
            return _ROUTES.get((method, rest)) or _of_model(method, rest)
    return None


def _of_model(method: str, rest: bytes) -> Route | None:
    """Return the operation that tells one model; a name that could lead elsewhere is none."""
    if method != "GET" or not rest.startswith(b"models/"):
        return None
    model = unquote(rest[len(b"models/") :].decode("latin-1"))
    if not _MODEL.fullmatch(model):
        return None
    return Route("models", "GET", UPSTREAM_PREFIX + "models/" + quote(model, safe="/"), model=model)

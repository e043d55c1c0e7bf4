"""What a body asks for, judged once; what was judged is what is sent on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from bot.gateway.estimate import Demand

DemandOf = Callable[[Mapping[str, Any]], Demand]

_JUDGED = frozenset(
    {"model", "messages", "input", "instructions", "tools", "stream", "n", "compound_custom", "response_format", "text"}
    | {"max_tokens", "max_completion_tokens", "max_output_tokens"}
)
_LONGEST_NAME = 200


class BadRequest(Exception):
    """The body cannot be judged; the text says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One call's body: the model, every model that it names, and the bytes to send."""

    model: str
    models: tuple[str, ...]
    is_stream: bool
    demand: Demand
    body: bytes


def judged(raw: bytes, demand_of: DemandOf) -> Asked:
    """Read a body; what is sent is written anew, so that no name given twice is read differently elsewhere.

    Raises:
        BadRequest: it is no JSON object, is nested too deep, or names no model.
    """
    try:
        body = orjson.loads(raw)
        if not isinstance(body, dict):
            raise BadRequest("The body must be a JSON object.")
        _refuse_spellings(body)
        model = _model(body.get("model"))
        return Asked(model, (model, *_further(body)), body.get("stream") is True, demand_of(body), orjson.dumps(body))
    except (orjson.JSONDecodeError, orjson.JSONEncodeError, RecursionError):
        raise BadRequest("The body is no JSON that can be read.") from None


def _refuse_spellings(body: Mapping[str, Any]) -> None:
    """Refuse a name that some parsers take for one that is judged here: Go's reads ``Model`` as ``model``."""
    for name in body:
        if name not in _JUDGED and name.casefold() in _JUDGED:
            raise BadRequest("The names in the body must be in lower case.")


def _model(given: Any) -> str:
    if not isinstance(given, str) or not given or len(given) > _LONGEST_NAME:
        raise BadRequest("`model` must be the name of a model.")
    return given


def _further(body: Mapping[str, Any]) -> Iterator[str]:
    """Return the models that a compound system is told to use (Groq's ``compound_custom.models``)."""
    custom = body.get("compound_custom")
    models = custom.get("models") if isinstance(custom, dict) else None
    if isinstance(models, dict):
        yield from (_model(each) for each in models.values() if each is not None)

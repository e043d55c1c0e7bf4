"""Bodies of JSON, judged as Groq judges them: which model, how many tokens, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from playground.groq import refusals
from playground.groq.catalogue import Model, Purpose
from playground.groq.state import State

LETTERS_PER_TOKEN = 4
_MOST = ("max_completion_tokens", "max_tokens", "max_output_tokens")
_DOING: Mapping[Purpose, str] = {
    "chat": "chat completions",
    "transcription": "audio transcriptions",
    "speech": "speech generation",
}


async def json_body(request: web.Request) -> Mapping[str, Any]:
    """Return the JSON object of a body, with a model named in it.

    Raises:
        Refusal: it is no such thing.
    """
    try:
        body = json.loads(await request.read())
    except (ValueError, RecursionError):
        raise refusals.bad_request("The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise refusals.bad_request("The request body is not a JSON object.")
    return body


def model_of(body: Mapping[str, Any], state: State, purpose: Purpose | None) -> tuple[str, Model]:
    """Return the model that is asked for, by name; any that is there where ``purpose`` is None.

    Raises:
        Refusal: none, one that is not there, or one for something else.
    """
    name = body.get("model")
    if not isinstance(name, str):
        raise refusals.bad_request("'model' : property 'model' is missing")
    if name not in state.models:
        raise refusals.no_such_model(name)
    if purpose is not None and state.models[name].purpose != purpose:
        raise refusals.wrong_model(name, _DOING[purpose])
    return name, state.models[name]


def most_tokens(body: Mapping[str, Any], name: str, model: Model) -> int | None:
    """Return the most tokens that an answer may have, where the caller says.

    Raises:
        Refusal: that is no number, or one that the model cannot have.
    """
    field = next((field for field in _MOST if body.get(field) is not None), None)
    if field is None:
        return None
    most = body[field]
    if not isinstance(most, int) or isinstance(most, bool) or most < 1:
        raise refusals.bad_request(f"'{field}' : value must be at least 1")
    if most > model.longest_answer:
        words = f"`{field}` must be less than or equal to `{model.longest_answer}`"
        raise refusals.bad_request(f"{words}, the maximum value for `{field}` of `{name}`")
    return most


def single(body: Mapping[str, Any]) -> None:
    """Refuse more answers than one: Groq gives one (its page of OpenAI compatibility)."""
    if body.get("n") not in {None, 1}:
        raise refusals.bad_request("'n' : number must be at most 1")


def words_of(body: Mapping[str, Any], *names: str) -> list[str]:
    """Return the texts of these fields.

    Raises:
        Refusal: there are none.
    """
    found = [text for name in names for text in _texts(body.get(name))]
    if not found:
        raise refusals.bad_request(f"'{names[0]}' : property is missing")
    return found


def tokens_of(texts: list[str]) -> int:
    """Return how many tokens texts are: one for four letters."""
    return max(1, sum(map(len, texts)) // LETTERS_PER_TOKEN)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, Mapping):
        yield from _texts(value.get("content") or value.get("text") or "")

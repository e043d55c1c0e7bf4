"""The models that an organization may use, as the API lists them."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from playground.groq import refusals
from playground.groq.answers import CREATED
from playground.groq.catalogue import Model
from playground.groq.state import State


def routes(state: State) -> list[web.RouteDef]:
    """Return the routes; neither costs anything."""

    async def every(request: web.Request) -> web.Response:
        state.caller(request.headers.get("authorization", ""))
        data = [_told(name, model) for name, model in state.models.items()]
        return web.json_response({"object": "list", "data": data})

    async def one(request: web.Request) -> web.Response:
        state.caller(request.headers.get("authorization", ""))
        name = request.match_info["model"]
        if name not in state.models:
            raise refusals.no_such_model(name)
        return web.json_response(_told(name, state.models[name]))

    return [web.get("/openai/v1/models", every), web.get("/openai/v1/models/{model:.+}", one)]


def _told(name: str, model: Model) -> dict[str, Any]:
    return {
        "id": name,
        "object": "model",
        "created": CREATED,
        "owned_by": model.owner,
        "active": True,
        "context_window": model.context_window,
        "max_completion_tokens": model.longest_answer,
        "public_apps": None,
    }

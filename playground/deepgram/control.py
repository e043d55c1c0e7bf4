"""Routes for people and tests: faults to cause, calls to look at. Nothing of this exists at the vendor."""

from __future__ import annotations

import json
from collections import deque
from typing import Any

from aiohttp import web
from pydantic import ValidationError

from playground.deepgram.faults import Fault, Faults
from playground.deepgram.state import State
from playground.deepgram.telling import Telling

CALLS_KEPT = 10_000
CONTROL = ("/faults", "/inspect", "/telling")


class Calls:
    """The latest calls: method, path, query and body. Headers, and so credentials, are never kept."""

    def __init__(self) -> None:
        self.kept: deque[dict[str, Any]] = deque(maxlen=CALLS_KEPT)

    async def record(self, request: web.Request) -> None:
        """Keep a call."""
        try:
            body = json.loads(await request.read() or b"null")
        except (ValueError, RecursionError):
            body = None
        self.kept.append({"method": request.method, "path": request.path, "query": dict(request.query), "body": body})


def routes(faults: Faults, calls: Calls, state: State) -> list[web.RouteDef]:
    """Return the control routes."""

    async def add(request: web.Request) -> web.Response:
        try:
            faults.active.append(Fault.model_validate_json(await request.read()))
        except ValidationError as error:
            return web.json_response({"error": error.errors(include_url=False, include_context=False)}, status=400)
        return await show(request)

    async def tell(request: web.Request) -> web.Response:
        try:
            telling = Telling.model_validate_json(await request.read())
        except ValidationError as error:
            return web.json_response({"error": error.errors(include_url=False, include_context=False)}, status=400)
        state.telling[request.match_info["project_id"].lower()] = telling
        return web.json_response({"telling": telling.model_dump(mode="json")})

    async def show(_: web.Request) -> web.Response:
        return web.json_response({"faults": [fault.model_dump() for fault in faults.active]})

    async def clear(request: web.Request) -> web.Response:
        faults.clear()
        return await show(request)

    async def inspect(_: web.Request) -> web.Response:
        return web.json_response({"calls": list(calls.kept)})

    return [
        web.post("/faults", add),
        web.get("/faults", show),
        web.delete("/faults", clear),
        web.get("/inspect/calls", inspect),
        web.put("/telling/{project_id}", tell),
    ]

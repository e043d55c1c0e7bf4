"""Faults on demand: what a provider, or the network before it, does wrong."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any, Literal

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel, ConfigDict, Field, field_validator

from playground.deepgram import refusals
from playground.deepgram.bodies_on_demand import FOREIGN_404S, SAYINGS, changed, streamed, undashed, with_field

Kind = Literal[
    "400", "429", "500", "503", "401", "403", "404", "409",  # answered so, without doing it
    "timeout_before", "timeout_after",  # never answered; done only in the second case
    "late",  # never answered, and done only after ``seconds``, even when the client is gone
    "slow",  # answered and done after ``seconds``
    "drop_before", "drop_after",  # the connection breaks; done only in the second case
    "html", "html_200",  # a gateway's page with status 502, or with 200; without doing it
    "truncated", "null", "empty",  # done, with status 200 and half of the answer, ``null``, or nothing
    "404_plain", "404_empty", "404_foreign",  # a gateway's, without Deepgram's words
    "408", "421", "425", "460", "499", "202",  # done or not, nobody can tell
    "object", "html_bom", "html_comment", "html_div", "error_object", "modern_error", "list", "text",
    "large", "gzip_bomb", "endless", "drip",  # 50 MB; a gigabyte packed; for ever; a byte each ``seconds``
    "field",  # done, with ``field`` set to ``value`` everywhere, or taken out if ``absent``
    "undashed",  # done, with every id written without dashes
]  # fmt: skip

DONE = frozenset({"truncated", "null", "empty", "field", "undashed", "drop_after", "timeout_after"})


class Match(BaseModel):
    """Which calls: any method if None; ``path_regex`` is searched in the path, ``query_regex`` in what follows "?"."""

    model_config = ConfigDict(extra="forbid")
    method: str | None = None
    path_regex: str = ""
    query_regex: str = ""

    @field_validator("path_regex", "query_regex")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return value

    def fits(self, method: str, path: str, query: str) -> bool:
        """Return whether a call is meant."""
        if self.method not in {None, method} or re.search(self.path_regex, path) is None:
            return False
        return re.search(self.query_regex, query) is not None


class Fault(BaseModel):
    """One thing to do wrong, ``times`` times; None until cleared.

    ``done`` tells whether what was asked for is carried out; without it, what the kind says of itself.
    """

    model_config = ConfigDict(extra="forbid")
    match: Match = Field(default_factory=Match)
    kind: Kind
    retry_after: str | None = None
    times: int | None = 1
    seconds: float = Field(default=1.0, ge=0, le=600)
    done: bool | None = None
    field: str = ""
    value: Any = None
    absent: bool = False


class Faults:
    """The faults in force, oldest first; each call meets at most one."""

    def __init__(self) -> None:
        self.active: list[Fault] = []
        self._released = asyncio.Event()
        self._late: set[asyncio.Task[Any]] = set()

    def add(
        self, kind: Kind, method: str | None = None, path_regex: str = "", query_regex: str = "", **options: Any
    ) -> None:
        """Do this wrong from now on; ``options`` are the other fields of `Fault`."""
        match = Match(method=method, path_regex=path_regex, query_regex=query_regex)
        self.active.append(Fault(match=match, kind=kind, **options))

    def clear(self) -> None:
        """Do nothing wrong any more, and let go of the calls that hang."""
        self.active.clear()
        self._released.set()
        self._released = asyncio.Event()

    async def landed(self) -> None:
        """Wait until everything that was to be done late has been done."""
        await asyncio.gather(*self._late)

    async def stop(self) -> None:
        """Clear, and forget what was still to be done late."""
        self.clear()
        for task in self._late:
            task.cancel()
        await asyncio.gather(*self._late, return_exceptions=True)

    async def serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Serve a request, with the first fault that fits it."""
        fault = self._take(request.method, request.path, request.query_string)
        if fault is None:
            return await handler(request)
        if fault.done is True and fault.kind not in DONE:
            await handler(request)
        if fault.done is False and fault.kind in DONE:
            return _cut(fault.kind, web.json_response({"message": "Done!"}))
        if fault.kind.isdigit():
            return _refusal(fault).response()
        if fault.kind in {"timeout_before", "timeout_after", "late"}:
            return await self._hang(fault, request, handler)
        return await _spoiled(fault, request, handler)

    def _take(self, method: str, path: str, query: str) -> Fault | None:
        fault = next((fault for fault in self.active if fault.match.fits(method, path, query)), None)
        if fault is not None and fault.times is not None:
            fault.times -= 1
            if fault.times <= 0:
                self.active.remove(fault)
        return fault

    async def _hang(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        await request.read()
        if fault.kind == "timeout_after":
            await handler(request)
        if fault.kind == "late":
            task = asyncio.ensure_future(_after(fault.seconds, request, handler))
            self._late.add(task)
            task.add_done_callback(self._late.discard)
        await self._released.wait()
        return _dropped(request)


async def _after(seconds: float, request: web.Request, handler: Handler) -> None:
    await asyncio.sleep(seconds)
    await handler(request)


async def _spoiled(fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
    if fault.kind == "slow":
        await asyncio.sleep(fault.seconds)
        return await handler(request)
    if fault.kind == "drop_before":
        return _dropped(request)
    if fault.kind in {"large", "gzip_bomb", "endless", "drip"}:
        return await streamed(fault.kind, request, fault.seconds)
    return _said_instead(fault) or _changed(fault, request, await handler(request))


def _said_instead(fault: Fault) -> web.Response | None:
    if fault.kind in SAYINGS:
        return web.Response(text=SAYINGS[fault.kind])
    if fault.kind in FOREIGN_404S:
        return web.Response(status=404, text=FOREIGN_404S[fault.kind])
    if fault.kind in {"html", "html_200"}:
        page = "<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"
        return web.Response(status=502 if fault.kind == "html" else 200, text=page, content_type="text/html")
    return None


def _changed(fault: Fault, request: web.Request, done: web.StreamResponse) -> web.Response:
    if fault.kind in {"field", "undashed"}:
        change = undashed if fault.kind == "undashed" else with_field(fault.field, fault.value, absent=fault.absent)
        return web.Response(status=done.status, body=changed(_body_of(done), change), content_type="application/json")
    return _dropped(request) if fault.kind == "drop_after" else _cut(fault.kind, done)


def _cut(kind: str, done: web.StreamResponse) -> web.Response:
    whole = _body_of(done)
    body = {"null": b"null", "empty": b""}.get(kind, whole[: len(whole) // 2])
    return web.Response(status=done.status, body=body, content_type="application/json")


def _body_of(answer: web.StreamResponse) -> bytes:
    return answer.body if isinstance(answer, web.Response) and isinstance(answer.body, bytes) else b""


def _dropped(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _refusal(fault: Fault) -> refusals.Refusal:
    known: dict[str, Callable[[], refusals.Refusal]] = {
        "400": lambda: refusals.bad_query("grouping"),
        "401": refusals.invalid_credentials,
        "403": lambda: refusals.lacks_permission("keys:write"),
        "404": refusals.project_not_found,
        "409": refusals.conflict,
        "429": lambda: refusals.too_many_requests(fault.retry_after),
    }
    make = known.get(fault.kind)
    return make() if make else refusals.server_trouble(int(fault.kind))

"""Answers with a fault: whatever goes wrong does so in one way, for methods and for the addresses that Slack gives."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from aiohttp import web

from playground.slack.faults import Fault
from playground.slack.wire import Json

WORKING = frozenset({"slow", "timeout_after"})
"""Kinds of fault that let the call take effect."""


def told(fault: Fault) -> Json:
    """Return what the record of calls says of one that had no effect."""
    return {"ok": False, "error": fault.error if fault.kind == "error" else f"fault: {fault.kind}"}


async def answer(fault: Fault, request: web.Request, work: Callable[[], web.Response]) -> web.StreamResponse:
    """Answer as the fault wants; ``work`` does what was asked."""
    match fault.kind:
        case "slow":
            await asyncio.sleep(fault.seconds)
            return work()
        case "ratelimited":
            wait = str(max(1, round(fault.seconds))) if fault.retry_after is None else fault.retry_after
            return too_many(wait, fault.status or HTTPStatus.TOO_MANY_REQUESTS, _limited(fault))
        case "error":
            return _refusal(fault)
        case "http_500":
            return web.Response(status=HTTPStatus.INTERNAL_SERVER_ERROR, text="Internal Server Error")
        case "timeout_after":
            work()
    await asyncio.sleep(fault.seconds)
    return _hang_up(request)


def too_many(wait: str, status: int = HTTPStatus.TOO_MANY_REQUESTS, code: str = "ratelimited") -> web.Response:
    """Say that it was one call too many; how long to wait stands in the header of a 429, else in the body."""
    body: Json = {"ok": False, "error": code}
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return web.json_response(body, status=status, headers={"Retry-After": wait} if wait else {})
    return web.json_response(body | ({"retry_after": wait} if wait else {}), status=status)


def _limited(fault: Fault) -> str:
    return fault.error if fault.error == "rate_limited" else "ratelimited"


def _refusal(fault: Fault) -> web.Response:
    if not fault.error:
        return web.Response(status=fault.status or HTTPStatus.BAD_REQUEST)
    return web.json_response({"ok": False, "error": fault.error}, status=fault.status or HTTPStatus.OK)


def _hang_up(request: web.Request) -> web.Response:
    if request.transport:
        request.transport.abort()
    return web.Response(status=HTTPStatus.GATEWAY_TIMEOUT)

"""The HTTP door: Slack's requests, and health.

``POST /slack/events`` takes everything Slack sends. What Bolt 1.30 answers with a 500 before or without a valid
signature (odd timestamps, signatures, encodings, JSON) is refused here with a 4xx, and nothing of it is logged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.slack.call import TRAVELS, ack_left
from bot.slack.dispatch import Floor
from bot.slack.guard import broken

Check = tuple[str, bool, str]
Ready = Callable[[], Awaitable[Sequence[Check]]]

PATH = "/slack/events"
MOST_BYTES = 1_000_000  # a whole view is at most 250 KB, percent-encoded three times that


def web_app(floor: Floor, ready: Ready) -> Starlette:
    """Make the application that takes Slack's requests; raise ValueError without a signing secret."""
    if not floor.takes_http:
        raise ValueError("SLACK_SIGNING_SECRET is missing: without it anybody could pose as Slack")

    async def events(request: Request) -> Response:
        return await _answer(floor, request)

    return Starlette(routes=[Route(PATH, events, methods=["POST"]), *_health(ready)])


def health_app(ready: Ready) -> Starlette:
    """Make the application that only tells of health, beside Socket Mode."""
    return Starlette(routes=_health(ready))


def _health(ready: Ready) -> list[Route]:
    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(_request: Request) -> Response:
        checks = await ready()
        everything = all(ok for _, ok, _ in checks)
        listed = [{"name": name, "ok": ok, "text": text} for name, ok, text in checks]
        return JSONResponse({"ok": everything, "checks": listed}, status_code=200 if everything else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def _answer(floor: Floor, request: Request) -> Response:
    if refusal := _refusal(request):
        return refusal
    body = await _body(request)
    if body is None:
        return Response("too large", status_code=413)
    try:
        bolt_request = AsyncBoltRequest(body=body.decode("utf-8"), headers=dict(request.headers))
        bolt_response = await floor.app.async_dispatch(bolt_request)
    except Exception as error:  # noqa: BLE001 - Bolt raises KeyError, TypeError … on payloads that Slack never sends
        broken("http", error)
        return Response("not understood", status_code=400)
    if bolt_response.status >= 500:
        return Response("not understood", status_code=400)
    answer = to_starlette_response(bolt_response)
    if TRAVELS in bolt_request.context:
        answer.background = BackgroundTask(ack_left, bolt_request.context)
    return answer


def _refusal(request: Request) -> Response | None:
    timestamp = request.headers.get("x-slack-request-timestamp", "0")
    signature = request.headers.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) < 20 and signature.isascii()):
        return Response("not signed by Slack", status_code=401)
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length) > MOST_BYTES:
        return Response("too large", status_code=413)
    return None


async def _body(request: Request) -> bytes | None:
    """Read the body, or give up where it grows beyond the limit (a chunked one announces no length)."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)

"""The HTTP door: Slack's requests, and health.

``POST /slack/events`` takes everything Slack sends. What Bolt 1.30 answers with a 500 before or without a valid
signature (odd timestamps, signatures, encodings, JSON) is refused here with a 4xx, and counted if nobody signed it.

``/healthz`` and ``/readyz`` tell anybody whether, and only who has the token what: whoever asks from this machine may
be a proxy that asks for the whole world.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence

from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.request.async_request import AsyncBoltRequest
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.slack.call import TRAVELS, ack_left
from bot.slack.dispatch import SlackApp
from bot.slack.guard import broken

Check = tuple[str, bool, str]
Ready = Callable[[], Awaitable[Sequence[Check]]]

PATH = "/slack/events"
NOT_UNDERSTOOD = Response("not understood", status_code=400)
MOST_BYTES = 1_000_000  # a whole view is at most 250 KB, percent-encoded three times that


def web_app(slack_app: SlackApp, ready: Ready, token: str = "") -> Starlette:
    """Make the application that takes Slack's requests; raise ValueError without a signing secret.

    ``token`` opens the details of ``/readyz``; without one nobody reads them there.
    """
    if not slack_app.takes_http:
        raise ValueError("SLACK_SIGNING_SECRET is missing: without it anybody could pose as Slack")

    async def events(request: Request) -> Response:
        return await _answer(slack_app, request)

    return _app([Route(PATH, events, methods=["POST"]), *_health(ready, token)])


def health_app(ready: Ready, token: str = "") -> Starlette:
    """Make the application that only tells of health, beside Socket Mode; ``token`` as in ``web_app``."""
    return _app(_health(ready, token))


def _app(routes: list[Route]) -> Starlette:
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False  # it would lead whither the caller's Host says
    return app


def _health(ready: Ready, token: str) -> list[Route]:
    async def healthz(_request: Request) -> Response:
        return JSONResponse({"ok": True})

    async def readyz(request: Request) -> Response:
        checks = await ready()
        everything = all(ok for _, ok, _ in checks)
        told: dict[str, object] = {"ok": everything}
        if _may_read(request, token):
            told["checks"] = [{"name": name, "ok": ok, "text": text} for name, ok, text in checks]
        return JSONResponse(told, status_code=200 if everything else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


def _may_read(request: Request, token: str) -> bool:
    given = request.headers.get("authorization", "").encode()
    return bool(token) and secrets.compare_digest(given, f"Bearer {token}".encode())


async def _answer(slack_app: SlackApp, request: Request) -> Response:
    if refusal := _refusal(request):
        return _counted(slack_app, refusal)
    try:
        body = await _body(request)
    except ClientDisconnect:
        return _counted(slack_app, Response("cut short", status_code=400))  # nobody reads it
    if body is None:
        return _counted(slack_app, Response("too large", status_code=413))
    return await _dispatched(slack_app, request, body)


async def _dispatched(slack_app: SlackApp, request: Request, body: bytes) -> Response:
    try:
        bolt_request = AsyncBoltRequest(body=body.decode("utf-8"), headers=dict(request.headers))
        bolt_response = await slack_app.app.async_dispatch(bolt_request)
    except Exception as error:  # noqa: BLE001 - Bolt raises KeyError, TypeError … on payloads that Slack never sends
        if not _is_signed(slack_app, body, request):
            return _counted(slack_app, NOT_UNDERSTOOD)
        broken("http", error)
        return NOT_UNDERSTOOD
    if bolt_response.status >= 400 and not _is_signed(slack_app, body, request):
        slack_app.noise.count("refused")
    if bolt_response.status >= 500:
        return NOT_UNDERSTOOD
    answer = to_starlette_response(bolt_response)
    if TRAVELS in bolt_request.context:
        answer.background = BackgroundTask(ack_left, bolt_request.context)
    return answer


def _is_signed(slack_app: SlackApp, body: bytes, request: Request) -> bool:
    try:
        return slack_app.verifier is not None and slack_app.verifier.is_valid_request(body, dict(request.headers))
    except UnicodeDecodeError:  # the verifier reads the body as text, which Slack's are
        return False


def _counted(slack_app: SlackApp, refusal: Response) -> Response:
    slack_app.noise.count("refused")
    return refusal


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

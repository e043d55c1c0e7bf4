"""The floor: a bare endpoint under the same server, which only reads the form and verifies the signature."""

from __future__ import annotations

import os
import sys
from urllib.parse import parse_qsl

from slack_sdk.signature import SignatureVerifier
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.meter import meter_app
from bench.process import say, told_to_stop
from bot.serve import run_loop
from bot.slack.http import PATH
from bot.slack.serving import listening


def floor_app(signing_secret: str) -> Starlette:
    """Make the endpoint."""
    verifier = SignatureVerifier(signing_secret)

    async def events(request: Request) -> Response:
        body = await request.body()
        parse_qsl(body.decode(), keep_blank_values=True)
        valid = verifier.is_valid_request(body, dict(request.headers))
        return Response(status_code=200 if valid else 401)

    return Starlette(routes=[Route(PATH, events, methods=["POST"])])


async def serve(signing_secret: str) -> None:
    """Serve the floor and its meter until told to stop."""
    async with (
        listening(floor_app(signing_secret), 0, "127.0.0.1") as port,
        listening(meter_app(), 0, "127.0.0.1") as meter,
    ):
        say({"port": port, "meter": meter, "pid": os.getpid()})
        await told_to_stop()


if __name__ == "__main__":
    run_loop(serve(sys.argv[1]))

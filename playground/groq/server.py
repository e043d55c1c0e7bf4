"""The emulated Groq as a server on loopback."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from playground.groq import answers, refusals
from playground.groq.answers import Saying
from playground.groq.faults import Faults, dropped
from playground.groq.state import MODELS, Organization, State


class GroqEmulator:
    """Groq's public API with a memory; ``now`` is monotonic seconds, by which its limits refill."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.state = State(now)
        self.faults = Faults()
        self.seen: list[tuple[str, str, Mapping[str, str]]] = []
        """Every call: its method, path and headers."""
        self.url = ""
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> str:
        """Serve on 127.0.0.1 (any free port for 0) and return the address."""
        self._runner = web.AppRunner(self._app(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        listener = socket.create_server(("127.0.0.1", port))
        await web.SockSite(self._runner, listener).start()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        return self.url

    async def stop(self) -> None:
        """Stop serving; the state stays."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self._each], client_max_size=100 * 1024 * 1024)
        app.router.add_get("/openai/v1/models", self._models)
        app.router.add_get("/openai/v1/models/{model:.+}", self._model)
        app.router.add_post("/openai/v1/chat/completions", self._chat)
        app.router.add_post("/openai/v1/responses", self._responses)
        app.router.add_post("/openai/v1/embeddings", self._embeddings)
        return app

    @web.middleware
    async def _each(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.seen.append((request.method, request.path, dict(request.headers)))
        try:
            return await self.faults.serve(request, handler)
        except refusals.Refusal as refused:
            self.state.refused[refused.status] += 1
            return refused.response()
        except (web.HTTPNotFound, web.HTTPMethodNotAllowed):
            return refusals.no_such_path(request.method, request.path).response()

    # --- models ---

    async def _models(self, request: web.Request) -> web.Response:
        self._caller(request)
        return web.json_response({"object": "list", "data": [_model(name) for name in MODELS]})

    async def _model(self, request: web.Request) -> web.Response:
        self._caller(request)
        name = request.match_info["model"]
        if name not in MODELS:
            raise refusals.no_such_model(name)
        return web.json_response(_model(name))

    # --- calls that cost ---

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body, saying, headers = await self._said(request)
        if body.get("stream"):
            return await self._streamed(request, _sse(answers.chat_chunks(saying)), headers)
        return web.json_response(answers.chat(saying), headers=headers)

    async def _responses(self, request: web.Request) -> web.StreamResponse:
        body, saying, headers = await self._said(request)
        if body.get("stream"):
            return await self._streamed(request, _typed_sse(answers.response_events(saying)), headers)
        return web.json_response(answers.response(saying), headers=headers)

    async def _embeddings(self, request: web.Request) -> web.Response:
        key, organization = self._caller(request)
        body = await _body(request)
        answer = answers.embeddings(body)
        headers = self.state.take(organization, str(body["model"]), answers.input_tokens(body))
        self.state.note(key, str(body["model"]), answers.input_tokens(body), 0)
        return web.json_response(answer, headers=dict(headers))

    async def _said(self, request: web.Request) -> tuple[Mapping[str, Any], Saying, dict[str, str]]:
        """Charge a call of chat or responses, and return its body, its answer and the limit headers."""
        key, organization = self._caller(request)
        body = await _body(request)
        if not (body.get("messages") or body.get("input")):
            raise refusals.bad_request("'messages' : property is missing")
        saying = answers.say(body, self.state.answer_tokens, self.state.cached_tokens)
        most = answers.most_tokens(body)
        reserved = saying.input_tokens - saying.cached_tokens + (most or saying.output_tokens)
        headers = self.state.take(organization, saying.model, reserved)
        self.state.note(key, saying.model, saying.input_tokens, saying.output_tokens)
        return body, saying, {**headers, "x-request-id": saying.request_id, "set-cookie": "__cf_bm=made-up; path=/"}

    async def _streamed(
        self, request: web.Request, lines: Iterator[bytes], headers: Mapping[str, str]
    ) -> web.StreamResponse:
        stream = web.StreamResponse(headers={**headers, "content-type": "text/event-stream"})
        await stream.prepare(request)
        cut = self.faults.cut_after()
        try:
            for number, line in enumerate(lines):
                if number == cut:
                    return dropped(request)
                await stream.write(line)
                await asyncio.sleep(self.state.between_chunks)
            await stream.write_eof()
        except (ConnectionResetError, asyncio.CancelledError):
            self.state.dropped += 1
            raise
        return stream

    def _caller(self, request: web.Request) -> tuple[str, Organization]:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer":
            raise refusals.invalid_key()
        return key, self.state.owner(key)


async def _body(request: web.Request) -> Mapping[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise refusals.bad_request("The request body is not valid JSON.") from None
    if not isinstance(body, dict) or not isinstance(body.get("model"), str):
        raise refusals.bad_request("'model' : property 'model' is missing")
    if body["model"] not in MODELS:
        raise refusals.no_such_model(body["model"])
    return body


def _model(name: str) -> dict[str, Any]:
    owner, window = MODELS[name]
    known = {"id": name, "object": "model", "created": answers.CREATED, "owned_by": owner}
    return known | {"active": True, "context_window": window, "public_apps": None}


def _sse(chunks: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    for chunk in chunks:
        yield b"data: " + json.dumps(chunk).encode() + b"\n\n"
    yield b"data: [DONE]\n\n"


def _typed_sse(events: Iterator[Mapping[str, Any]]) -> Iterator[bytes]:
    for number, event in enumerate(events):
        told = {**event, "sequence_number": number}
        yield f"event: {event['type']}\ndata: {json.dumps(told)}\n\n".encode()

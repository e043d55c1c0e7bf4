"""Chat, responses and embeddings: judged, charged, answered, settled and counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from playground.groq import answers, bodies, refusals, streams
from playground.groq.answers import Saying
from playground.groq.faults import Faults
from playground.groq.limits import Charge, Cost
from playground.groq.state import Caller, Served, State


class Inference:
    """What costs tokens."""

    def __init__(self, state: State, faults: Faults) -> None:
        self._state = state
        self._faults = faults

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/openai/v1/chat/completions", self._chat),
            web.post("/openai/v1/responses", self._responses),
            web.post("/openai/v1/embeddings", self._embeddings),
        ]

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        caller, body, saying, most = await self._asked(request, "messages")
        options = body.get("stream_options")
        include = isinstance(options, dict) and bool(options.get("include_usage"))
        lines = streams.chat_lines(answers.chat_chunks(saying, include_usage=include)) if body.get("stream") else None
        return await self._answered(request, caller, saying, most, lines or answers.chat(saying))

    async def _responses(self, request: web.Request) -> web.StreamResponse:
        caller, body, saying, most = await self._asked(request, "input", "instructions")
        lines = streams.response_lines(answers.response_events(saying)) if body.get("stream") else None
        return await self._answered(request, caller, saying, most, lines or answers.response(saying))

    async def _embeddings(self, request: web.Request) -> web.Response:
        caller = self._state.caller(request.headers.get("authorization", ""))
        body = await bodies.json_body(request)
        name, _ = bodies.model_of(body, self._state, None)
        texts = bodies.words_of(body, "input")
        tokens = bodies.tokens_of(texts)
        charged = self._state.charge(caller.organization, name, Cost(tokens))
        self._state.note(caller, name).input_tokens += tokens
        return web.json_response(answers.embeddings(name, texts, tokens), headers=charged.headers())

    async def _asked(self, request: web.Request, *fields: str) -> tuple[Caller, Mapping[str, Any], Saying, int | None]:
        """Return who asks, for what, what will be answered, and the most that it might have been."""
        caller = self._state.caller(request.headers.get("authorization", ""))
        body = await bodies.json_body(request)
        name, model = bodies.model_of(body, self._state, "chat")
        bodies.single(body)
        most = bodies.most_tokens(body, name, model)
        given = bodies.tokens_of(bodies.words_of(body, *fields))
        if given > model.context_window:
            raise refusals.too_long_a_prompt()
        tier = body.get("service_tier")
        if tier == "flex" and self._state.flex_is_full:
            raise refusals.flex_is_full()
        wished = self._state.answer_tokens
        saying = Saying(
            name,
            given,
            wished if most is None else min(wished, most),
            min(self._state.cached_tokens, given),
            answers.request_id(),
            is_cut_short=most is not None and most < wished,
            tier="flex" if tier == "flex" else "on_demand",
        )
        return caller, body, saying, most

    async def _answered(
        self,
        request: web.Request,
        caller: Caller,
        saying: Saying,
        most: int | None,
        answer: Mapping[str, Any] | Iterator[bytes],
    ) -> web.StreamResponse:
        longest = most or self._state.assumed_output or saying.output_tokens
        reserved = Cost(saying.cost.input_tokens, longest)
        charged = self._state.charge(caller.organization, saying.model, reserved)
        served = self._count(caller, saying)
        if not isinstance(answer, Mapping):
            return await self._streamed(request, saying, charged, served, answer)
        self._state.settle(charged, saying.cost)
        return web.json_response(answer, headers=_headers(saying, charged))

    def _count(self, caller: Caller, saying: Saying) -> Served:
        served = self._state.note(caller, saying.model)
        served.input_tokens += saying.input_tokens
        served.output_tokens += saying.output_tokens
        served.cached_tokens += saying.cached_tokens
        return served

    async def _streamed(
        self, request: web.Request, saying: Saying, charged: Charge, served: Served, lines: Iterator[bytes]
    ) -> web.StreamResponse:
        stream = streams.Stream(lines, self._faults.of_stream(request), self._state.between_chunks)
        try:
            return await stream.serve(request, _headers(saying, charged))
        except ConnectionResetError:
            self._state.dropped += 1
            raise
        finally:
            if stream.is_whole:
                self._state.settle(charged, saying.cost)
            else:
                served.broken += 1
                served.unsent_tokens += saying.output_tokens - min(max(0, stream.sent - 1), saying.output_tokens)


def _headers(saying: Saying, charged: Charge) -> dict[str, str]:
    """Return the headers of an answer, with those that Groq's edge adds and that concern nobody behind it."""
    edge = {"set-cookie": "__cf_bm=made-up; path=/", "x-groq-region": "emulated", "cf-ray": "made-up"}
    return {**charged.headers(), **edge, "x-request-id": saying.request_id}

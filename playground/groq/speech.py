"""Transcriptions, translations and speech."""

from __future__ import annotations

import math
from typing import Any

from aiohttp import web

from playground.groq import audio, bodies, refusals
from playground.groq.limits import Cost
from playground.groq.state import State

_FORMATS = {"json", "text", "verbose_json"}


class Speech:
    """What costs seconds of audio, and what makes sound."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/openai/v1/audio/transcriptions", self._transcribe),
            web.post("/openai/v1/audio/translations", self._translate),
            web.post("/openai/v1/audio/speech", self._speak),
        ]

    async def _transcribe(self, request: web.Request) -> web.Response:
        return await self._hear(request, "transcribe")

    async def _translate(self, request: web.Request) -> web.Response:
        return await self._hear(request, "translate")

    async def _hear(self, request: web.Request, task: str) -> web.Response:
        caller = self._state.caller(request.headers.get("authorization", ""))
        form = await _form(request)
        name, model = bodies.model_of(form, self._state, "transcription")
        if task == "translate" and not model.translates:
            raise refusals.wrong_model(name, "audio translations")
        shape = form.get("response_format") or "json"
        if shape not in _FORMATS:
            raise refusals.bad_request(f"response_format must be one of {sorted(_FORMATS)}")
        seconds = self._seconds(form)
        charged = self._state.charge(caller.organization, name, Cost(audio_seconds=math.ceil(seconds)))
        self._state.note(caller, name).audio_seconds += seconds
        with_words = "word" in form.get("timestamp_granularities[]", [])
        answer = audio.heard(seconds, task, is_verbose=shape == "verbose_json", with_words=with_words)
        if shape == "text":
            return web.Response(text=answer["text"], headers=charged.headers())
        return web.json_response(answer, headers=charged.headers() | {"x-request-id": answer["x_groq"]["id"]})

    def _seconds(self, form: dict[str, Any]) -> float:
        """Return how long the audio of a form is, which is a file or an address."""
        sound, url = form.get("file"), form.get("url")
        if not isinstance(sound, bytes):
            if not url:
                raise refusals.bad_request("file is empty")
            return self._state.url_seconds
        if not sound:
            raise refusals.bad_request("file is empty")
        told = self._state.audio_seconds
        return audio.seconds_of(sound) if told is None else told

    async def _speak(self, request: web.Request) -> web.Response:
        caller = self._state.caller(request.headers.get("authorization", ""))
        body = await bodies.json_body(request)
        name, _ = bodies.model_of(body, self._state, "speech")
        texts = bodies.words_of(body, "input")
        if not isinstance(body.get("voice"), str):
            raise refusals.bad_request("'voice' : property is missing")
        if body.get("response_format", "wav") != "wav":
            raise refusals.bad_request("response_format must be one of [wav]")
        charged = self._state.charge(caller.organization, name, Cost(bodies.tokens_of(texts)))
        served = self._state.note(caller, name)
        served.input_tokens += bodies.tokens_of(texts)
        served.characters += sum(map(len, texts))
        sound = audio.spoken("".join(texts))
        return web.Response(body=sound, content_type="audio/wav", headers=charged.headers())


async def _form(request: web.Request) -> dict[str, Any]:
    """Return the fields of a form: texts, the bytes of ``file``, and a list of granularities."""
    if request.content_type != "multipart/form-data":
        raise refusals.bad_request("request Content-Type isn't multipart/form-data")
    try:
        form = await request.post()
    except ValueError:
        raise refusals.bad_request("multipart: NextPart: EOF") from None
    found: dict[str, Any] = {}
    for name, value in form.items():
        found[name] = value.file.read() if isinstance(value, web.FileField) else value
    found["timestamp_granularities[]"] = form.getall("timestamp_granularities[]", [])
    return found

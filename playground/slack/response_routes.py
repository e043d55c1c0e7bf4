"""`POST /response/<key>`: what `respond()` sends to a response_url."""

from __future__ import annotations

from aiohttp import web

from playground.slack import faulty, posting
from playground.slack.block_rules import check_message
from playground.slack.elements import with_ids
from playground.slack.emulation import Emulation
from playground.slack.interactions import bot_message, respond
from playground.slack.response_urls import ResponseUrl
from playground.slack.wire import Json, SlackError

_METHOD = "response_url"


def response_routes(emulation: Emulation) -> list[web.RouteDef]:
    """Return the route that response urls point to."""

    async def answer(request: web.Request) -> web.StreamResponse:
        key, body = request.match_info["key"], await request.json()
        fault = emulation.faults.take(_METHOD)
        if fault is None:
            return _answer(emulation, key, body)
        if fault.kind not in faulty.WORKING:
            emulation.record.call(_METHOD, body, faulty.told(fault))
        return await faulty.answer(fault, request, lambda: _answer(emulation, key, body))

    return [web.post("/response/{key}", answer)]


def _answer(emulation: Emulation, key: str, body: Json) -> web.Response:
    place = emulation.response_urls.use(key)
    if isinstance(place, str):
        return web.Response(status=404, text=place)
    try:
        _take(emulation, place, body)
    except SlackError as refusal:
        emulation.record.call(_METHOD, body, refusal.answer())
        return web.json_response(refusal.answer(), status=400)
    emulation.record.call(_METHOD, body, {"ok": True})
    return web.Response(text="ok")


def _take(emulation: Emulation, place: ResponseUrl, body: Json) -> None:
    if place.message_ts and _is_set(body, "delete_original"):
        _delete(emulation, place)
    elif place.message_ts and _is_set(body, "replace_original"):
        _replace(emulation, place, body)
    else:
        respond(emulation, place.channel, place.user, body, _METHOD)


def _is_set(body: Json, name: str) -> bool:
    return body.get(name) in (True, "true")


def _delete(emulation: Emulation, place: ResponseUrl) -> None:
    workspace, ts = emulation.workspace, place.message_ts or ""
    if place.ephemeral:
        whispered = workspace.ephemeral(place.channel, ts)
        if whispered:
            posting.replace_whisper(emulation, whispered, None, _METHOD)
        return
    message = workspace.message(place.channel, ts)
    if message:
        posting.remove(emulation, message, _METHOD)


def _replace(emulation: Emulation, place: ResponseUrl, body: Json) -> None:
    workspace, ts = emulation.workspace, place.message_ts or ""
    blocks, text = body.get("blocks"), str(body.get("text") or "")
    check_message(emulation.refused_blocks, blocks, text)
    whispered = workspace.ephemeral(place.channel, ts) if place.ephemeral else None
    message = workspace.message(place.channel, ts)
    if whispered:
        new = bot_message(emulation, place.channel, text, blocks)
        new.ephemeral_for = place.user
        posting.replace_whisper(emulation, whispered, new, _METHOD)
    elif message:
        kept = with_ids(blocks) if blocks else None
        posting.edit(emulation, message, _METHOD, text=text, blocks=kept)

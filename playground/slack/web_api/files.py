"""files.getUploadURLExternal, the upload itself, files.completeUploadExternal."""

from __future__ import annotations

from aiohttp import web

from playground.slack import faulty, posting
from playground.slack.emulation import Emulation
from playground.slack.files import UploadedFile
from playground.slack.interactions import bot_message
from playground.slack.state import Channel
from playground.slack.web_api.call import Call, Method
from playground.slack.web_api.chat import postable_channel
from playground.slack.wire import Json, SlackError

_LARGEST = 1_000_000_000


def _upload_url(call: Call) -> Json:
    length = call.number("length", default=0, limit=_LARGEST)
    file = call.emulation.files.reserve(call.required("filename"), length)
    return {"upload_url": f"{call.emulation.address}/upload/{file.ticket}", "file_id": file.id}


def _complete(call: Call) -> Json:
    listed = call.objects("files", "invalid_arguments")
    if not listed:
        raise SlackError("invalid_arguments", "missing required field: files")
    target = "channel_id" if call.text("channel_id") else "channels"
    channel = _target(call, target) if call.text(target) else None
    files = [_uploaded(call, one) for one in listed]
    created = int(call.now.timestamp())
    if channel:
        _share(call, channel, files, created)
    return {"files": [file.wire(call.emulation.address, created) for file in files]}


def _target(call: Call, name: str) -> Channel:
    try:
        return postable_channel(call, name)
    except SlackError as refusal:
        known = {"channel_not_found": "invalid_channel", "not_in_channel": "posting_to_channel_denied"}
        raise SlackError(known.get(refusal.code, refusal.code)) from None


def _uploaded(call: Call, listed: Json) -> UploadedFile:
    file = call.emulation.files.by_id.get(str(listed.get("id")))
    if file is None or file.content is None:
        raise SlackError("file_not_found")
    file.title = str(listed.get("title") or "")
    return file


def _share(call: Call, channel: Channel, files: list[UploadedFile], created: int) -> None:
    message = bot_message(call.emulation, channel.id, call.text("initial_comment"), None)
    message.thread_ts = call.text("thread_ts") or None
    for file in files:
        file.channels.append(channel.id)
    message.files = [file.wire(call.emulation.address, created) for file in files]
    posting.post(call.emulation, message, "files.completeUploadExternal")


METHODS: dict[str, Method] = {
    "files.getUploadURLExternal": _upload_url,
    "files.completeUploadExternal": _complete,
}


def upload_routes(emulation: Emulation) -> list[web.RouteDef]:
    """Return the address that takes a file's bytes, raw or as one part of a form."""

    async def upload(request: web.Request) -> web.StreamResponse:
        ticket, content = request.match_info["ticket"], await _content(request)
        fault = emulation.faults.take("upload_url")
        if fault is None:
            return _received(emulation, ticket, content)
        return await faulty.answer(fault, request, lambda: _received(emulation, ticket, content))

    return [web.post("/upload/{ticket}", upload)]


def _received(emulation: Emulation, ticket: str, content: bytes) -> web.Response:
    if not emulation.files.receive(ticket, content):
        return web.Response(status=400, text="invalid upload")
    return web.Response(text=f"OK - {len(content)}")


async def _content(request: web.Request) -> bytes:
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for part in (await request.post()).values():
        if isinstance(part, web.FileField):
            return part.file.read()
    return b""

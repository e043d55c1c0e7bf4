"""Switches and looks behind the scenes: faults, double clicks, and what the bot ever sent."""

from __future__ import annotations

from dataclasses import asdict

from aiohttp import web

from playground.slack.emulation import Emulation
from playground.slack.messages import Message
from playground.slack.socket_mode import SocketMode
from playground.slack.wire import Json


def control_routes(emulation: Emulation) -> list[web.RouteDef]:
    """Return `/faults`, `/ui/double` and `/inspect/*`."""

    async def double(request: web.Request) -> web.Response:
        emulation.double_clicks = bool((await request.json())["enabled"])
        return web.json_response({"ok": True, "enabled": emulation.double_clicks})

    return [*_fault_routes(emulation), web.post("/ui/double", double), *_inspect_routes(emulation)]


def _fault_routes(emulation: Emulation) -> list[web.RouteDef]:
    async def faults(_: web.Request) -> web.Response:
        return web.json_response(_faults(emulation))

    async def add_fault(request: web.Request) -> web.Response:
        try:
            await _add_fault(emulation, await request.json())
        except (ValueError, TypeError, AttributeError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        return web.json_response(_faults(emulation))

    async def clear_faults(_: web.Request) -> web.Response:
        emulation.faults.clear()
        emulation.refused_blocks.clear()
        emulation.events.duplicate_next = 0
        return web.json_response(_faults(emulation))

    async def refuse_blocks(request: web.Request) -> web.Response:
        try:
            emulation.refused_blocks.set(await request.json())
        except (ValueError, AttributeError) as error:
            return web.json_response({"ok": False, "error": str(error)}, status=400)
        return web.json_response(_faults(emulation))

    return [
        web.get("/faults", faults),
        web.post("/faults", add_fault),
        web.delete("/faults", clear_faults),
        web.post("/faults/blocks", refuse_blocks),
    ]


def _inspect_routes(emulation: Emulation) -> list[web.RouteDef]:
    async def history(_: web.Request) -> web.Response:
        return web.json_response(_history(emulation))

    async def calls(_: web.Request) -> web.Response:
        record = emulation.record
        return web.json_response({"calls": record.calls, "deliveries": record.deliveries})

    async def views(_: web.Request) -> web.Response:
        return web.json_response({"views": emulation.record.views})

    return [
        web.get("/inspect/history", history),
        web.get("/inspect/calls", calls),
        web.get("/inspect/views", views),
    ]


async def _add_fault(emulation: Emulation, given: Json) -> None:
    if "delivery" in given:
        await _disturb_delivery(emulation, given)
    else:
        emulation.faults.add(given)


async def _disturb_delivery(emulation: Emulation, given: Json) -> None:
    kind, socket = given["delivery"], emulation.delivery
    if kind == "duplicate":
        emulation.events.duplicate_next += int(given.get("times", 1))
    elif not isinstance(socket, SocketMode):
        raise ValueError(f"{kind} needs Socket Mode")
    elif kind in ("warning", "refresh_requested", "link_disabled"):
        await socket.announce_disconnect(kind)
    elif kind in ("silent", "stalled"):
        socket.go_silent(answering_pings=kind == "stalled")
    elif kind == "drop":
        await socket.drop()
    elif kind == "redeliver":
        await socket.redeliver()
    else:
        raise ValueError(f"no such disturbance of the delivery: {kind}")


def _faults(emulation: Emulation) -> Json:
    waiting = [asdict(fault) for fault in emulation.faults.waiting]
    refused = emulation.refused_blocks.shown()
    return {
        "ok": True,
        "faults": waiting,
        "duplicate_next": emulation.events.duplicate_next,
        "refused_blocks": refused,
    }


def _history(emulation: Emulation) -> Json:
    workspace = emulation.workspace
    messages = [one for channel in workspace.channels.values() for one in channel.messages.values()]
    files = [
        {
            "id": file.id,
            "name": file.name,
            "title": file.title,
            "content": (file.content or b"").decode(errors="replace"),
        }
        for file in emulation.files.by_id.values()
    ]
    return {
        "messages": [_inspected(one) for one in messages],
        "ephemerals": [_inspected(one) for one in workspace.ephemerals],
        "files": files,
    }


def _inspected(message: Message) -> Json:
    return message.for_page() | {
        "deleted": message.deleted,
        "ephemeral_for": message.ephemeral_for,
        "versions": message.versions,
    }

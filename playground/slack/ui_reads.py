"""What the page reads: the workspace, messages and homes, as one person may see them."""

from __future__ import annotations

from aiohttp import web

from playground.slack.emulation import Emulation
from playground.slack.messages import Message
from playground.slack.page_shapes import page_channel, page_person
from playground.slack.payloads import view_wire
from playground.slack.state import Channel, Person
from playground.slack.wire import Json, SlackError

PAGE_LENGTH = 100

BANNER = "Nothing in this workspace is real: an emulated Slack for trying Keydesk."


def read_routes(emulation: Emulation) -> list[web.RouteDef]:
    """Return the page's GET routes and its socket."""

    async def state(request: web.Request) -> web.Response:
        user = request.query.get("user") or _first_human(emulation)
        return web.json_response(_state(emulation, asker(emulation, user)))

    async def messages(request: web.Request) -> web.Response:
        person = asker(emulation, request.query.get("user"))
        channel = readable(emulation, person, request.query.get("channel"))
        return web.json_response(_messages(emulation, person, channel, dict(request.query)))

    async def replies(request: web.Request) -> web.Response:
        person = asker(emulation, request.query.get("user"))
        channel = readable(emulation, person, request.query.get("channel"))
        parent = request.query.get("ts", "")
        thread = [one for one in _standing(channel) if parent in (one.ts, one.thread_ts)]
        return web.json_response({"messages": [one.for_page() for one in thread]})

    async def home(request: web.Request) -> web.Response:
        person = asker(emulation, request.query.get("user"))
        view = emulation.views.home(person.id)
        return web.json_response({"view": view_wire(emulation, view) if view else None})

    async def file(request: web.Request) -> web.Response:
        person = asker(emulation, request.query.get("user"))
        return _file(emulation, person, request.match_info["id"])

    async def socket(request: web.Request) -> web.StreamResponse:
        asker(emulation, request.query.get("user"))
        return await emulation.tabs.serve(request)

    return [
        web.get("/ui/state", state),
        web.get("/ui/messages", messages),
        web.get("/ui/replies", replies),
        web.get("/ui/home", home),
        web.get("/files/{id}", file),
        web.get("/ui/socket", socket),
    ]


def asker(emulation: Emulation, user: str | None) -> Person:
    """Return the person who looks or acts; `user_not_found`, and bots have no page."""
    person = emulation.workspace.people.get(user or "")
    if person is None or person.is_bot:
        raise SlackError("user_not_found", f"nobody here has the id {user}")
    return person


def _first_human(emulation: Emulation) -> str | None:
    """Return whom the page acts as before anybody was chosen."""
    people = emulation.workspace.people.values()
    return next((one.id for one in people if not (one.is_bot or one.deleted)), None)


def readable(emulation: Emulation, person: Person, channel_id: str | None) -> Channel:
    """Return a channel that this person may read; `channel_not_found`."""
    channel = emulation.workspace.channels.get(channel_id or "")
    if channel is None or not emulation.workspace.may_read(person.id, channel):
        raise SlackError("channel_not_found")
    return channel


def _state(emulation: Emulation, me: Person) -> Json:
    workspace, manifest, now = emulation.workspace, emulation.manifest, emulation.clock.now()
    app = {"id": workspace.app.id, "name": manifest.name, "bot_user_id": workspace.app.bot_user_id}
    return {
        "me": page_person(me, now),
        "team": {"id": workspace.team.id, "name": workspace.team.name, "domain": workspace.team.domain},
        "people": [page_person(one, now) for one in workspace.people.values()],
        "channels": [page_channel(workspace, me.id, one) for one in workspace.visible(me.id)],
        "apps": [app | {"bot_id": workspace.app.bot_id, "home_tab": manifest.home_tab}],
        "commands": [_known(one, "command", "description", "usage_hint") for one in manifest.commands],
        "shortcuts": [_known(one, "name", "type", "callback_id", "description") for one in manifest.shortcuts],
        "clock": emulation.clock.reading(),
        "transport": emulation.transport,
        "banner": BANNER,
        "bot": {"connected": emulation.delivery.connected},
        "double": emulation.double_clicks,
        "providers": emulation.providers,
        "tour": workspace.tour,
    }


def _known(entry: Json, *names: str) -> Json:
    return {name: entry.get(name, "") for name in names}


def _messages(emulation: Emulation, person: Person, channel: Channel, query: Json) -> Json:
    top = [one for one in _standing(channel) if one.thread_ts in (None, one.ts)]
    own = _whispers(emulation, person, channel, query.get("session"))
    before = query.get("before", "9")
    shown = sorted((one for one in top + own if one.ts < before), key=lambda one: one.ts)
    page = shown[-PAGE_LENGTH:]
    if "before" not in query and page:
        emulation.workspace.read_marks[person.id, channel.id] = page[-1].ts
    return {"messages": [one.for_page() for one in page], "has_more": len(shown) > len(page)}


def _whispers(emulation: Emulation, person: Person, channel: Channel, session: str | None) -> list[Message]:
    """Return this person's ephemerals; with a session only those that this tab saw arrive."""
    return [
        one
        for one in emulation.workspace.ephemerals
        if one.ephemeral_for == person.id
        and one.channel == channel.id
        and not one.deleted
        and (session is None or session in one.sessions)
    ]


def _standing(channel: Channel) -> list[Message]:
    return [one for one in channel.messages.values() if not one.deleted]


def _file(emulation: Emulation, person: Person, file_id: str) -> web.Response:
    file = emulation.files.by_id.get(file_id)
    channels = [emulation.workspace.channels[one] for one in file.channels] if file else []
    if file is None or not any(emulation.workspace.may_read(person.id, one) for one in channels):
        raise SlackError("file_not_found")
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=file.content, content_type="text/plain", charset="utf-8", headers=headers)

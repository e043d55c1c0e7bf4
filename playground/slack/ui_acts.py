"""What people do on the page: `POST /ui/...`, one function per route."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from aiohttp import web

from playground.slack import actions, forms, interactions, payloads, posting, workspace_changes
from playground.slack.emulation import Emulation
from playground.slack.interactions import Actor
from playground.slack.messages import TEXT_LIMIT, Message
from playground.slack.state import Channel
from playground.slack.ui_reads import asker, readable
from playground.slack.wire import Json, SlackError

Act = Callable[[Emulation, Actor, Json], Awaitable[Json]]


def act_routes(emulation: Emulation) -> list[web.RouteDef]:
    """Return the page's POST routes."""
    return [web.post(path, _route(emulation, act)) for path, act in ACTS.items()]


def _route(emulation: Emulation, act: Act) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            given = await request.json()
            return web.json_response(await act(emulation, _actor(emulation, given), given))
        except (json.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
            body = {"ok": False, "error": "bad_request", "text": f"{type(error).__name__}: {error}"}
            return web.json_response(body, status=400)

    return answer


def _actor(emulation: Emulation, given: Json) -> Actor:
    person = asker(emulation, given["user"])
    if person.deleted:
        raise SlackError("account_inactive", f"{person.real_name} was deactivated and cannot act")
    return Actor(person.id, given.get("session", ""))


def _writable(emulation: Emulation, actor: Actor, channel_id: str) -> Channel:
    channel = readable(emulation, emulation.workspace.people[actor.user], channel_id)
    if actor.user not in channel.members:
        raise SlackError("not_in_channel", "join the channel first")
    if channel.is_archived:
        raise SlackError("is_archived")
    return channel


async def _message(emulation: Emulation, actor: Actor, given: Json) -> Json:
    channel, text = _writable(emulation, actor, given["channel"]), given["text"].strip()
    thread_ts = given.get("thread_ts") or None
    if text.startswith("/"):
        return await interactions.run_command(emulation, actor, channel, text, thread_ts)
    if not text:
        raise SlackError("no_text")
    _check_app_messages(emulation, channel)
    workspace = emulation.workspace
    ts = workspace.next_ts(emulation.clock.now())
    marked = workspace.mentions(text)[:TEXT_LIMIT]
    message = Message(ts, channel.id, marked, user=actor.user, thread_ts=thread_ts)
    posting.post(emulation, message, "person")
    return {"ok": True, "ts": ts}


def _check_app_messages(emulation: Emulation, channel: Channel) -> None:
    manifest, bot = emulation.manifest, emulation.workspace.app.bot_user_id
    with_app = channel.kind == "dm" and bot in channel.members
    if with_app and (not manifest.messages_tab or manifest.messages_tab_read_only):
        raise SlackError("restricted_action", "Sending messages to this app has been turned off.")


async def _submit(emulation: Emulation, actor: Actor, given: Json) -> Json:
    return await forms.submit(emulation, actor, given["view_id"], given["state"]["values"])


async def _close(emulation: Emulation, actor: Actor, given: Json) -> Json:
    return forms.close(emulation, actor, given["view_id"], clear=bool(given.get("clear")))


async def _home(emulation: Emulation, actor: Actor, given: Json) -> Json:
    workspace = emulation.workspace
    channel = workspace.direct(workspace.app.bot_user_id, actor.user)
    event = {
        "type": "app_home_opened",
        "user": actor.user,
        "channel": channel.id,
        "tab": given.get("tab", "home"),
        "event_ts": workspace.next_ts(emulation.clock.now()),
    }
    view = emulation.views.home(actor.user)
    if view and event["tab"] == "home":
        event["view"] = payloads.view_wire(emulation, view)
    emulation.events.emit("app_home_opened", event)
    return {"ok": True, "channel": channel.id}


async def _shortcut(emulation: Emulation, actor: Actor, given: Json) -> Json:
    message = None
    if given.get("message_ts"):
        place = {"type": "message", "channel": given["channel"], "ts": given["message_ts"]}
        found = actions.container(emulation, actor, place)
        message = found if isinstance(found, Message) else None
    return await interactions.run_shortcut(emulation, actor, given["callback_id"], message)


async def _open_direct(emulation: Emulation, actor: Actor, given: Json) -> Json:
    if given["with"] not in emulation.workspace.people:
        raise SlackError("user_not_found")
    channel = emulation.workspace.direct(actor.user, given["with"])
    posting.tell_channel_changed(emulation, channel)
    return {"ok": True, "channel": channel.id}


async def _membership(emulation: Emulation, actor: Actor, given: Json) -> Json:
    channel = readable(emulation, emulation.workspace.people[actor.user], given["channel"])
    change = workspace_changes.join if given["joined"] else workspace_changes.leave
    change(emulation, channel, given.get("member", actor.user), inviter=actor.user)
    return {"ok": True}


async def _person(emulation: Emulation, _: Actor, given: Json) -> Json:
    workspace_changes.change_person(emulation, given["person"], given["changes"])
    return {"ok": True}


async def _workspace(emulation: Emulation, _: Actor, given: Json) -> Json:
    workspace_changes.change_plan(emulation, given)
    return {"ok": True}


async def _group(emulation: Emulation, _: Actor, given: Json) -> Json:
    workspace_changes.set_group_members(emulation, given["group"], list(given["members"]))
    return {"ok": True}


async def _channel(emulation: Emulation, actor: Actor, given: Json) -> Json:
    channel = readable(emulation, emulation.workspace.people[actor.user], given["channel"])
    if given.get("is_archived"):
        workspace_changes.archive(emulation, channel)
    if given.get("is_ext_shared"):
        workspace_changes.share_outside(emulation, channel)
    return {"ok": True}


ACTS: dict[str, Act] = {
    "/ui/message": _message,
    "/ui/action": actions.act,
    "/ui/options": actions.options,
    "/ui/submit": _submit,
    "/ui/close": _close,
    "/ui/home": _home,
    "/ui/shortcut": _shortcut,
    "/ui/dm": _open_direct,
    "/ui/membership": _membership,
    "/ui/person": _person,
    "/ui/group": _group,
    "/ui/workspace": _workspace,
    "/ui/channel": _channel,
}

"""Messages coming into being, changing and going: in the state, on people's pages, as events."""

from __future__ import annotations

import dataclasses

from playground.slack.emulation import Emulation
from playground.slack.messages import Message
from playground.slack.page_shapes import page_channel
from playground.slack.state import Channel
from playground.slack.wire import Json

_EVENT_OF_KIND = {
    "channel": ("message.channels", "channel"),
    "private": ("message.groups", "group"),
    "dm": ("message.im", "im"),
}


def post(emulation: Emulation, message: Message, method: str) -> Message:
    """Put a message into its channel; ``method`` is kept for the record."""
    channel = emulation.workspace.channels[message.channel]
    channel.messages[message.ts] = message
    message.remember(method)
    _count_reply(emulation, channel, message)
    if channel.kind == "dm" and len(channel.messages) == 1:
        tell_channel_changed(emulation, channel)
    emulation.tell_channel(channel, {"type": "message", "channel": channel.id, "message": message.for_page()})
    _announce(emulation, channel, message.wire(), message)
    return message


def edit(emulation: Emulation, message: Message, method: str, **changes: object) -> Message:
    """Change a message in place; its earlier words stay on record."""
    before = message.wire()
    for name, value in changes.items():
        setattr(message, name, value)
    author = message.user or emulation.workspace.app.bot_user_id
    message.edited = {"user": author, "ts": emulation.workspace.next_ts(emulation.clock.now())}
    message.remember(method)
    _tell_changed(emulation, message)
    channel = emulation.workspace.channels[message.channel]
    body = {"subtype": "message_changed", "message": message.wire(), "previous_message": before, "hidden": True}
    _announce(emulation, channel, body | {"type": "message", "ts": message.edited["ts"]})
    return message


def remove(emulation: Emulation, message: Message, method: str) -> None:
    """Take a message away; it stays on record."""
    message.deleted = True
    message.versions.append({"method": method, "deleted": True, "ts": message.ts})
    channel = emulation.workspace.channels[message.channel]
    emulation.tell_channel(channel, {"type": "message_deleted", "channel": channel.id, "ts": message.ts})
    ts = emulation.workspace.next_ts(emulation.clock.now())
    body = {"subtype": "message_deleted", "deleted_ts": message.ts, "hidden": True, "ts": ts}
    _announce(emulation, channel, body | {"type": "message", "previous_message": message.wire()})


def whisper(emulation: Emulation, message: Message, method: str) -> Message:
    """Show a message to one person, in the tabs that are open now and nowhere else."""
    user = message.ephemeral_for or ""
    message.sessions = emulation.tabs.sessions(user)
    message.remember(method)
    emulation.workspace.ephemerals.append(message)
    frame = {"type": "ephemeral", "channel": message.channel, "message": message.for_page()}
    emulation.tabs.push([user], frame)
    return message


def replace_whisper(emulation: Emulation, message: Message, new: Message | None, method: str) -> None:
    """Put ``new`` in the place of an ephemeral message, or nothing."""
    if new is None:
        message.deleted = True
        message.versions.append({"method": method, "deleted": True, "ts": message.ts})
    else:
        kept = {"ts": message.ts, "sessions": message.sessions, "versions": message.versions}
        for one in dataclasses.fields(Message):
            setattr(message, one.name, kept.get(one.name, getattr(new, one.name)))
        message.remember(method)
    shown = None if new is None else message.for_page()
    frame = {"type": "ephemeral_replaced", "channel": message.channel, "ts": message.ts, "message": shown}
    emulation.tabs.push([message.ephemeral_for or ""], frame)


def tell_channel_changed(emulation: Emulation, channel: Channel) -> None:
    """Tell everyone who may know of this channel how it looks to them now."""
    for user in emulation.tabs.users():
        if emulation.workspace.may_read(user, channel):
            shape = page_channel(emulation.workspace, user, channel)
            emulation.tabs.push([user], {"type": "channel_changed", "channel": shape})


def _tell_changed(emulation: Emulation, message: Message) -> None:
    channel = emulation.workspace.channels[message.channel]
    frame = {"type": "message_changed", "channel": channel.id, "message": message.for_page()}
    emulation.tell_channel(channel, frame)


def _count_reply(emulation: Emulation, channel: Channel, reply: Message) -> None:
    parent = channel.messages.get(reply.thread_ts or "")
    if parent is None or parent is reply:
        return
    parent.reply_count += 1
    parent.latest_reply = reply.ts
    author = reply.user or reply.bot_id or ""
    if author not in parent.reply_users:
        parent.reply_users.append(author)
    _tell_changed(emulation, parent)


def _announce(emulation: Emulation, channel: Channel, body: Json, message: Message | None = None) -> None:
    app = emulation.workspace.app
    if app.bot_user_id not in channel.members:
        return
    subscription, channel_type = _EVENT_OF_KIND[channel.kind]
    place = {"channel": channel.id, "event_ts": body["ts"]}
    shared = channel.is_ext_shared
    event = body | place | {"channel_type": channel_type}
    emulation.events.emit(subscription, event, is_ext_shared=shared)
    if message and message.user != app.bot_user_id and f"<@{app.bot_user_id}>" in message.text:
        emulation.events.emit("app_mention", body | place | {"type": "app_mention"}, is_ext_shared=shared)

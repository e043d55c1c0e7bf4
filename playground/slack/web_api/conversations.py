"""The conversations.* family and users.conversations."""

from __future__ import annotations

from playground.slack.messages import Message
from playground.slack.state import Channel
from playground.slack.web_api.call import Call, Method
from playground.slack.wire import Json, SlackError

_KIND_OF_TYPE = {"public_channel": "channel", "private_channel": "private", "im": "dm", "mpim": "mpim"}
_SCOPE_OF_TYPE = {
    "public_channel": "channels:read",
    "private_channel": "groups:read",
    "im": "im:read",
    "mpim": "mpim:read",
}


def conversation(call: Call, channel: Channel) -> Json:
    """Return a conversation object (docs.slack.dev/reference/objects/conversation-object)."""
    wire: Json = {"id": channel.id, "created": channel.created, "is_archived": channel.is_archived}
    if channel.kind == "dm":
        return wire | {"is_im": True, "user": channel.other(call.bot), "is_open": True, "priority": 0}
    return wire | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "private",
        "is_general": channel.name == "general",
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "is_member": call.bot in channel.members,
        "creator": channel.creator,
        "context_team_id": call.workspace.team.id,
        "topic": {"value": channel.topic, "creator": channel.creator, "last_set": channel.created},
        "purpose": {"value": channel.purpose, "creator": channel.creator, "last_set": channel.created},
    }


def _info(call: Call) -> Json:
    channel = call.visible_channel()
    call.require_channel_scope(channel, "read")
    wire = conversation(call, channel)
    if call.flag("include_num_members"):
        wire["num_members"] = len(channel.members)
    return {"channel": wire}


def _list(call: Call) -> Json:
    channels = [one for one in _of_types(call) if call.sees(one)]
    if call.flag("exclude_archived"):
        channels = [one for one in channels if not one.is_archived]
    page, metadata = call.page(channels, call.number("limit", default=100))
    wires = [conversation(call, one) | {"num_members": len(one.members)} for one in page]
    return {"channels": wires, **metadata}


def _of_user(call: Call) -> Json:
    user = call.text("user", call.bot)
    if user not in call.workspace.people:
        raise SlackError("user_not_found")
    shared = [one for one in _of_types(call) if user in one.members and call.sees(one)]
    if call.flag("exclude_archived"):
        shared = [one for one in shared if not one.is_archived]
    page, metadata = call.page(shared, call.number("limit", default=100))
    return {"channels": [conversation(call, one) for one in page], **metadata}


def _of_types(call: Call) -> list[Channel]:
    types = call.text("types", "public_channel").replace(" ", "").split(",")
    if not set(types) <= _KIND_OF_TYPE.keys():
        raise SlackError("invalid_types")
    for one in types:
        call.require_scope(_SCOPE_OF_TYPE[one])
    kinds = {_KIND_OF_TYPE[one] for one in types}
    return [channel for channel in call.workspace.channels.values() if channel.kind in kinds]


def _members(call: Call) -> Json:
    channel = call.visible_channel()
    call.require_channel_scope(channel, "read")
    page, metadata = call.page(channel.members, call.number("limit", default=100))
    return {"members": page, **metadata}


def _open(call: Call) -> Json:
    if call.text("channel"):
        return _opened(call, call.visible_channel())
    users = [one for one in call.text("users").split(",") if one]
    if not users:
        raise SlackError("users_list_not_supplied")
    if len(users) > 1:
        raise SlackError("method_not_supported_for_channel_type", "this workspace has no group messages")
    call.require_scope("im:write")
    person = call.workspace.people.get(users[0])
    if person is None:
        raise SlackError("user_not_found")
    if person.deleted:
        raise SlackError("user_disabled")
    if person.is_bot:
        raise SlackError("cannot_dm_bot")
    return _opened(call, call.workspace.direct(call.bot, person.id))


def _opened(call: Call, channel: Channel) -> Json:
    if channel.kind != "dm":
        raise SlackError("method_not_supported_for_channel_type")
    return {"channel": conversation(call, channel) if call.flag("return_im") else {"id": channel.id}}


def _join(call: Call) -> Json:
    channel = call.visible_channel()
    if channel.kind != "channel":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.bot not in channel.members:
        channel.members.append(call.bot)
    return {"channel": conversation(call, channel)}


def _history(call: Call) -> Json:
    channel = _readable(call)
    top = [one for one in _standing(channel) if not one.thread_ts or one.thread_ts == one.ts]
    messages = [one for one in reversed(top) if _between(call, one.ts)]
    page, metadata = call.page(messages, call.number("limit", default=100, limit=999))
    more = bool(metadata["response_metadata"]["next_cursor"])
    return {"messages": _wires(call, page), "has_more": more, "pin_count": 0, **(metadata if more else {})}


def _replies(call: Call) -> Json:
    channel, ts = _readable(call), call.required("ts")
    if ts not in channel.messages:
        raise SlackError("thread_not_found")
    thread = [one for one in _standing(channel) if ts in (one.ts, one.thread_ts)]
    page, metadata = call.page(thread, call.number("limit", default=1000))
    return {"messages": _wires(call, page), "has_more": False, **metadata}


def _readable(call: Call) -> Channel:
    channel = call.visible_channel()
    call.require_channel_scope(channel, "history")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _standing(channel: Channel) -> list[Message]:
    return [one for one in channel.messages.values() if not one.deleted]


def _wires(call: Call, messages: list[Message]) -> list[Json]:
    if call.flag("include_all_metadata"):
        return [one.with_metadata() for one in messages]
    return [one.wire() for one in messages]


def _between(call: Call, ts: str) -> bool:
    oldest, latest, moment = call.text("oldest", "0"), call.text("latest", "inf"), float(ts)
    if call.flag("inclusive") and ts in (oldest, latest):
        return True
    return float(oldest) < moment < float(latest)


METHODS: dict[str, Method] = {
    "conversations.info": _info,
    "conversations.list": _list,
    "conversations.members": _members,
    "conversations.open": _open,
    "conversations.join": _join,
    "conversations.history": _history,
    "conversations.replies": _replies,
    "users.conversations": _of_user,
}

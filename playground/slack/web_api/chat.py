"""chat.postMessage, update, delete, postEphemeral, getPermalink."""

from __future__ import annotations

from playground.slack import posting
from playground.slack.block_rules import check_message
from playground.slack.elements import with_ids
from playground.slack.interactions import bot_message
from playground.slack.messages import TEXT_LIMIT, Message
from playground.slack.state import Channel
from playground.slack.web_api.call import Call, Method
from playground.slack.wire import Json, SlackError


def postable_channel(call: Call, name: str = "channel") -> Channel:
    """Return the channel to post to: an id, a `#name`, or a person's id for their direct messages.

    Raises `channel_not_found`, `not_in_channel`, `is_archived`, `messages_tab_disabled`.
    """
    channel = _addressed(call, call.required(name))
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.kind == "dm" and not call.emulation.manifest.messages_tab:
        raise SlackError("messages_tab_disabled")
    joined = call.bot in channel.members
    if not joined and not (channel.kind == "channel" and call.has_scope("chat:write.public")):
        raise SlackError("not_in_channel")
    return channel


def _addressed(call: Call, target: str) -> Channel:
    person = call.workspace.people.get(target)
    if person and not person.deleted and not person.is_bot:
        return call.workspace.direct(call.bot, person.id)
    channel = call.workspace.channels.get(target) or call.workspace.channel_named(target.removeprefix("#"))
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    return channel


def _post_message(call: Call) -> Json:
    channel = postable_channel(call)
    message = _new_message(call, channel)
    message.metadata = _metadata(call)
    posting.post(call.emulation, message, "chat.postMessage")
    return {"channel": channel.id, "ts": message.ts, "message": message.wire(), **_warnings(call)}


def _post_ephemeral(call: Call) -> Json:
    channel = _addressed(call, call.required("channel"))
    if channel.is_archived:
        raise SlackError("is_archived")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel" if channel.kind == "channel" else "channel_not_found")
    if call.required("user") not in channel.members:
        raise SlackError("user_not_in_channel")
    message = _new_message(call, channel)
    message.ephemeral_for = call.text("user")
    posting.whisper(call.emulation, message, "chat.postEphemeral")
    return {"message_ts": message.ts}


def _new_message(call: Call, channel: Channel) -> Message:
    text, blocks, attachments = _content(call)
    thread_ts = call.text("thread_ts") or None
    if thread_ts and call.workspace.message(channel.id, thread_ts) is None:
        raise SlackError("thread_not_found")
    message = bot_message(call.emulation, channel.id, text, blocks, attachments)
    message.thread_ts = thread_ts
    message.username = call.text("username") or None if call.has_scope("chat:write.customize") else None
    return message


def _content(call: Call) -> tuple[str, list[Json] | None, list[Json] | None]:
    text = call.text("text")
    blocks = call.objects("blocks", "invalid_blocks_format")
    attachments = call.objects("attachments", "invalid_attachments")
    if not text and not blocks and not attachments:
        raise SlackError("no_text")
    if attachments and len(attachments) > 100:
        raise SlackError("too_many_attachments")
    check_message(call.emulation.refused_blocks, blocks, text)
    return text[:TEXT_LIMIT], blocks, attachments


def _warnings(call: Call) -> Json:
    if len(call.text("text")) <= TEXT_LIMIT:
        return {}
    warning = "message_truncated"
    return {"warning": warning, "response_metadata": {"warnings": [warning]}}


def _metadata(call: Call) -> Json | None:
    metadata = call.object("metadata", "invalid_metadata_format")
    if metadata and not {"event_type", "event_payload"} <= metadata.keys():
        raise SlackError("invalid_metadata_format")
    return metadata or None


def _own_message(call: Call, refusal: str) -> Message:
    channel = call.workspace.channels.get(call.required("channel"))
    if channel is None or not call.sees(channel):
        raise SlackError("channel_not_found")
    message = call.workspace.message(channel.id, call.required("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.bot_id != call.workspace.app.bot_id:
        raise SlackError(refusal)
    if channel.is_archived:
        raise SlackError("is_inactive")
    return message


def _update(call: Call) -> Json:
    """Change a message; blocks and attachments that are left out stay, an empty list removes them.

    Source: the method's reference; python-slack-sdk#523 and slack-go#1214 show how it surprises.
    """
    message = _own_message(call, "cant_update_message")
    text, blocks, attachments = _content(call)
    changes: Json = {"text": text}
    if "attachments" in call.arguments:
        changes["attachments"] = attachments
    if "blocks" in call.arguments:
        changes["blocks"] = with_ids(blocks) if blocks else None
    if "metadata" in call.arguments:
        changes["metadata"] = _metadata(call)
    posting.edit(call.emulation, message, "chat.update", **changes)
    answer = {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.wire()}
    return answer | _warnings(call)


def _delete(call: Call) -> Json:
    message = _own_message(call, "cant_delete_message")
    posting.remove(call.emulation, message, "chat.delete")
    return {"channel": message.channel, "ts": message.ts}


def _permalink(call: Call) -> Json:
    channel = call.visible_channel()
    ts = call.required("message_ts")
    if call.workspace.message(channel.id, ts) is None:
        raise SlackError("message_not_found")
    place = f"archives/{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": f"https://{call.workspace.team.domain}.slack.com/{place}"}


METHODS: dict[str, Method] = {
    "chat.postMessage": _post_message,
    "chat.postEphemeral": _post_ephemeral,
    "chat.update": _update,
    "chat.delete": _delete,
    "chat.getPermalink": _permalink,
}

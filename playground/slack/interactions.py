"""What people do, brought to the bot: acks within three seconds, else the person reads so."""

from __future__ import annotations

from dataclasses import dataclass

from playground.slack import payloads, posting, words
from playground.slack.block_rules import check_message
from playground.slack.delivery import Parcel, ParcelKind
from playground.slack.elements import with_ids
from playground.slack.emulation import Emulation
from playground.slack.messages import TEXT_LIMIT, Message
from playground.slack.state import Channel
from playground.slack.wire import Json, NotDelivered, SlackError


@dataclass(frozen=True)
class Actor:
    """Who acts, and in which tab."""

    user: str
    session: str


async def bring(emulation: Emulation, kind: ParcelKind, payload: Json) -> Json:
    """Deliver a payload and return what the ack carried; `NotDelivered` is noted and passed on.

    Without interactivity in the manifest Slack has nowhere to send a click.
    """
    parcel = Parcel(kind, payload)
    if kind == "interactive" and not emulation.manifest.interactive:
        raise NotDelivered("dispatch_failed")
    try:
        answer = await emulation.delivery.deliver(parcel)
    except NotDelivered as refusal:
        emulation.record.delivery(kind, parcel.name, refusal.code)
        raise
    emulation.record.delivery(kind, parcel.name, "acked")
    return answer


def failure(code: str, text: str) -> Json:
    """Return the answer of a UI route whose act did not reach the bot: Slack's error and the words shown."""
    return {"ok": False, "error": code, "text": text}


async def run_command(emulation: Emulation, actor: Actor, channel: Channel, line: str, thread_ts: str | None) -> Json:
    """Run a typed line such as `/keydesk help`."""
    name, _, text = line.partition(" ")
    known = emulation.manifest.command(name)
    if known is None or _comes_from_elsewhere(emulation, actor):
        return failure("unknown_command", words.unknown_command(name))
    if thread_ts:
        return failure("not_in_threads", words.command_in_thread(name))
    typed = _command_text(emulation, text.strip(), escape=bool(known.get("should_escape")))
    payload = payloads.command(
        emulation, user=actor.user, session=actor.session, channel=channel, name=name, text=typed
    )
    try:
        answer = await bring(emulation, "slash_commands", payload)
    except NotDelivered as refusal:
        return failure(refusal.code, words.failed_command(name, refusal.code))
    if answer.get("text") or answer.get("blocks"):
        respond(emulation, channel.id, actor.user, answer, "command ack")
    return {"ok": True}


def respond(emulation: Emulation, channel: str, user: str, body: Json, method: str) -> None:
    """Show an answer to a command or a response_url's new message: ephemeral unless `in_channel`."""
    blocks, text = body.get("blocks"), str(body.get("text") or "")
    if not text and not blocks and not body.get("attachments"):
        raise SlackError("no_text")
    check_message(emulation.refused_blocks, blocks, text)
    message = bot_message(emulation, channel, text, blocks, attachments=body.get("attachments"))
    message.thread_ts = body.get("thread_ts")
    if body.get("response_type") == "in_channel":
        posting.post(emulation, message, method)
    else:
        message.ephemeral_for = user
        posting.whisper(emulation, message, method)


def bot_message(
    emulation: Emulation,
    channel: str,
    text: str,
    blocks: list[Json] | None,
    attachments: list[Json] | None = None,
) -> Message:
    """Return a new message of the bot, not posted yet."""
    app = emulation.workspace.app
    return Message(
        ts=emulation.workspace.next_ts(emulation.clock.now()),
        channel=channel,
        text=text[:TEXT_LIMIT],
        user=app.bot_user_id,
        bot_id=app.bot_id,
        app_id=app.id,
        blocks=with_ids(blocks) if blocks else None,
        attachments=attachments,
    )


async def run_shortcut(emulation: Emulation, actor: Actor, callback_id: str, message: Message | None) -> Json:
    """Run a global shortcut, or a message shortcut on ``message``."""
    known = emulation.manifest.shortcut(callback_id)
    wanted = "message" if message else "global"
    if known is None or known["type"] != wanted or _comes_from_elsewhere(emulation, actor):
        return failure("unknown_shortcut", f"There is no such {wanted} shortcut.")
    kind = "message_action" if message else "shortcut"
    payload = payloads.interaction(emulation, kind, actor.user) | {
        "callback_id": callback_id,
        "action_ts": payloads.action_ts(),
        "trigger_id": emulation.triggers.issue(actor.user, actor.session),
    }
    if message:
        place = payloads.of_message(emulation, message, actor.user)
        del place["container"]
        payload |= place | {"message_ts": message.ts}
    try:
        await bring(emulation, "interactive", payload)
    except NotDelivered as refusal:
        return failure(refusal.code, words.failed_interaction("shortcut", emulation.manifest.name, refusal.code))
    return {"ok": True}


def _comes_from_elsewhere(emulation: Emulation, actor: Actor) -> bool:
    """Whether the actor belongs to a connected workspace, where this app is not installed."""
    return emulation.workspace.people[actor.user].is_stranger


def _command_text(emulation: Emulation, text: str, *, escape: bool) -> str:
    """Return the text as the manifest asks: references as `<@U1|name>` with should_escape, else as typed."""
    if not escape:
        return text
    marked = emulation.workspace.mentions(text)
    for person in emulation.workspace.people.values():
        marked = marked.replace(f"<@{person.id}>", f"<@{person.id}|{person.name}>")
    return marked

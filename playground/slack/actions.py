"""Clicks and choices on interactive elements (block_actions), and menus that the bot fills (block_suggestion)."""

from __future__ import annotations

import asyncio

from playground.slack import payloads, words
from playground.slack.elements import chosen, find_element, merged_state
from playground.slack.emulation import Emulation
from playground.slack.interactions import Actor, bring, failure
from playground.slack.messages import Message
from playground.slack.view_stacks import View
from playground.slack.wire import Json, NotDelivered, SlackError

OPTIONS_LIMIT = 100


async def act(emulation: Emulation, actor: Actor, given: Json) -> Json:
    """Bring one click to the bot; with double clicks on, as two payloads with two triggers."""
    place = container(emulation, actor, given["container"])
    block, element = element_of(place, given["block_id"], given["action_id"])
    if block["type"] == "input" and not block.get("dispatch_action"):
        raise SlackError("no_dispatch_action", f"{given['block_id']} does not dispatch actions")
    try:
        action = chosen(element, given)
    except (KeyError, TypeError):
        raise SlackError("invalid_option", f"{given['action_id']} has no such option") from None
    action |= {"type": element["type"], "block_id": block["block_id"], "action_id": element["action_id"]}
    part = _place_payload(emulation, actor, place, given.get("state", {}).get("values", {}), action)
    times = 2 if emulation.double_clicks else 1
    outcomes = await asyncio.gather(*(_click(emulation, actor, part, action) for _ in range(times)))
    return next((one for one in outcomes if not one["ok"]), outcomes[0])


async def options(emulation: Emulation, actor: Actor, given: Json) -> Json:
    """Ask the bot for the options of an external menu; the answer is the ack."""
    place = container(emulation, actor, given["container"])
    block, element = element_of(place, given["block_id"], given["action_id"])
    if len(given.get("query", "")) < element.get("min_query_length", 3):
        return {"ok": True, "options": []}
    payload = payloads.interaction(emulation, "block_suggestion", actor.user)
    payload |= {"block_id": block["block_id"], "action_id": element["action_id"], "value": given.get("query", "")}
    payload |= _of_place(emulation, actor, place)
    payload.pop("response_url", None)
    try:
        answer = await bring(emulation, "interactive", payload)
    except NotDelivered as refusal:
        return failure(refusal.code, words.failed_interaction("options", emulation.manifest.name, refusal.code))
    return _checked_options(emulation, answer)


def container(emulation: Emulation, actor: Actor, given: Json) -> View | Message:
    """Return the view or message in which the actor acts; `not_found` when it is not theirs to see."""
    if given["type"] == "view":
        view = emulation.views.find(given["view_id"])
        if view.user != actor.user:
            raise SlackError("not_found")
        return view
    workspace = emulation.workspace
    channel, ts = given["channel"], given["ts"]
    message = workspace.ephemeral(channel, ts)
    if message and message.ephemeral_for == actor.user:
        return message
    message = workspace.channels[channel].messages.get(ts) if channel in workspace.channels else None
    if message is None or not workspace.may_read(actor.user, workspace.channels[channel]):
        raise SlackError("not_found")
    return message


def element_of(place: View | Message, block_id: str, action_id: str) -> tuple[Json, Json]:
    """Return a block and its element; on a message also of its earlier words, since a slow eye clicks those."""
    versions = [place.blocks] if isinstance(place, View) else _all_blocks(place)
    for blocks in versions:
        found = find_element(blocks or [], block_id, action_id)
        if found:
            return found
    raise SlackError("not_found", f"no element {action_id} in block {block_id}")


def _all_blocks(message: Message) -> list[list[Json] | None]:
    return [message.blocks, *(version.get("blocks") for version in reversed(message.versions))]


def _place_payload(emulation: Emulation, actor: Actor, place: View | Message, typed: Json, action: Json) -> Json:
    own = {action["block_id"]: {action["action_id"]: action}}
    if isinstance(place, View):
        place.type_in(typed)
        place.type_in(own)
        return _of_place(emulation, actor, place)
    state = {"values": merged_state(place.blocks or [], typed, own)}
    return _of_place(emulation, actor, place) | {"state": state}


def _of_place(emulation: Emulation, actor: Actor, place: View | Message) -> Json:
    if isinstance(place, View):
        return payloads.of_view(emulation, place)
    return payloads.of_message(emulation, place, actor.user)


async def _click(emulation: Emulation, actor: Actor, part: Json, action: Json) -> Json:
    view_id = part["container"].get("view_id")
    payload = payloads.interaction(emulation, "block_actions", actor.user) | part
    payload["trigger_id"] = emulation.triggers.issue(actor.user, actor.session, view_id)
    payload["actions"] = [action | {"action_ts": payloads.action_ts()}]
    try:
        await bring(emulation, "interactive", payload)
    except NotDelivered as refusal:
        return failure(refusal.code, words.failed_interaction("action", emulation.manifest.name, refusal.code))
    return {"ok": True}


def _checked_options(emulation: Emulation, answer: Json) -> Json:
    offered = answer.get("options", answer.get("option_groups"))
    if not isinstance(offered, list) or len(offered) > OPTIONS_LIMIT:
        text = words.failed_interaction("options", emulation.manifest.name, "invalid_options")
        return failure("invalid_options", text)
    kind = "options" if "options" in answer else "option_groups"
    return {"ok": True, kind: offered}

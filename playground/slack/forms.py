"""Modals from the person's side: submitting and closing them, and what the bot's ack makes of the stack."""

from __future__ import annotations

from contextlib import suppress

from playground.slack import payloads, words
from playground.slack.block_rules import check_view
from playground.slack.emulation import Emulation
from playground.slack.form_rules import errors_of_form
from playground.slack.interactions import Actor, bring, failure
from playground.slack.view_stacks import View
from playground.slack.wire import Json, NotDelivered, SlackError


def own_view(emulation: Emulation, actor: Actor, view_id: str) -> View:
    """Return an open view of this person; `not_found` for anybody else's."""
    view = emulation.views.find(view_id)
    if view.user != actor.user:
        raise SlackError("not_found")
    return view


async def submit(emulation: Emulation, actor: Actor, view_id: str, values: Json) -> Json:
    """Submit a form: first the client's own checks, then the bot's word within three seconds."""
    view = own_view(emulation, actor, view_id)
    if not view.given.get("submit"):
        raise SlackError("no_submit", "this view has no submit button")
    view.type_in(values)
    complaints = errors_of_form(view)
    if complaints:
        return {"ok": False, "error": "required", "errors": complaints}
    payload = payloads.interaction(emulation, "view_submission", actor.user)
    payload["trigger_id"] = emulation.triggers.issue(actor.user, actor.session, view.id)
    payload |= payloads.with_view(emulation, view) | {"response_urls": []}
    try:
        answer = await bring(emulation, "interactive", payload)
        return _obey(emulation, view, answer)
    except NotDelivered as refusal:
        code = refusal.code
    except SlackError as refusal:
        emulation.record.delivery("interactive", "response_action", refusal.code)
        code = refusal.code
    return failure(code, words.failed_interaction("view", emulation.manifest.name, code))


def close(emulation: Emulation, actor: Actor, view_id: str, *, clear: bool) -> Json:
    """Close a view (or the whole stack); the bot hears of those that asked for it."""
    view = own_view(emulation, actor, view_id)
    cleared = clear or bool(view.given.get("clear_on_close"))
    closed = emulation.views.close(view, whole_stack=cleared)
    tell_closed(emulation, closed)
    for one in closed:
        if one.given.get("notify_on_close"):
            emulation.background.spawn(_tell_bot(emulation, one, cleared=cleared))
    return {"ok": True}


def tell_closed(emulation: Emulation, closed: list[View]) -> None:
    """Tell the tab which views are gone."""
    if closed:
        frame = {"type": "views_closed", "view_ids": [view.id for view in closed]}
        emulation.tabs.push([closed[0].user], frame, closed[0].session or None)


def show(emulation: Emulation, frame_type: str, view: View) -> None:
    """Show a view in its tab."""
    frame = {"type": frame_type, "view": payloads.view_wire(emulation, view)}
    emulation.tabs.push([view.user], frame, view.session or None)


def _obey(emulation: Emulation, view: View, answer: Json) -> Json:
    action = answer.get("response_action")
    if action == "errors":
        return _show_errors(view, answer)
    if action in ("update", "push"):
        _show_next(emulation, view, action, answer)
    elif action in (None, "clear"):
        tell_closed(emulation, emulation.views.close(view, whole_stack=action == "clear"))
    else:
        raise SlackError("invalid_response_action", f"no such response_action: {action}")
    return {"ok": True, "response_action": action}


def _show_errors(view: View, answer: Json) -> Json:
    inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
    errors = answer.get("errors")
    if not isinstance(errors, dict) or not errors or not errors.keys() <= inputs:
        raise SlackError("invalid_response_action", "errors must be keyed by block_ids of inputs")
    return {"ok": True, "response_action": "errors", "errors": errors}


def _show_next(emulation: Emulation, view: View, action: str, answer: Json) -> None:
    given = answer.get("view")
    if not isinstance(given, dict):
        raise SlackError("invalid_arguments", "missing required field: view")
    check_view(emulation.refused_blocks, given)
    emulation.record.view(f"response_action:{action}", view.user, given)
    if action == "update":
        show(emulation, "view_updated", emulation.views.update(view, given))
    else:
        pushed = emulation.views.open(view.user, view.session, given, on=view)
        show(emulation, "view_pushed", pushed)


async def _tell_bot(emulation: Emulation, view: View, *, cleared: bool) -> None:
    payload = payloads.interaction(emulation, "view_closed", view.user)
    payload |= payloads.with_view(emulation, view) | {"is_cleared": cleared}
    with suppress(NotDelivered):  # the person is gone already: there is nobody to tell
        await bring(emulation, "interactive", payload)

"""views.open, push, update, publish."""

from __future__ import annotations

from playground.slack import forms
from playground.slack.block_rules import check_view
from playground.slack.payloads import view_wire
from playground.slack.triggers import Trigger
from playground.slack.view_stacks import View
from playground.slack.web_api.call import Call, Method
from playground.slack.wire import Json, SlackError


def _open(call: Call) -> Json:
    trigger = call.emulation.triggers.check(call.required("trigger_id"))
    given = _exchanged(call, trigger)
    view = call.emulation.views.open(trigger.user, trigger.session, given)
    trigger.exchanged = True
    return _show(call, "views.open", "view_opened", view)


def _push(call: Call) -> Json:
    trigger = call.emulation.triggers.check(call.required("trigger_id"))
    given = _exchanged(call, trigger)
    stack = call.emulation.views.stack(trigger.user, trigger.session)
    if not stack:
        raise SlackError("not_found", "there is no open view to push onto")
    view = call.emulation.views.open(trigger.user, trigger.session, given, on=stack[-1])
    trigger.exchanged = True
    return _show(call, "views.push", "view_pushed", view)


def _update(call: Call) -> Json:
    if not call.text("view_id") and not call.text("external_id"):
        raise SlackError("invalid_arguments", "missing required field: view_id or external_id")
    given = _given(call)
    view = call.emulation.views.find(call.text("view_id") or None, call.text("external_id"))
    if given["type"] != view.given["type"]:
        raise SlackError("invalid_arguments", "a view cannot change its type [json-pointer:/view/type]")
    call.emulation.views.update(view, given, call.text("hash") or None)
    frame = "home_published" if given["type"] == "home" else "view_updated"
    return _show(call, "views.update", frame, view)


def _publish(call: Call) -> Json:
    if not call.emulation.manifest.home_tab:
        raise SlackError("not_enabled")
    person = call.person("user_id")
    given = _given(call, "home")
    view = call.emulation.views.publish(person.id, given, call.text("hash") or None)
    return _show(call, "views.publish", "home_published", view)


def _exchanged(call: Call, trigger: Trigger) -> Json:
    """Return the view that the trigger is exchanged for; whether a refused one spends it is nowhere documented."""
    try:
        return _given(call, "modal")
    except SlackError:
        trigger.exchanged = call.emulation.refused_blocks.spends_triggers
        raise


def _given(call: Call, kind: str | None = None) -> Json:
    view = call.object("view")
    if view is None:
        raise SlackError("invalid_arguments", "missing required field: view")
    check_view(call.emulation.refused_blocks, view)
    if kind and view["type"] != kind:
        raise SlackError("invalid_arguments", f"must be a {kind} [json-pointer:/view/type]")
    return view


def _show(call: Call, method: str, frame: str, view: View) -> Json:
    call.emulation.record.view(method, view.user, view.given)
    forms.show(call.emulation, frame, view)
    return {"view": view_wire(call.emulation, view)}


METHODS: dict[str, Method] = {
    "views.open": _open,
    "views.push": _push,
    "views.update": _update,
    "views.publish": _publish,
}

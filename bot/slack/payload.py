"""Reads Slack's payloads, each kind in its own shape, into the fields of a ``Call``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from bot import former_names
from bot.slack.call import Ack, Call, Kind
from bot.slack.router import Router
from bot.slack.web import SlackWeb

Body = Mapping[str, Any]

_CHOSEN = (
    "value",
    "selected_user",
    "selected_channel",
    "selected_conversation",
    "selected_date",
    "selected_time",
)


def read(kind: Kind, body: Body, router: Router, web: SlackWeb, answer: Ack, ours: str) -> Call:
    """Make the call of a payload; raise KeyError or TypeError where Slack would never send such a one.

    ``ours`` is our workspace. The call's ``team_id`` is ours exactly where the payload was delivered for us.
    """
    team_id = _workspace(kind, body, ours)
    if kind == "command":
        return _command(body, router, web, answer, team_id)
    if kind == "event":
        return _event(body, web, answer, team_id)
    view: Mapping[str, Any] = body.get("view") or {}
    call = Call(
        kind=kind,
        name=_name(kind, body, view),
        team_id=team_id,
        user_id=body["user"]["id"],
        payload=body,
        web=web,
        answer=answer,
        channel_id=(body.get("channel") or body.get("container") or {}).get(_channel_key(body)),
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
        view=body.get("view"),
        state=(view.get("state") or body.get("state") or {}).get("values") or {},
        message=body.get("message"),
    )
    if kind == "action":
        call.value = chosen(body["actions"][0])
    elif kind == "options":
        call.value = body.get("value") or ""
    return call


def delivered_for(kind: Kind, body: Body) -> list[str]:
    """Return the workspaces for whose installation of the app Slack sent this payload; empty where it names none.

    Never the workspace of who acts: on Enterprise Grid ``user.team_id`` is any one of theirs in the organisation
    (slackapi/bolt-js#1875), in Slack Connect the stranger's (slackapi/java-slack-sdk#1041). What names the
    installation itself comes before ``team``, which may be where somebody stands.
    """
    if kind == "command":
        named = [body.get("team_id")]
    elif kind == "event":
        told = body.get("authorizations")
        named = [_part(each, "team_id") for each in told] if isinstance(told, list) else [body.get("team_id")]
    else:
        installed = [body.get("app_installed_team_id"), _part(body.get("view"), "app_installed_team_id")]
        named = [*filter(_is_workspace, installed)] or [_part(_part(body, "team"), "id")]
    return [each for each in named if _is_workspace(each)]


def _workspace(kind: Kind, body: Body, ours: str) -> str:
    named = delivered_for(kind, body)
    return ours if ours in named else next(iter(named), "")


def _is_workspace(team_id: object) -> TypeGuard[str]:
    """Tell whether this is a workspace's id: an organisation (``E…``) names none of its workspaces."""
    return isinstance(team_id, str) and team_id.startswith("T")


def _part(whole: object, name: str) -> object:
    return whole.get(name) if isinstance(whole, Mapping) else None


def chosen(action: Mapping[str, Any]) -> str:
    """Return what was pressed or chosen; several values are joined with commas."""
    option = action.get("selected_option")
    if option:
        return str(option.get("value") or "")
    if "selected_options" in action:
        return ",".join(each["value"] for each in action["selected_options"] or ())
    if "selected_users" in action:
        return ",".join(action["selected_users"] or ())
    return next((str(action[key]) for key in _CHOSEN if action.get(key)), "")


def delivery_key(call: Call, body: Body) -> str | None:
    """Return what is equal for two deliveries of one thing, if Slack gave anything."""
    if call.kind == "event":
        event_id = body.get("event_id")
        return f"event:{event_id}" if event_id else None
    trigger = body.get("trigger_id")
    return f"{call.kind}:{call.name}:{trigger}" if trigger else None


def unescaped(text: str) -> str:
    """Return what was typed: Slack writes ``& < >`` as entities in a command's text."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _command(body: Body, router: Router, web: SlackWeb, answer: Ack, team_id: str) -> Call:
    name, rest = router.read(body["command"], unescaped(body.get("text") or ""))
    return Call(
        kind="command",
        name=name,
        team_id=team_id,
        user_id=body["user_id"],
        payload=body,
        web=web,
        answer=answer,
        channel_id=body.get("channel_id"),
        trigger_id=body.get("trigger_id"),
        response_url=body.get("response_url"),
        text=rest,
    )


def _event(body: Body, web: SlackWeb, answer: Ack, team_id: str) -> Call:
    event = body["event"]
    who, where = event.get("user"), event.get("channel")
    return Call(
        kind="event",
        name=event["type"],
        team_id=team_id,
        user_id=(who.get("id") if isinstance(who, dict) else who) or "",
        payload=event,
        web=web,
        answer=answer,
        channel_id=where.get("id") if isinstance(where, dict) else where,
        view=event.get("view"),
        message=event if event["type"] == "message" else None,
    )


def _name(kind: Kind, body: Body, view: Mapping[str, Any]) -> str:
    if kind == "action":
        return _without_suffix(body["actions"][0]["action_id"])
    if kind == "options":
        return _without_suffix(body["action_id"])
    if kind in {"view", "view_closed"}:
        return former_names.view(str(view["callback_id"]))
    return str(body["callback_id"])


def _without_suffix(action_id: str) -> str:
    return action_id.partition("#")[0]


def _channel_key(body: Body) -> str:
    return "id" if body.get("channel") else "channel_id"

"""Payloads as Slack sends them (docs.slack.dev/reference/interaction-payloads, slash commands, events)."""

from __future__ import annotations

import time

from playground.slack.emulation import Emulation
from playground.slack.messages import Message
from playground.slack.response_urls import ResponseUrl
from playground.slack.state import Channel
from playground.slack.view_stacks import View
from playground.slack.wire import Json


def channel_name(channel: Channel) -> str:
    """Return the name payloads give to a channel."""
    return {"channel": channel.name, "private": "privategroup", "dm": "directmessage"}[channel.kind]


def response_url(emulation: Emulation, place: ResponseUrl) -> str:
    """Return a fresh response_url."""
    return f"{emulation.address}/response/{emulation.response_urls.issue(place)}"


def command(emulation: Emulation, *, user: str, session: str, channel: Channel, name: str, text: str) -> Json:
    """Return a slash command's form fields."""
    team, organisation = emulation.workspace.team, emulation.workspace.organisation
    org_wide = organisation is not None and organisation.org_wide
    fields = {
        "token": emulation.tokens.verification,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user,
        "user_name": emulation.workspace.people[user].name,
        "command": name,
        "text": text,
        "api_app_id": emulation.workspace.app.id,
        "is_enterprise_install": "true" if org_wide else "false",
        "response_url": response_url(emulation, ResponseUrl(channel.id, user)),
        "trigger_id": emulation.triggers.issue(user, session),
    }
    if organisation is None:
        return fields
    return fields | {"enterprise_id": organisation.id, "enterprise_name": organisation.name}


def interaction(emulation: Emulation, kind: str, user: str) -> Json:
    """Return what every interaction payload starts with.

    ``user.team_id`` is the workspace that Slack calls the person's, not the one in which they act.
    """
    workspace, person = emulation.workspace, emulation.workspace.people[user]
    organisation = workspace.organisation
    team: Json = {"id": workspace.team.id, "domain": workspace.team.domain}
    if organisation is not None:
        team |= {"enterprise_id": organisation.id, "enterprise_name": organisation.name}
    return {
        "type": kind,
        "user": {"id": user, "username": person.name, "name": person.name, "team_id": person.team_id},
        "api_app_id": emulation.workspace.app.id,
        "token": emulation.tokens.verification,
        "team": None if organisation is not None and organisation.team_is_null else team,
        "enterprise": None if organisation is None else {"id": organisation.id, "name": organisation.name},
        "is_enterprise_install": organisation is not None and organisation.org_wide,
    }


def view_wire(emulation: Emulation, view: View) -> Json:
    """Return the whole view object."""
    workspace = emulation.workspace
    return view.wire(workspace.team.id, workspace.app, workspace.installed_in)


def of_view(emulation: Emulation, view: View) -> Json:
    """Return the part of a payload that says in which view it happened."""
    return with_view(emulation, view) | {"container": {"type": "view", "view_id": view.id}}


def of_message(emulation: Emulation, message: Message, user: str) -> Json:
    """Return the part of a payload that says on which message it happened.

    An ephemeral message itself is not in the payload: Slack keeps none.
    """
    channel = emulation.workspace.channels[message.channel]
    ephemeral = message.ephemeral_for is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    place = ResponseUrl(channel.id, user, message.ts, ephemeral)
    part: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
        "response_url": response_url(emulation, place),
    }
    return part if ephemeral else part | {"message": message.wire()}


def with_view(emulation: Emulation, view: View) -> Json:
    """Return a view as its submission carries it. A stranger's names their workspace (slackapi/java-slack-sdk#1041)."""
    return _team_of_stranger(emulation, view.user) | {"view": view_wire(emulation, view)}


def _team_of_stranger(emulation: Emulation, user: str) -> Json:
    person = emulation.workspace.people[user]
    return {"team": {"id": person.team_id, "domain": "elsewhere"}} if person.is_stranger else {}


def action_ts() -> str:
    """Return the moment of an action, by the machine's clock."""
    return f"{time.time():.6f}"

"""Invitations: list, send, take back.

This emulator's choices, because no source tells: sending one again sends another mail and leaves one entry; inviting
a member, or something that is no address, is a legacy 400.
"""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from playground.deepgram import refusals
from playground.deepgram.bodies import json_object, text
from playground.deepgram.members import role_wanted
from playground.deepgram.roles import role_name
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import Account, Project, State

PATH = "/v1/projects/{project_id}/invites"
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def routes(state: State) -> list[web.RouteDef]:
    """Return the routes of invitations."""
    return [
        route(state, "GET", PATH, list_invites),
        route(state, "POST", PATH, send_invite),
        route(state, "DELETE", PATH + "/{email}", delete_invite),
    ]


def list_invites(ask: Ask) -> dict[str, Any]:
    """List the open invitations to those roles that the caller may read."""
    invites = ask.needs("members:read:invites").invites
    power = ask.power
    visible = {email: scope for email, scope in invites.items() if f"{role_name([scope])}s:read:invites" in power}
    return {"invites": [{"email": email, "scope": scope} for email, scope in visible.items()]}


def send_invite(ask: Ask) -> dict[str, Any]:
    """Invite an address, with the right over the role that it gets."""
    project = ask.needs("members:write:invites")
    email, scope = text(json_object(ask.raw), "email"), role_wanted(ask)
    ask.needs(f"{role_name([scope])}s:write:invites")
    if _ADDRESS.fullmatch(email) is None:
        raise refusals.bad_request("Invalid email address.")
    if _is_member(ask.state, project, email):
        raise refusals.bad_request("This account is already a member of the project.")
    project.invites[_kept(project, email)] = scope
    project.mailed.append(email)
    return {"message": "Successfully sent invitation."}


def delete_invite(ask: Ask) -> dict[str, Any]:
    """Take an invitation back."""
    project = ask.needs("members:write:invites")
    email = _kept(project, ask.path["email"])
    if email not in project.invites:
        raise refusals.not_found("invite")
    ask.needs(f"{role_name([project.invites[email]])}s:write:invites")
    del project.invites[email]
    return {"message": "Successfully deleted invitation."}


def accept_invite(state: State, project: Project, email: str) -> Account:
    """Do what an invited person does by following the link of the mail."""
    scope = project.invites.pop(email)
    account = next((one for one in state.accounts.values() if one.email == email), None)
    account = account or state.add_account(Account(email))
    project.members[account.account_id] = [scope]
    return account


def _kept(project: Project, email: str) -> str:
    """Return an address as it was first written: two spellings of case are one mailbox."""
    return next((one for one in project.invites if one.lower() == email.lower()), email)


def _is_member(state: State, project: Project, email: str) -> bool:
    return any(state.accounts[member].email.lower() == email.lower() for member in project.members)

"""Members: list, read and change scopes, remove; and what a key may know about itself.

A member's new scope must be the name of a role, and the only owner can be neither removed nor made less: the first is
this emulator's choice, the second is documented for removing.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from playground.deepgram import refusals
from playground.deepgram.bodies import json_object, text
from playground.deepgram.roles import PERMISSIONS, role_name
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import Project, State

PATH = "/v1/projects/{project_id}/members"
ONE = PATH + "/{member_id}"


def routes(state: State) -> list[web.RouteDef]:
    """Return the routes of members and of the key's own description."""
    return [
        route(state, "GET", PATH, list_members),
        route(state, "DELETE", ONE, remove_member),
        route(state, "GET", ONE + "/scopes", member_scopes),
        route(state, "PUT", ONE + "/scopes", change_scope),
        route(state, "GET", "/v1/auth/token", describe_key),
    ]


def list_members(ask: Ask) -> dict[str, Any]:
    """List the members of those roles that the caller may read."""
    project = ask.needs("members:read")
    power = ask.power
    visible = [
        (ask.state.accounts[account_id], scopes)
        for account_id, scopes in project.members.items()
        if f"{role_name(scopes)}s:read" in power
    ]
    return {
        "members": [
            {
                "member_id": account.account_id,
                "email": account.email,
                "first_name": account.first_name,
                "last_name": account.last_name,
                "scopes": scopes,
            }
            for account, scopes in visible
        ]
    }


def remove_member(ask: Ask) -> dict[str, Any]:
    """Remove a member, and every key that they made."""
    ask.needs("members:write:kick")
    member_id, scopes = _member(ask)
    project = ask.needs(f"{role_name(scopes)}s:write:kick")
    if is_only_owner(project, member_id):
        raise refusals.bad_request("The only owner cannot be removed from the project.")
    ask.state.remove_member(project, member_id)
    return {"message": "Successfully removed member from project."}


def member_scopes(ask: Ask) -> dict[str, Any]:
    """Tell a member's scopes; a caller of the member role may not even read its own."""
    ask.needs("members:read:scopes")
    _, scopes = _member(ask)
    ask.needs(f"{role_name(scopes)}s:read:scopes")
    return {"scopes": scopes}


def change_scope(ask: Ask) -> dict[str, Any]:
    """Put one scope in place of a member's; the caller needs the right over the old role and the new one."""
    ask.needs("members:write:scopes")
    member_id, scopes = _member(ask)
    scope = role_wanted(ask)
    for role in (role_name(scopes), role_name([scope])):
        ask.needs(f"{role}s:write:scopes")
    if is_only_owner(ask.project, member_id) and scope != "owner":
        raise refusals.bad_request("The only owner of the project must stay one.")
    ask.project.members[member_id] = [scope]
    return {"message": "Successfully updated member scopes."}


def describe_key(ask: Ask) -> dict[str, Any]:
    """Tell a key about itself; documented as "details about your key" without naming them."""
    return {"api_key_id": ask.caller.key_id, "scopes": ask.caller.scopes}


def is_only_owner(project: Project, account_id: str) -> bool:
    """Return whether the project would have no owner without this account."""
    owners = [member for member, scopes in project.members.items() if role_name(scopes) == "owner"]
    return owners == [account_id]


def role_wanted(ask: Ask) -> str:
    """Return the ``scope`` of a body, which must name a role."""
    scope = text(json_object(ask.raw), "scope")
    if scope not in PERMISSIONS:
        raise refusals.bad_request("Invalid scope.")
    return scope


def _member(ask: Ask) -> tuple[str, list[str]]:
    member_id = ask.path["member_id"].lower()
    scopes = ask.project.members.get(member_id)
    if scopes is None:
        raise refusals.not_found("member")
    return member_id, scopes

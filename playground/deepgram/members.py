"""Reading members and their scopes, and what a key may know about itself."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from playground.deepgram import refusals
from playground.deepgram.roles import role_name
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import State

PATH = "/v1/projects/{project_id}/members"


def routes(state: State) -> list[web.RouteDef]:
    """Return the routes of members and of the key's own description."""
    return [
        route(state, "GET", PATH, list_members),
        route(state, "GET", PATH + "/{member_id}/scopes", member_scopes),
        route(state, "GET", "/v1/auth/token", describe_key),
    ]


def list_members(ask: Ask) -> dict[str, Any]:
    """List the members of those roles that the caller may read."""
    project = ask.needs("members:read")
    visible = [
        (ask.state.accounts[account_id], scopes)
        for account_id, scopes in project.members.items()
        if ask.has(f"{role_name(scopes)}s:read")
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


def member_scopes(ask: Ask) -> dict[str, Any]:
    """Tell a member's scopes; a caller of the member role may not even read its own."""
    project = ask.needs("members:read:scopes")
    scopes = project.members.get(ask.path["member_id"].lower())
    if scopes is None:
        raise refusals.not_found("member")
    ask.needs(f"{role_name(scopes)}s:read:scopes")
    return {"scopes": scopes}


def describe_key(ask: Ask) -> dict[str, Any]:
    """Tell a key about itself; documented as "details about your key" without naming them."""
    return {"api_key_id": ask.caller.key_id, "scopes": ask.caller.scopes}

"""Short-lived tokens. They open nothing here: the management API does not accept them, and there is no other."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

from playground.deepgram import refusals
from playground.deepgram.bodies import json_object
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import SECRET_PREFIX, State

LONGEST_SECONDS = 3600


def routes(state: State) -> list[web.RouteDef]:
    """Return the route that makes tokens."""
    return [route(state, "POST", "/v1/auth/grant", grant)]


def grant(ask: Ask) -> dict[str, Any]:
    """Make a token, if the key has at least what a member has."""
    home = ask.state.projects[ask.caller.project_id]
    if "usage:write" not in ask.state.power(ask.caller, home):
        raise refusals.forbidden()
    seconds = json_object(ask.raw or b"{}").get("ttl_seconds", 30)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 1 <= seconds <= LONGEST_SECONDS:
        raise refusals.invalid_json(f"ttl_seconds: expected a number from 1 to {LONGEST_SECONDS} at line 1 column 1")
    return {"access_token": f"{SECRET_PREFIX}token-{secrets.token_urlsafe(32)}", "expires_in": seconds}

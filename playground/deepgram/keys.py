"""Operations on keys.

A key whose end has come is listed under ``status=expired`` only; without a status the active ones are listed. The
vendor does not say; this is the reading under which a bot that forgets the status notices.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from aiohttp import web

from playground.deepgram import refusals
from playground.deepgram.bodies import key_wish
from playground.deepgram.roles import OTHERS_KEYS, permissions, widened
from playground.deepgram.routing import Ask, route
from playground.deepgram.state import State, StoredKey

PATH = "/v1/projects/{project_id}/keys"
ONE = PATH + "/{key_id}"
NEW_KEYS_PER_DAY = 24  # requests of a key made while people try the playground, so that its usage shows


def routes(state: State) -> list[web.RouteDef]:
    """Return the routes of keys."""
    return [
        route(state, "GET", PATH, list_keys),
        route(state, "POST", PATH, create_key),
        route(state, "GET", ONE, get_key),
        route(state, "DELETE", ONE, delete_key),
    ]


def list_keys(ask: Ask) -> dict[str, Any]:
    """List all keys, or only the caller's own without the permission to see all members."""
    project = ask.needs("keys:read")
    status = ask.query.get("status", "active")
    if status not in {"active", "expired"}:
        raise refusals.bad_request("Invalid query parameter: status.")
    keys = [key for key in _visible(ask, project.keys.values()) if ask.state.is_expired(key) == (status == "expired")]
    return {"api_keys": [_listed(ask.state, key) for key in keys]}


def create_key(ask: Ask) -> dict[str, Any]:
    """Create a key; refused if it would have permissions that its creator lacks (this emulator's choice)."""
    project = ask.needs("keys:write")
    wish = key_wish(ask.raw, ask.state.now())
    known = permissions(["owner"])
    for scope in sorted(permissions(wish.scopes) & known - ask.state.power(ask.caller, project) - {OTHERS_KEYS}):
        raise refusals.lacks_permission(scope, ask.state.permission_family)
    key, secret = ask.state.add_key(
        project,
        ask.caller.account_id,
        wish.comment,
        widened(wish.scopes),
        tags=wish.tags,
        expiration_date=wish.expiration_date,
        per_day=NEW_KEYS_PER_DAY if "usage:write" in permissions(wish.scopes) else 0,
    )
    return {"api_key_id": key.key_id, "key": secret} | _details(key)


def get_key(ask: Ask) -> dict[str, Any]:
    """Describe one key, in the shape that the state's switch says."""
    ask.needs("keys:read")
    key = _visible_key(ask)
    fields = {"api_key_id": key.key_id} | _details(key)
    member = _member(ask.state, key, with_names=True)
    if ask.state.key_shape == "A":
        return {"item": {"member": member | {"api_key": fields}}}
    return {"member": member, "api_key": fields}


def delete_key(ask: Ask) -> dict[str, Any]:
    """Delete a key: owners any, everybody else only those that they created."""
    ask.needs("keys:write")
    key = _visible_key(ask)
    if key.account_id != ask.caller.account_id and not ask.has(OTHERS_KEYS):
        raise refusals.lacks_permission("keys:write", ask.state.permission_family)
    ask.state.end_key(key)
    return {"message": "Successfully deleted the API key!"}


def _visible_key(ask: Ask) -> StoredKey:
    key = ask.project.keys.get(ask.path["key_id"].lower())
    if key is None or not _visible(ask, [key]):
        raise refusals.not_found("key")
    return key


def _visible(ask: Ask, keys: Iterable[StoredKey]) -> list[StoredKey]:
    if ask.has("members:read", "admins:read", "owners:read"):
        return list(keys)
    return [key for key in keys if key.account_id == ask.caller.account_id]


def _listed(state: State, key: StoredKey) -> dict[str, Any]:
    fields = {"api_key_id": key.key_id, "comment": key.comment, "scopes": key.scopes}
    fields |= _details(key) if state.list_tells_expiry else {"created": _moment(key.created)}
    return {"member": _member(state, key, with_names=state.list_tells_expiry), "api_key": fields}


def _details(key: StoredKey) -> dict[str, Any]:
    """Return a key's fields; those without a value are absent, as documented."""
    fields = {"comment": key.comment, "scopes": key.scopes, "created": _moment(key.created)}
    if key.tags:
        fields["tags"] = key.tags
    if key.expiration_date:
        fields["expiration_date"] = _moment(key.expiration_date)
    return fields


def _member(state: State, key: StoredKey, *, with_names: bool) -> dict[str, str]:
    account = state.accounts[key.account_id]
    member = {"member_id": account.account_id, "email": account.email}
    if with_names and account.first_name:
        member |= {"first_name": account.first_name, "last_name": account.last_name}
    return member


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")

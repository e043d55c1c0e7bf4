"""What scopes allow, by Deepgram's table of roles (its page "Working with roles and API scopes").

``keys:write:others`` is not Deepgram's: it stands for that table's remark that admins and members may delete only
the keys that they created.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

Role = Literal["owner", "admin", "member"]
Scopes = frozenset[str]

OTHERS_KEYS = "keys:write:others"


def _people(kind: str, *rights: str) -> set[str]:
    return {f"{kind}:{right}" for right in rights}


_READS = ("read", "read:invites", "read:scopes")
_ALL = (*_READS, "write", "write:invites", "write:scopes", "write:kick")
_MEMBER = {"project:read", "project:write", "keys:read", "keys:write", "usage:read", "usage:write"}
_ADMIN = _MEMBER | {"billing:read"} | _people("members", *_ALL) | _people("admins", *_ALL) | _people("owners", *_READS)
_OWNER = (
    _ADMIN
    | {"project:write:settings", "project:write:destroy", "billing:write", OTHERS_KEYS}
    | _people("owners", *_ALL)
)
PERMISSIONS: dict[str, Scopes] = {
    "owner": frozenset(_OWNER),
    "admin": frozenset(_ADMIN),
    "administrator": frozenset(_ADMIN),
    "member": frozenset(_MEMBER),
}


def permissions(scopes: Iterable[str]) -> Scopes:
    """Return the single permissions that a mix of role names and permissions amounts to."""
    allowed: set[str] = set()
    for scope in scopes:
        allowed |= PERMISSIONS.get(scope, {scope})
        if scope == "keys:write":
            allowed.add(OTHERS_KEYS)
    return frozenset(allowed)


def widened(scopes: Iterable[str]) -> list[str]:
    """Return the scopes that a new key gets: ``keys:write`` brings ``keys:read``, as the documentation shows."""
    asked = list(dict.fromkeys(scopes))
    return [*asked, "keys:read"] if "keys:write" in asked and "keys:read" not in asked else asked


def role_name(scopes: Iterable[str]) -> Role:
    """Return the highest role named among a member's scopes; "member" if none is."""
    named = set(scopes)
    if "owner" in named:
        return "owner"
    return "admin" if named & {"admin", "administrator"} else "member"

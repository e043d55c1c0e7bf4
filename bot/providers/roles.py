"""Provider roles: what scopes amount to, and what a credential may do to members and invitations.

An owner has every right; an admin has every right over members and admins and may only read owners (``owners:read``,
``owners:read:invites``, ``owners:read:scopes``); a member has none over anybody. The source stands beside each vendor.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Literal

from bot.providers.values import Role

Action = Literal["read", "invite", "scope", "remove"]

ROLES: tuple[Role, ...] = ("member", "admin", "owner")
MEANINGS: Mapping[Role, str] = MappingProxyType(
    {
        "member": "makes and revokes own keys, reads usage",
        "admin": "also manages members and admins, reads billing",
        "owner": "everything, and may delete the project",
    }
)
_ROLE_NAMES: dict[str, Role] = {
    "owner": "owner",
    "admin": "admin",
    "administrator": "admin",
    "member": "member",
}


def may(role: str | None, target: Role, action: Action) -> bool:
    """Tell whether a credential of this role may do this to somebody whose scope is ``target``.

    A change of scope needs the right over the old scope and over the new one: ask twice. What is not known of the
    credential (None) is not forbidden here: the provider has the last word.
    """
    match role:
        case "owner" | None:
            return True
        case "admin":
            return target != "owner" or action == "read"
        case _:
            return False


def may_delete_project(role: str | None) -> bool:
    """Tell whether a credential of this role may delete a project.

    That takes ``project:write:destroy``, which only owners have. None is not forbidden: the provider has the last word.
    """
    return role in ("owner", None)


def limits(role: str | None) -> str:
    """Say in plain words why some buttons are missing; empty for a credential that can do everything."""
    match role:
        case "admin":
            return "Keydesk's own key is an admin's: it sees owners, and cannot invite, change or remove them."
        case "member":
            return "Keydesk's own key is a member's: it can neither see nor change members and invitations."
        case _:
            return ""


def role_named(word: str) -> Role | None:
    """Return the role that a word names as people write it; ``administrator`` and plurals count."""
    return _ROLE_NAMES.get(word.casefold().removesuffix("s"))


def role_of(scopes: Iterable[str]) -> Role | None:
    """Return the role that scopes amount to; None without any scope.

    A role's own name counts as such. Among single permissions only an owner has ``project:write:destroy`` or may
    change owners, and only an owner or admin has anything of ``members:`` or ``admins:``.
    """
    roles = [_ROLE_NAMES.get(scope) or _role_of_permission(scope) for scope in scopes]
    return max(roles, key=ROLES.index, default=None)


def _role_of_permission(scope: str) -> Role:
    if scope == "project:write:destroy" or scope.startswith("owners:write"):
        return "owner"
    return "admin" if scope.startswith(("members:", "admins:", "owners:")) else "member"


def may_end(role: str | None, own_member_id: str | None, member_id: str | None) -> bool:
    """Tell whether the provider lets a credential of this role and member end a key that ``member_id`` made.

    An owner's key may end all, others only what their own member made. What is not known is not forbidden here: the
    provider has the last word.
    """
    return role in ("owner", None) or member_id is None or member_id == own_member_id

"""User groups of the workspace, such as @speech-team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.foreign import visible

NAME_LONGEST = 80  # Slack's own bound


@dataclass(frozen=True)
class UserGroup:
    """A group that is in use: its id (``S…``), its handle without the sign, its name, and the user ids in it.

    ``members`` is None where Slack did not say who is in it.
    """

    id: str
    handle: str
    name: str
    members: frozenset[str] | None


def read_group(given: Mapping[str, Any]) -> UserGroup:
    """Read Slack's user group object (docs.slack.dev/reference/objects/usergroup-object)."""
    return UserGroup(
        id=str(given["id"]),
        handle=_named(given, "handle"),
        name=_named(given, "name") or _named(given, "handle"),
        members=_members(given),
    )


def _named(given: Mapping[str, Any], field: str) -> str:
    return visible(str(given.get(field) or "")).strip()[:NAME_LONGEST]


def _members(given: Mapping[str, Any]) -> frozenset[str] | None:
    users = given.get("users")
    if isinstance(users, list):
        return frozenset(str(each) for each in users)
    return frozenset() if str(given.get("user_count")) == "0" else None

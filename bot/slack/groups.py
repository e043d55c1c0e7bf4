"""User groups of the workspace, such as @speech-team."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


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
        handle=str(given.get("handle") or ""),
        name=str(given.get("name") or given.get("handle") or ""),
        members=_members(given),
    )


def _members(given: Mapping[str, Any]) -> frozenset[str] | None:
    users = given.get("users")
    if isinstance(users, list):
        return frozenset(str(each) for each in users)
    return frozenset() if str(given.get("user_count")) == "0" else None

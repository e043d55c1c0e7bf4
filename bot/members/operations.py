"""What can be asked about the members of a project."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bot.operation import Operation, Stakes
from bot.providers.roles import ROLES, role_of
from bot.providers.values import Role

WHY_LONGEST = 300


class AboutMember(Operation):
    """Something about one member; address and name are as the asker saw them."""

    member_id: str
    email: str = ""
    name: str = ""
    why: str = Field(default="", max_length=WHY_LONGEST)

    @property
    def label(self) -> str:
        """What people call this member."""
        named = f"{self.name} ({self.email})" if self.name and self.email else self.name or self.email
        return named or self.member_id


class RemoveMember(AboutMember):
    """The end of a membership, and of every key that this member made in the project."""

    kind: ClassVar[str] = "members.remove"


class ChangeMemberScope(AboutMember):
    """Another scope for a member, in place of ``before``: the scopes that the mirror told when it was asked."""

    kind: ClassVar[str] = "members.scope"

    before: tuple[str, ...]
    scope: Role

    @property
    def stakes(self) -> Stakes:
        """Whether the member could do more than before, or is an owner who could do less."""
        before, after = rank(scope_of(self.before)), rank(self.scope)
        return Stakes(widens=after > before, lowers=after < before and scope_of(self.before) == "owner")


def scope_of(scopes: tuple[str, ...] | list[str]) -> Role:
    """Return the one scope that a member's scopes amount to; the least where none is told."""
    return role_of(scopes) or "member"


def rank(scope: Role) -> int:
    """Return where a scope stands among all, by power."""
    return ROLES.index(scope)

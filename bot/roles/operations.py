"""What can be asked about roles."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from pydantic import Field

from bot.operation import Operation
from bot.policy import Role
from bot.store.roles import WORKSPACE

MOST_PEOPLE = 50
WHY_LONGEST = 300


class SetRole(Operation):
    """A role for people and user groups: in the workspace or, with a project, at most this one there.

    None takes away what they were given there.
    """

    kind: ClassVar[str] = "roles.set"

    project_id: str = WORKSPACE
    people: tuple[str, ...] = Field(default=(), max_length=MOST_PEOPLE)
    groups: tuple[str, ...] = ()
    role: Literal["reader", "developer", "owner"] | None = None
    why: str = Field(default="", max_length=WHY_LONGEST)
    label: str = ""  # the holders' names, as the asker read them
    before: Mapping[str, str | None] | None = None  # what each holder (by id) was given there when this was asked
    members: Mapping[str, tuple[str, ...]] | None = None  # who was in each group then, where it makes them Owner
    confirmed: Mapping[str, tuple[str, ...]] | None = None  # who of them was Owner by it: no card shows them one by one
    absent: tuple[str, ...] = ()  # who was Owner by them and had left: it forgets them

    @property
    def owning_groups(self) -> tuple[str, ...]:
        """The groups whose people become Owner of the workspace by it."""
        return self.groups if self.role == "owner" and self.project_id == WORKSPACE else ()

    @property
    def holders(self) -> tuple[tuple[str, str], ...]:
        """Whom it is about: (kind of holder, id)."""
        return (*(("person", user_id) for user_id in self.people), *(("group", group) for group in self.groups))

    @property
    def word(self) -> str:
        """How the role is called."""
        return Role.read(self.role).word if self.role is not None else "no role of their own"


class ChangeDeciders(SetRole):
    """The same where it changes who approves keys somewhere: another Owner, if there is one, must agree."""

    kind: ClassVar[str] = "roles.deciders"


class MakeOwner(SetRole):
    """The same where somebody becomes Owner by it: another Owner, if there is one, must agree."""

    kind: ClassVar[str] = "roles.make_owner"


class TakeOwner(SetRole):
    """The same where somebody else is Owner no more by it: another Owner, if there is one, must agree."""

    kind: ClassVar[str] = "roles.take_owner"


class ChangeDefaultRole(Operation):
    """The role of everybody to whom none was given. Never Owner: owners are named."""

    kind: ClassVar[str] = "roles.default"

    project_id: str = WORKSPACE
    role: Literal["reader", "developer"]
    before: str | None = None  # what it was when this was asked
    why: str = Field(default="", max_length=WHY_LONGEST)

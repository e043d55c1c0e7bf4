"""What the policy is asked and what it answers, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from bot.operation import NO_STAKES, Stakes


class Role(IntEnum):
    """What somebody may do, in order: a Reader sees, a Developer also asks for keys, an Owner manages.

    The names are a provider's own (docs/roles.md), where Developer is the same as Owner; here rights tell them apart.
    """

    READER = 1
    DEVELOPER = 2
    OWNER = 3

    @property
    def word(self) -> str:
        """How the role is called."""
        return self.name.capitalize()

    @property
    def stored(self) -> str:
        """How the role stands in a row or in a form."""
        return self.name.lower()

    @classmethod
    def read(cls, stored: str) -> Role:
        """Return the role that stands in a row; raise KeyError for anything else."""
        return cls[stored.upper()]


@dataclass(frozen=True)
class PolicyContext:
    """The facts that a rule may look at, as they are now (user ids of one workspace).

    ``owners`` and ``approvers`` hold only people who can act: members, as Slack said of them. ``approvers`` are the
    project's own, at least Developers there; ``subject_owner`` is whose key it is, where the operation is about one.
    ``role`` is the actor's there. ``others`` are the active members who hold Owner in the workspace beside the actor,
    and ``unknown`` those holders who decide nothing here and of whom nobody has read within a minute whether they are
    members: whoever has neither is alone, and nobody else is. A group counts there as last read, however long ago: what
    Slack did not say for a while is neither a yes nor a no; and so do those who have left a group that holds Owner,
    ``former``, who decide nothing. ``withheld`` is the higher role that the actor would have by a group read long ago.
    """

    owners: frozenset[str]
    approvers: frozenset[str] = frozenset()
    subject_owner: str | None = None
    role: Role = Role.READER
    stakes: Stakes = NO_STAKES
    others: frozenset[str] = frozenset()
    former: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    withheld: Role | None = None


@dataclass(frozen=True)
class Run:
    """Do it now. ``alone`` tells that it would wait for another Owner if there were one: the record says so."""

    reason: str
    alone: bool = False


@dataclass(frozen=True)
class Hold:
    """One of ``deciders`` must approve first. Empty: nobody can, and the form says so before anything is posted."""

    deciders: frozenset[str]
    reason: str


@dataclass(frozen=True)
class Refuse:
    """Not this person, or not now; ``text`` is what they read. In it, “{who}” stands for the people ``who``.

    ``unread`` tells that it is for want of their profiles: once they were read, the verdict may be another one.
    """

    text: str
    who: frozenset[str] = frozenset()
    unread: bool = False


Verdict = Run | Hold | Refuse

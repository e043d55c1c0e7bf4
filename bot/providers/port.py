"""What a provider can offer to Keydesk, at which level, and the words by which people know it.

A room asks for a capability and never for a vendor: what a sentence says of the provider comes from `Vendor`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum

from bot.errors import NotOffered


class Capability(StrEnum):
    """What a room may ask a provider for; the value completes “… offers Keydesk no …”."""

    PROJECTS = "projects"
    PROJECT_CHANGES = "changes to projects"
    KEYS = "keys"
    MEMBERS = "members"
    INVITATIONS = "invitations"
    USAGE = "usage figures"
    MONEY = "prices and balances"
    REQUESTS = "records of single requests"
    MODELS = "lists of models"
    LIMITS = "limits"


class Level(Enum):
    """How a provider offers something; the value says it to people."""

    NATIVE = "by its own interface"
    GATEWAY = "by Keydesk's gateway, which stands in front of it"
    GUIDED = "by hand in its console, which Keydesk guides and checks"
    NONE = "not offered"


@dataclass(frozen=True)
class Vendor:
    """A provider as people know it.

    ``id`` is what rows store. ``name``, ``console`` ("Acme's console") and ``console_url`` stand in sentences.
    ``variable`` is the environment variable from which an app usually reads its key, ``header`` the line of HTTP by
    which it calls with it. ``able_roles`` are those of a credential with which all of Keydesk works; none where the
    provider knows no roles, and every credential sees every key of its projects. What ``levels`` does not hold is not
    offered.
    """

    id: str
    name: str
    console: str
    variable: str
    header: str
    console_url: str = ""
    able_roles: frozenset[str] = frozenset()
    levels: Mapping[Capability, Level] = field(default_factory=dict)

    def level(self, capability: Capability) -> Level:
        """Return how this is offered."""
        return self.levels.get(capability, Level.NONE)

    def offers(self, capability: Capability) -> bool:
        """Tell whether this is offered, at any level."""
        return self.level(capability) is not Level.NONE

    @property
    def offer(self) -> str:
        """Say what is offered, level by level, and what is not: one line."""
        found = {level: [each for each in Capability if self.level(each) is level] for level in Level}
        return "; ".join(f"{level.value}: {', '.join(each)}" for level, each in found.items() if each)

    def lacks(self, capability: Capability) -> NotOffered:
        """Return the error that says that this is not offered, and where to look instead."""
        return NotOffered(f"{self.name} offers Keydesk no {capability}. Use {self.console}.")

    def require(self, capability: Capability) -> None:
        """Raise `NotOffered` where this is not offered."""
        if not self.offers(capability):
            raise self.lacks(capability)


THE_PROVIDER = Vendor("", "the provider", "the provider's console", "", "")
"""The words for whichever it is: of what is said of several projects."""

"""What can be asked about projects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.operation import Operation

LONGEST_DAYS = 365
MOST_APPROVERS = 50
NAME_LONGEST = 80  # ten names must fit into one message; what is longer at the provider is shown cut
WHY_LONGEST = 300


class WishedSettings(BaseModel):
    """Who approves keys of a project, where their cards appear, and how long its keys may last (days).

    ``seen`` marks the settings that the form showed; None where none were.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    project_id: str
    approvers: tuple[str, ...] = Field(default=(), max_length=MOST_APPROVERS)
    channel: str | None = None
    recommended_days: int = Field(ge=1, le=LONGEST_DAYS)
    most_days: int = Field(ge=1, le=LONGEST_DAYS)
    seen: str | None = None
    why: str = Field(default="", max_length=WHY_LONGEST)


SETTINGS = ("approvers", "channel", "recommended_days", "most_days")
Value = tuple[str, ...] | int | str | None


class ChangeProjectSettings(Operation):
    """The settings of a project that change, each as it was (``before``) and as it will be; see `SETTINGS`."""

    kind: ClassVar[str] = "projects.settings"

    before: Mapping[str, Value] = Field(default_factory=dict)
    after: Mapping[str, Value] = Field(default_factory=dict)
    why: str = Field(default="", max_length=WHY_LONGEST)

    def approvers(self, when: Mapping[str, Value]) -> frozenset[str]:
        """Return who approves, before or after; nobody where that does not change."""
        listed = when.get("approvers")
        return frozenset(listed) if isinstance(listed, tuple) else frozenset()

    @property
    def longer(self) -> bool:
        """Whether keys may last longer, or are recommended to."""
        pairs = [(self.before.get(name), self.after.get(name)) for name in ("recommended_days", "most_days")]
        return any(isinstance(was, int) and isinstance(will, int) and will > was for was, will in pairs)


class RenameProject(Operation):
    """Another name for a project."""

    kind: ClassVar[str] = "projects.rename"

    name: str = Field(min_length=1, max_length=NAME_LONGEST)


class Contents(BaseModel):
    """What the provider holds in a project, in plain words; what could not be read is "–" with the reason."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    members: str = "–"
    invites: str = "–"
    balance: str = "–"


class DeleteProject(Operation):
    """The end of a project with everything in it. ``name`` was typed to confirm, and ``contents`` seen before."""

    kind: ClassVar[str] = "projects.delete"

    name: str
    contents: Contents = Contents()
    why: str = Field(default="", max_length=WHY_LONGEST)

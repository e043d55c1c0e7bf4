"""What can be asked about projects."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.operation import Operation

LONGEST_DAYS = 365
MOST_APPROVERS = 50
NAME_LONGEST = 80  # ten names must fit into one message; what is longer at the provider is shown cut
WHY_LONGEST = 300


class ChangeProjectSettings(Operation):
    """Who approves keys of a project, where their cards appear, and how long its keys may last (days).

    ``seen`` marks the settings that the form showed; None where none were.
    """

    kind: ClassVar[str] = "projects.settings"

    approvers: tuple[str, ...] = Field(default=(), max_length=MOST_APPROVERS)
    channel: str | None = None
    recommended_days: int = Field(ge=1, le=LONGEST_DAYS)
    most_days: int = Field(ge=1, le=LONGEST_DAYS)
    seen: str | None = None


class RenameProject(Operation):
    """Another name for a project."""

    kind: ClassVar[str] = "projects.rename"

    name: str = Field(min_length=1, max_length=NAME_LONGEST)


class Contents(BaseModel):
    """What Deepgram holds in a project, in plain words; what could not be read is "–" with the reason."""

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

"""What can be asked about projects."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bot.operation import Operation

LONGEST_DAYS = 365
MOST_APPROVERS = 50


class ChangeProjectSettings(Operation):
    """Who approves keys of a project, where their cards appear, and how long its keys may last (days)."""

    kind: ClassVar[str] = "projects.settings"

    approvers: tuple[str, ...] = Field(default=(), max_length=MOST_APPROVERS)
    channel: str | None = None
    recommended_days: int = Field(ge=1, le=LONGEST_DAYS)
    most_days: int = Field(ge=1, le=LONGEST_DAYS)

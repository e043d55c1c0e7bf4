"""What is wrong, where, and under which of Slack's error names."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Surface = Literal["message", "modal", "home"]


@dataclass(frozen=True)
class Problem:
    """One reason for Slack to refuse.

    ``code`` is the error that Slack would answer, ``where`` a path such as ``blocks[2].text``.
    """

    code: str
    where: str
    text: str


@dataclass
class Report:
    """Collects problems while the blocks of one surface are walked."""

    surface: Surface
    problems: list[Problem] = field(default_factory=list)

    def add(self, where: str, text: str, code: str = "") -> None:
        """Note a problem; without ``code`` it is the surface's general one."""
        general = "invalid_blocks" if self.surface == "message" else "invalid_arguments"
        self.problems.append(Problem(code or general, where, text))

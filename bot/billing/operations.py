"""What can be asked about money."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from bot.operation import Operation
from bot.spending.months import MONTH


class CloseMonth(Operation):
    """A month's statement made final; later corrections go to the next one. It belongs to the whole workspace.

    ``untold_seen`` is `Statement.warnings_id` of what was shown to be open, empty where nothing is. ``total``,
    ``payers`` and ``untold`` (in words) are what its asker saw, and ``sha256`` is the digest of that statement.
    """

    kind: ClassVar[str] = "billing.close"

    project_id: str = ""
    month: str = Field(pattern=rf"^{MONTH.pattern}$")
    untold_seen: str = Field(default="", max_length=40)
    total: str = ""
    payers: int = 0
    untold: str = ""
    sha256: str = ""

"""What can be asked about accounts."""

from __future__ import annotations

import re
from typing import ClassVar

from bot.operation import Operation

NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")


class RemoveAccount(Operation):
    """The end of Keydesk's access to an account; ``name`` was typed to confirm."""

    kind: ClassVar[str] = "accounts.remove"

    project_id: str = ""
    account_id: str
    name: str

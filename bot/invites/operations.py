"""What can be asked about invitations to a project."""

from __future__ import annotations

import secrets
from typing import ClassVar

from pydantic import Field

from bot.operation import Operation, Stakes
from bot.providers.values import Role

MOST_AT_ONCE = 20
MOST_DOMAINS = 50
WHY_LONGEST = 300


class SendInvites(Operation):
    """An invitation for each of these addresses."""

    kind: ClassVar[str] = "invites.send"

    emails: tuple[str, ...] = Field(min_length=1, max_length=MOST_AT_ONCE)
    scope: Role
    why: str = Field(default="", max_length=WHY_LONGEST)

    @property
    def stakes(self) -> Stakes:
        """Whether the invited could do more than a plain member."""
        return Stakes(widens=self.scope != "member")


class CancelInvite(Operation):
    """The end of an invitation that nobody has accepted yet."""

    kind: ClassVar[str] = "invites.cancel"

    email: str


class ResendInvite(Operation):
    """The same invitation once more: taken back, and sent again with the scope that it has.

    ``mark`` is this resending's name in the record, by which its first half is known to be done.
    """

    kind: ClassVar[str] = "invites.resend"

    email: str
    mark: str = Field(default_factory=lambda: "ri" + secrets.token_hex(8))


class ChangeInviteDomains(Operation):
    """Whose addresses may be invited in this workspace: those at one of these domains; none means anybody's.

    ``seen`` marks the domains that the form showed; None where none were. ``before`` are those that it replaces.
    """

    kind: ClassVar[str] = "invites.domains"

    project_id: str = ""
    domains: tuple[str, ...] = Field(default=(), max_length=MOST_DOMAINS)
    seen: str | None = None
    before: tuple[str, ...] | None = None
    why: str = Field(default="", max_length=WHY_LONGEST)

    def widens(self, before: tuple[str, ...]) -> bool:
        """Tell whether an address might be invited by it that might not before; no domain at all means any."""
        return bool(before) and (not self.domains or not set(self.domains) <= set(before))

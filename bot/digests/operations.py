"""What can be asked about digests."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict, Field

from bot.operation import Operation

MOST_CHOSEN = 50
BY: dict[str, str] = {"customer": "By customer", "project": "By project", "key": "By key"}
SECTIONS: dict[str, str] = {
    "month": "Month to date, forecast and balance",
    "chart": "Chart of the last two weeks",
    "rows": "What moved most",
    "events": "Keys, and requests to Keydesk",
}


class Wish(BaseModel):
    """Where a digest goes, of what and when. ``channel`` None is the owner's direct messages; empty means everything.

    ``weekdays`` count from Monday (0); ``hour`` is local to ``tz``, an IANA zone.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    channel: str | None = None
    projects: tuple[str, ...] = Field(default=(), max_length=MOST_CHOSEN)
    customers: tuple[str, ...] = Field(default=(), max_length=MOST_CHOSEN)
    weekdays: tuple[int, ...] = Field(default=(0, 1, 2, 3, 4, 5, 6), min_length=1)
    hour: int = Field(default=9, ge=0, le=23)
    tz: str = "UTC"
    by: str = "customer"
    sections: tuple[str, ...] = tuple(SECTIONS)
    silent_when_empty: bool = False


class SubscribeToDigest(Operation):
    """A new digest; ``form`` is the view it was asked in, so that it is made once."""

    kind: ClassVar[str] = "digests.subscribe"

    project_id: str = ""
    form: str
    wish: Wish


class ChangeDigest(Operation):
    """Another wish for a digest that exists."""

    kind: ClassVar[str] = "digests.change"

    project_id: str = ""
    subscription_id: str
    wish: Wish


class PauseDigest(Operation):
    """A digest put off: for so many days, until it is resumed (None), or not any longer (0)."""

    kind: ClassVar[str] = "digests.pause"

    project_id: str = ""
    subscription_id: str
    days: int | None = Field(default=None, ge=0, le=365)


class EndDigest(Operation):
    """No more of this digest."""

    kind: ClassVar[str] = "digests.end"

    project_id: str = ""
    subscription_id: str

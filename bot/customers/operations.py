"""What can be asked about customers. They belong to the workspace, so ``project_id`` is empty."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from bot.operation import Operation
from bot.store.customers import TAG_LONGEST, is_tag

NAME_LONGEST = 80
CONTACT_LONGEST = 120
LEAST_MARKUP, MOST_MARKUP = Decimal(-100), Decimal(1000)


def _checked(tag: str) -> str:
    if not is_tag(tag):
        raise ValueError("no key may carry this tag")
    return tag


Tag = Annotated[str, Field(min_length=1, max_length=TAG_LONGEST), AfterValidator(_checked)]
Percent = Annotated[Decimal, Field(ge=LEAST_MARKUP, le=MOST_MARKUP, decimal_places=4)]


class SaveCustomer(Operation):
    """A customer added (``new``) or changed. ``markup`` None means the workspace's.

    ``meant`` answers the question whether a name that looks like another is meant (see `bot.lookalikes.check`).
    """

    kind: ClassVar[str] = "customers.save"

    project_id: str = ""
    tag: Tag
    new: bool
    name: str = Field(min_length=1, max_length=NAME_LONGEST)
    contact: str = Field(default="", max_length=CONTACT_LONGEST)
    account_of: Literal["ours", "theirs"] = "ours"
    markup: Percent | None = None
    meant: str = Field(default="", max_length=64)


class ArchiveCustomer(Operation):
    """A customer no longer offered, or offered again."""

    kind: ClassVar[str] = "customers.archive"

    project_id: str = ""
    tag: Tag
    archived: bool


class SetDefaultMarkup(Operation):
    """The markup in percent of every customer without one of its own."""

    kind: ClassVar[str] = "customers.markup"

    project_id: str = ""
    percent: Percent

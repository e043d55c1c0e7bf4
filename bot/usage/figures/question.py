"""What somebody asks about usage and spending: as a value, and as the words that carry it in buttons."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict

from bot.errors import NotUnderstood
from bot.spending.periods import Period
from bot.usage import capability_matrix
from bot.usage.splits import DOLLARS

DIMENSIONS = ("day", *capability_matrix.DIMENSIONS)
EVERYWHERE = "all"
PLAIN = re.compile(r"[\w.@+-]+")

# What the provider is asked for to tell dollars along a dimension (`bot.usage.splits` remembers what it refuses).
OF_DOLLARS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "deployment": ("deployment",),
        "tag set": ("tags",),
        "customer": ("tags", "accessor"),
        "key": ("accessor",),
        "person": ("accessor",),
        "line item": ("line_item",),
    }
)

# The provider splits usage by one of its groupings at a time; days and projects go with any of them.
GROUPINGS: Mapping[str, str] = MappingProxyType(
    {
        "model": "models",
        "feature": "feature_set",
        "method": "method",
        "endpoint": "endpoint",
        "deployment": "deployment",
        "tag set": "tags",
        "customer": "tags",
        "key": "accessor",
        "person": "accessor",
    }
)


class Question(BaseModel):
    """What is asked. ``by`` and ``measure`` are empty where the usual ones will do.

    ``project`` is an id or a name, ``EVERYWHERE``, or empty for one's own; ``only`` narrows, as (dimension, value).
    """

    model_config = ConfigDict(frozen=True)

    period: Period = Period()
    by: str = ""
    measure: str = ""
    project: str = ""
    only: tuple[tuple[str, str], ...] = ()

    @property
    def words(self) -> str:
        """The same as it is typed; ``parser.read_words`` reads it back."""
        parts = [self.period.words]
        parts += [f"by {_one_word(self.by)}"] if self.by else []
        parts += [_one_word(self.measure)] if self.measure else []
        parts += [f"project:{_quoted(self.project)}"] if self.project else []
        parts += [f"{_one_word(dimension)}:{_quoted(value)}" for dimension, value in self.only]
        return " ".join(parts)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension that the answer depends on."""
        return (self.by, *(dimension for dimension, _ in self.only))

    @property
    def tells_dollars(self) -> bool:
        """Whether the provider tells dollars along all of its dimensions."""
        asked = [dimension for dimension in self.dimensions if dimension in capability_matrix.DIMENSIONS]
        return all(capability_matrix.how("dollars", dimension) != capability_matrix.UNKNOWN for dimension in asked)

    @property
    def grouping(self) -> str | None:
        """The provider's grouping that tells usage along all of its dimensions; None if there is none."""
        asked = [dimension for dimension in self.dimensions if dimension in capability_matrix.DIMENSIONS]
        if any(capability_matrix.how("hours", dimension) == capability_matrix.UNKNOWN for dimension in asked):
            return None
        needed = {GROUPINGS[dimension] for dimension in asked if dimension in GROUPINGS}
        return None if len(needed) > 1 else next(iter(needed), "total")

    @property
    def splits(self) -> frozenset[str]:
        """What the provider has to split by to answer with the measure asked for, as `bot.usage.splits` names it."""
        if self.measure != "dollars":
            return frozenset({self.grouping or ""})
        return frozenset(DOLLARS + name for each in self.dimensions for name in OF_DOLLARS.get(each, ()))

    @property
    def tells_measure(self) -> bool:
        """Whether the provider tells the measure asked for along all of its dimensions."""
        return self.tells_dollars if self.measure == "dollars" else self.grouping is not None

    def whole(self, days: int) -> Question:
        """Return it with the usual dimension and measure filled in.

        Raises:
            NotUnderstood: the provider does not tell this; the text says what can be asked.
        """
        if self.by not in {"", *DIMENSIONS} or self.measure not in {"", *capability_matrix.MEASURES}:
            raise NotUnderstood("This menu is from another version of Keydesk. Type /usage again.")
        by = self.by or ("day" if days > 1 else "line item")
        asked = self.model_copy(update={"by": by})
        if not self.by and not asked.tells_dollars:
            asked = self.model_copy(update={"by": self.only[0][0]})
        usual = "dollars" if asked.tells_dollars else "requests"
        asked = asked.model_copy(update={"measure": self.measure or usual})
        if not asked.tells_measure:
            raise NotUnderstood(_unknown(asked))
        return asked

    def split_by(self, by: str) -> Question:
        """Return it split in another way; the measure stays where it is told that way."""
        split = self.model_copy(update={"by": by})
        return split if split.tells_measure else split.model_copy(update={"measure": ""})

    def narrowed(self, value: str) -> Question:
        """Return it for one row alone, split in the way that tells the next thing about it.

        Raises:
            NotUnderstood: the value is none of its dimension's.
        """
        if self.by == "day":
            day = _day(value)
            return self.model_copy(update={"period": Period(name="", first=day, last=day)}).split_by("")
        following = NEXT.get(self.by, "day")
        if self.by == "project":
            return self.model_copy(update={"project": value}).split_by(following)
        only = dict(self.only) | {self.by: value}
        return self.model_copy(update={"only": tuple(only.items())}).split_by(following)


NEXT: Mapping[str, str] = MappingProxyType(
    {
        "project": "key",
        "customer": "key",
        "person": "key",
        "key": "line item",
        "line item": "key",
        "tag set": "key",
        "deployment": "line item",
    }
)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NotUnderstood("Which day? Type it like /usage 2026-11-01.") from None


def _unknown(asked: Question) -> str:
    along = " and ".join(dict.fromkeys(dimension for dimension in asked.dimensions if dimension != "day"))
    instead = "Dollars split by project, key, person, customer, line item, tag set and deployment."
    if asked.measure == "dollars":
        return f"The provider does not tell dollars by {along}, and nothing is guessed. {instead}"
    return (
        f"The provider does not tell {asked.measure} by {along}, and nothing is guessed. {instead} "
        "Hours, requests, tokens and characters split by one at a time of model, feature, method, endpoint, "
        "deployment, tag set and key."
    )


def _one_word(name: str) -> str:
    return name.replace(" ", "-")


def _quoted(value: str) -> str:
    if PLAIN.fullmatch(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

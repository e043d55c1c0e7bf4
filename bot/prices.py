"""What is said of dollars that the provider does not tell, in the same words wherever sums are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from bot.slack.words import count
from bot.store import projects
from bot.store.collected import Which, totals_by
from bot.store.prices import Untold

SHOWN = 3


@dataclass(frozen=True)
class Unpriced:
    """A project with days of which no price is told, or not the whole of it; ``whole``: nothing of it has a price."""

    project: str
    untold: Untold
    whole: bool

    @property
    def sentence(self) -> str:
        """Say what is not told, in plain text."""
        if self.whole:
            return f"The provider tells no prices for {self.project}: what it used is in no sum of dollars."
        days = count(self.untold.days, "day")
        return f"The provider tells no price, or only a part, for {days} of {self.project}: sums are without that."


def without(untold: Untold) -> str:
    """Say which days a sum is without, in plain text; nothing where it is whole."""
    hidden = f"Without {count(untold.hidden, 'day')}: Keydesk may not read what they cost."
    unpriced = f"Without {count(untold.days, 'day')}: the provider tells no price for them, or only a part of it."
    return " ".join([*([hidden] if untold.hidden else []), *([unpriced] if untold.days else [])])


def unpriced(session: Session, which: Which) -> tuple[Unpriced, ...]:
    """Return the projects of which something on these days has no price, by name."""
    names, found = projects.names_by_id(session), []
    for each in totals_by(session, which, "project"):
        untold = each.untold.beside(each.total)
        if untold.days:
            project_id = each.project_id or ""
            found.append(Unpriced(names.get(project_id, project_id), untold, whole=each.told is None))
    return tuple(sorted(found, key=lambda each: each.project))


def sentences(found: Sequence[Unpriced], most: int = SHOWN) -> list[str]:
    """Say of each project what is not told; of more than so many, how many more they are."""
    more = len(found) - most
    rest = [f"Nor does it for {count(more, 'more project')}."] if more > 0 else []
    return [*(each.sentence for each in found[:most]), *rest]

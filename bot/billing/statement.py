"""The month by customer, as values: parts that add up to the provider's total. Amounts are dollars, and exact."""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.money import dollars
from bot.slack.words import count, cut
from bot.spending.months import read_month
from bot.spending.payers import Payer, PayerKind, Rule
from bot.spending.periods import Today

HUNDRED = Decimal(100)
UNTOLD_NAMED = 100
LIKE_A_MONTH = re.compile(r"\d{4}-")
ORDER: Mapping[str, int] = {
    "customer": 0,
    "own": 1,
    "unclaimed": 2,
    "untagged": 3,
    "several": 4,
    "difference": 5,
    "theirs": 6,
}
NAMES: Mapping[str, str] = {
    "own": "Own use",
    "untagged": "Untagged",
    "difference": "Difference to the provider's total",
}


class Value(BaseModel):
    """A frozen value that can be stored as JSON and read back; old rows may lack newer fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class StatementLine(Value):
    """What one key spent on one of the provider's line items; empty texts where it is not known."""

    key: str = ""
    purpose: str = ""
    owner: str = ""
    project: str = ""
    item: str = ""
    cost: Decimal


class StatementPart(Value):
    """All that one payer stands for. ``markup`` in percent is None for what is billed to nobody."""

    kind: PayerKind | Literal["difference"]
    tags: tuple[str, ...] = ()
    name: str
    markup: Decimal | None = None
    of_month: str = ""
    lines: tuple[StatementLine, ...] = ()

    @property
    def key(self) -> str:
        """The text by which this part is found again: ``customer:["apple"]``, ``own:[]``."""
        return f"{self.kind}:{json.dumps(self.tags)}"

    @property
    def id(self) -> str:
        """A short form of ``key``, whatever the tags are, for buttons."""
        return hashlib.blake2b(self.key.encode(), digest_size=6).hexdigest()

    @property
    def cost(self) -> Decimal:
        """What the provider charges for it."""
        return sum((line.cost for line in self.lines), Decimal())

    @property
    def billed(self) -> bool:
        """Whether anybody is billed for it."""
        return self.markup is not None

    def charge(self, cost: Decimal) -> Decimal:
        """Return what is billed for something that cost this much, with the markup."""
        return cost * (HUNDRED + (self.markup or 0)) / HUNDRED


class Statement(Value):
    """One month (``YYYY-MM``) of our own accounts; ``theirs`` was spent in customers' own, outside of every sum.

    ``total`` is the provider's ungrouped total, None if it is not known for every project. ``untold`` says in sentences
    of which projects the provider tells no prices: every sum is without them. ``adjustments`` correct months that were
    closed before. ``missing`` says what keeps the month a draft; ``closed`` who closed it and when. ``judged`` tells by
    which rules its payers were: months that were kept before there was a choice do not say it.
    """

    month: str
    parts: tuple[StatementPart, ...] = ()
    adjustments: tuple[StatementPart, ...] = ()
    theirs: tuple[StatementPart, ...] = ()
    total: Decimal | None = None
    untold: tuple[str, ...] = ()
    judged: Rule = "exact"
    missing: tuple[str, ...] = ()
    closed: str = ""
    sha256: str = ""

    @property
    def cost(self) -> Decimal:
        """The sum of all parts: the provider's total, wherever that is known."""
        return sum((part.cost for part in self.parts), Decimal())

    @property
    def is_untold(self) -> bool:
        """Whether nothing of what was used has a price: that its cost is nothing is not told."""
        return bool(self.untold) and not self.cost

    @property
    def warnings(self) -> tuple[str, ...]:
        """What nobody may close a month without having seen: money that nobody is billed for, prices not told."""
        return tuple(sentence for _, sentences in self._warnings() for sentence in sentences)

    def warned(self, most: int) -> str:
        """Say the warnings in at most so many characters: where they do not fit, each kind of them in numbers first."""
        whole = " ".join(self.warnings)
        return whole if len(whole) <= most else cut(" ".join((*(short for short, _ in self._warnings()), whole)), most)

    def _warnings(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield the warnings of each kind: in numbers, and in whole sentences."""
        if unclaimed := self._unbilled("unclaimed"):
            tags, cost = sorted({tag for part in unclaimed for tag in part.tags}), _sum(unclaimed)
            whole = f"{cost} carry tags that no customer has, and are billed to nobody: {', '.join(tags)}."
            yield f"{cost} carry {count(len(tags), 'tag')} that no customer has.", (whole,)
        if several := self._unbilled("several"):
            sets, cost = sorted({" + ".join(part.tags) for part in several}), _sum(several)
            short = f"{cost} carry tags that name several customers"
            yield f"{short}.", (f"{short}, and are billed to nobody: {', '.join(sets)}.",)
        if self.untold:
            named = len(self.untold)
            of = count(named, "project") if named <= UNTOLD_NAMED else f"over {UNTOLD_NAMED} projects"
            yield f"Not every price of {of} is told.", self.untold

    def _unbilled(self, kind: str) -> list[StatementPart]:
        """Return what nobody is billed for by its tags; a correction that takes off leaves nobody unbilled."""
        added = (part for part in self.adjustments if part.cost > 0)
        return [part for part in (*self.parts, *added) if part.kind == kind]

    @property
    def warnings_id(self) -> str:
        """A short form of them, so that a month is closed as it was seen; an empty text of nothing."""
        return hashlib.blake2b("\n".join(self.warnings).encode(), digest_size=6).hexdigest() if self.warnings else ""


@dataclass(frozen=True)
class CustomerSpent:
    """One amount, with the one payer it belongs to."""

    payer: Payer
    line: StatementLine


@dataclass(frozen=True)
class StatementCatalogue:
    """The customers' names by tag, and the markup of each in percent; ``markup`` is for those without their own."""

    names: Mapping[str, str]
    markups: Mapping[str, Decimal]
    markup: Decimal = Decimal()

    def part(self, payer: Payer, lines: Sequence[StatementLine] = (), of_month: str = "") -> StatementPart:
        """Return a payer's part, its dearest lines first."""
        billed = self.markups.get(payer.tags[0], self.markup) if payer.kind == "customer" else None
        ordered = tuple(sorted(lines, key=lambda line: (-line.cost, line.key, line.item)))
        return StatementPart(
            kind=payer.kind, tags=payer.tags, name=self.name(payer), markup=billed, of_month=of_month, lines=ordered
        )

    def name(self, payer: Payer) -> str:
        """Say who pays."""
        known = " + ".join(self.names.get(tag, tag) for tag in payer.tags)
        match payer.kind:
            case "unclaimed":
                return f"Unclaimed tag{'s' if len(payer.tags) > 1 else ''} {known}"
            case "several":
                return f"Several customers ({known})"
            case "theirs":
                return f"{known}, own account"
            case _:
                return NAMES.get(payer.kind, known)


def compose(
    month: str, spent: Iterable[CustomerSpent], total: Decimal | None, catalogue: StatementCatalogue
) -> Statement:
    """Put a month together; what the parts do not reach of the provider's ``total`` is a part of its own."""
    lines: dict[Payer, list[StatementLine]] = defaultdict(list)
    for each in spent:
        lines[each.payer].append(each.line)
    parts = sorted((catalogue.part(payer, own) for payer, own in lines.items()), key=_order)
    ours = [part for part in parts if part.kind != "theirs"]
    beyond = Decimal() if total is None else total - sum((part.cost for part in ours), Decimal())
    if beyond:
        ours.append(StatementPart(kind="difference", name=NAMES["difference"], lines=(StatementLine(cost=beyond),)))
    theirs = tuple(part for part in parts if part.kind == "theirs")
    return Statement(month=month, parts=tuple(ours), theirs=theirs, total=total)


def adjustments(present: Statement, closed: Statement, carried: Iterable[StatementPart]) -> tuple[StatementPart, ...]:
    """Return what a closed month has changed by since, beyond what later closed months ``carried`` of it already.

    The markup is the one that the month was closed with, for whoever was in it.
    """
    changed: dict[str, Decimal] = defaultdict(Decimal)
    known: dict[str, StatementPart] = {}
    settled = [part for part in carried if part.of_month == closed.month]
    for sign, parts in ((1, present.parts), (-1, settled), (-1, closed.parts)):
        for part in parts:
            changed[part.key] += sign * part.cost
            known[part.key] = part
    return tuple(
        known[key].model_copy(update={"of_month": closed.month, "lines": (_correction(closed.month, cost),)})
        for key, cost in sorted(changed.items())
        if cost
    )


def _sum(parts: Iterable[StatementPart]) -> str:
    return dollars(sum((part.cost for part in parts), Decimal()))


def _correction(month: str, cost: Decimal) -> StatementLine:
    return StatementLine(purpose=f"Correction of {month}, which was closed before", cost=cost)


def _order(part: StatementPart) -> tuple[int, Decimal, str]:
    return (ORDER[part.kind], -part.cost, part.name)


# --- months ---


def read_typed(typed: str, today: Today) -> tuple[str, str]:
    """Read a month and a customer, both optional; raises as ``read_month``."""
    word, _, customer = typed.strip().partition(" ")
    if word and word.lower() not in {"this", "last"} and not LIKE_A_MONTH.match(word):
        word, customer = "", typed
    return read_month(word, today), customer.strip()

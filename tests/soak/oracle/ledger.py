"""What the emulator's reports tell, added up in Decimal from the first digit on; what a figure must be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from statistics import median

DAY = timedelta(days=1)
CENT = Decimal("0.01")
NOTHING = Decimal()
CUSTOMERS: Mapping[str, tuple[str, Decimal]] = {
    "apple": ("Apple", Decimal(20)),
    "banana": ("Banana", Decimal("12.5")),
    "pear": ("Pear", NOTHING),
}
"""The playground's catalogue: what each tag is called, and its markup in percent."""

Days = tuple[date, date]
"""The first and the last provider day, both included."""
Where = tuple[date, str]
"""A provider day and a project's id."""
Sums = dict[str, Decimal]


@dataclass(frozen=True)
class Spend:
    """What one key spent on one line item with one set of tags, on one provider day."""

    day: date
    project: str
    accessor: str
    item: str
    tags: frozenset[str]
    deployment: str
    dollars: Decimal


@dataclass(frozen=True)
class Use:
    """What one value of a grouping used on one provider day; ``tags`` only where it is grouped by them."""

    day: date
    project: str
    value: str
    measures: Mapping[str, Decimal]
    tags: frozenset[str] = frozenset()


Row = Spend | Use


@dataclass(frozen=True)
class Chosen:
    """What was chosen for a key that was made through Keydesk: its customer's tag ("" is own use), and its owner."""

    customer: str
    owner: str


@dataclass(frozen=True)
class Ledger:
    """Everything that the reports tell; ``used`` by grouping, "" for the ungrouped one."""

    projects: Mapping[str, str]
    rows: list[Spend]
    totals: Mapping[Where, Decimal]
    used: Mapping[str, list[Use]]
    keys: Mapping[str, Chosen] = field(default_factory=dict)

    def total(self, days: Days, project: str | None = None) -> Decimal:
        """Return the ungrouped total of some days."""
        return sum((each for where, each in self.totals.items() if _is_within(*where, days, project)), NOTHING)

    def measured(self, measure: str, days: Days, project: str | None = None) -> Decimal:
        """Return the ungrouped total of a measure; dollars too."""
        if measure == "dollars":
            return self.total(days, project)
        return sum(self.using("", measure, days, lambda _: "", project).values(), NOTHING)

    def split(self, days: Days, by: Callable[[Spend], str], project: str | None = None) -> Sums:
        """Return the dollars of some days by whatever ``by`` says."""
        return _added((by(row), row.dollars) for row in self.rows if _is_within(row.day, row.project, days, project))

    def using(
        self, grouping: str, measure: str, days: Days, by: Callable[[Use], str], project: str | None = None
    ) -> Sums:
        """Return a measure of some days by whatever ``by`` says of a grouping's rows."""
        rows = self.used[grouping]
        return _added(
            (by(row), row.measures[measure]) for row in rows if _is_within(row.day, row.project, days, project)
        )

    def payer(self, row: Spend) -> str:
        """Name who pays: whoever was chosen for a key that was made here, else whom its tags name."""
        chosen = self.keys.get(row.accessor)
        if chosen is not None:
            return CUSTOMERS[chosen.customer][0] if chosen.customer else "Own use"
        return payer_of(row.tags)

    def usual(self, day: date, total: Callable[[date], Decimal]) -> tuple[Decimal, tuple[date, date]]:
        """Return the median of a day's weekday in the four weeks before, and the two days in the middle of it."""
        weeks = sorted((total(each), each) for each in (day - 7 * back * DAY for back in range(1, 5)))
        return Decimal(median(amount for amount, _ in weeks)), (weeks[1][1], weeks[2][1])

    def forecast(
        self, last: date, total: Callable[[Days], Decimal], spent: Decimal, today: date | None = None
    ) -> Decimal:
        """Return the month's end if every day to come is like the mean of the seven up to ``last``, or like nothing.

        Where ``today``, the day after it, is in what was spent, it counts as such a day too, or as what it has so far
        where that is more.
        """
        day = today or last
        usual = max(total((last - 6 * DAY, last)), NOTHING) / 7
        rest = max(usual - total((today, today)), NOTHING) if today else NOTHING
        return spent + rest + usual * (month_of(day)[1] - day).days


def payer_of(tags: frozenset[str]) -> str:
    """Name who pays by tags alone: its customers, else a tag that nobody claims, else nobody."""
    named = sorted(CUSTOMERS[tag][0] for tag in tags if tag in CUSTOMERS)
    if len(named) > 1:
        return f"Several customers ({' + '.join(named)})"
    if named:
        return named[0]
    return f"Unclaimed tag{'s' if len(tags) > 1 else ''} {' + '.join(sorted(tags))}" if tags else "Untagged"


def charged(name: str, cost: Decimal) -> Decimal:
    """Return what is billed to somebody for this much, with the markup."""
    markup = next(percent for called, percent in CUSTOMERS.values() if called == name)
    return cost * (100 + markup) / 100


def is_billed(name: str) -> bool:
    """Whether anybody is billed: customers alone are."""
    return any(name == called for called, _ in CUSTOMERS.values())


def month_of(day: date) -> Days:
    """Return the first and the last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + 31 * DAY).replace(day=1) - DAY


def before(days: Days) -> Days:
    """Return as many days, right before these."""
    length = days[1] - days[0] + DAY
    return days[0] - length, days[0] - DAY


def to_cent(amount: Decimal) -> Decimal:
    """Round as every total is printed."""
    return amount.quantize(CENT, ROUND_HALF_EVEN)


def _is_within(day: date, project: str, days: Days, wanted: str | None) -> bool:
    return days[0] <= day <= days[1] and wanted in (None, project)


def _added(pairs: Iterable[tuple[str, Decimal]]) -> Sums:
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for name, amount in pairs:
        sums[name] += amount
    return dict(sums)

"""A month by customer as a CSV file: each line with its printed cents and its exact amounts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from bot.billing.printing import Printed, PrintedPart
from bot.billing.statement import StatementLine

HEADER = (
    "Month", "Kind", "Tags", "Customer", "Markup %", "Project", "Key", "Purpose", "Owner", "Line item",
    "Cost USD", "To bill USD", "Exact cost USD", "Exact to bill USD", "Status",
)  # fmt: skip


def rows(printed: Printed) -> Iterator[tuple[object, ...]]:
    """Yield the rows below ``HEADER``: each group of lines with its sum below it, and what is in no sum last."""
    yield from _lines(printed, printed.parts)
    for words in printed.statement.untold:
        yield (printed.statement.month, "not told", "", words, *[""] * 6, None, None, None, None, status(printed))
    cost = printed.told(printed.cost)
    exact = printed.told(sum((part.part.cost for part in printed.parts), Decimal()))
    yield _sum(printed, sum_words(printed), cost, printed.told(printed.charge), exact)
    if printed.adjustments:
        yield from _lines(printed, printed.adjustments)
        yield _sum(printed, "Sum of corrections of closed months", *printed.corrected)
        yield _sum(printed, "Sum to bill with corrections", None, printed.told(printed.due))
    yield from _lines(printed, printed.theirs)


def _lines(printed: Printed, parts: Iterable[PrintedPart]) -> Iterator[tuple[object, ...]]:
    for part in parts:
        yield from (_row(printed, part, *line) for line in part.lines)


def status(printed: Printed) -> str:
    """Say whether the month may still change (plain text)."""
    statement = printed.statement
    if statement.closed:
        return " ".join((f"{statement.closed} SHA-256 {statement.sha256}", *statement.untold))
    return " ".join(("Draft.", *statement.missing, *statement.untold))


def sum_words(printed: Printed) -> str:
    """Say what the sum is: the provider's own total, or what the parts come to."""
    if printed.statement.untold:
        return "Sum, as far as the provider tells prices"
    return "Sum, the provider's total" if printed.is_whole else "Sum"


def file_name(printed: Printed, name: str, extension: str) -> str:
    """Return a file's name: ``statement-2026-10-apple.csv``."""
    safe = re.sub(r"[^\w.-]+", "-", name).strip("-.")[:60]
    draft = "" if printed.statement.closed else "-draft"
    return f"statement-{printed.statement.month}{f'-{safe}' if safe else ''}{draft}.{extension}"


def _row(
    printed: Printed, row: PrintedPart, line: StatementLine, cost: Decimal, charge: Decimal | None
) -> tuple[object, ...]:
    part = row.part
    kind = f"correction of {part.of_month}" if part.of_month else part.kind
    exact = part.charge(line.cost) if part.billed else None
    of_key = (line.project, line.key, line.purpose, line.owner, line.item)
    who = (printed.statement.month, kind, " + ".join(part.tags), part.name, part.markup)
    return (*who, *of_key, cost, charge, line.cost, exact, status(printed))


def _sum(
    printed: Printed, words: str, cost: Decimal | None, charge: Decimal | None, exact: Decimal | None = None
) -> tuple[object, ...]:
    return (printed.statement.month, "sum", "", words, *[""] * 6, cost, charge, exact, None, status(printed))

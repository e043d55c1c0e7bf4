"""Figures as Slack draws them: a table, a chart, and bars made of text for whoever sees neither."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.foreign import visible
from bot.money import dollars, to_cent
from bot.slack.words import NOTHING, cut
from bot.spending.usual import share_of
from bot.usage.capability_matrix import MEASURES
from bot.usage.figures.sums import WHOLE, Part

Block = dict[str, Any]

ORDER = ("dollars", *(measure for measure in MEASURES if measure != "dollars"))
NAME_LONGEST = 60
LABEL_LONGEST = 20
BAR = 8
EIGHTHS = " ▏▎▍▌▋▊▉█"
ELLIPSIS = "…"
UNSPLIT = "Not split by the provider"
BEFORE_ALONE = "In the period before alone"

Line = tuple[str, Part, dict[str, Decimal | None], Decimal | None]
"""A row with its name (plain text), its amounts as they are printed, and by how much the one asked for moved."""


def amount(measure: str, value: Decimal | None) -> str:
    """Say an amount with its unit, “–” where the provider does not tell it."""
    if value is None:
        return NOTHING
    if measure == "dollars":
        return dollars(value)
    return f"{value:,.0f}" if measure in WHOLE else f"{to_cent(value):,} h"


def moved_by(measure: str, part: Part) -> Decimal | None:
    """Return the difference of the two periods as they are printed; None where it is not known."""
    if part.before is None or measure not in part.now:
        return None
    return to_cent(part.now[measure]) - to_cent(part.before.get(measure, Decimal()))


def change(measure: str, part: Part, moved: Decimal | None) -> str:
    """Say how much more or less it is than in the period before; an empty text where that is not known."""
    if moved is None:
        return ""
    if not moved:
        return "±0"
    share = share_of(moved, (part.before or {}).get(measure, Decimal()))
    shown = amount(measure, abs(moved))
    return f"{'+' if moved > 0 else '-'}{shown}{f' ({share})' if share else ''}"


def bar(value: Decimal | None, most: Decimal) -> str:
    """Draw a bar of text, of a fixed width."""
    eighths = 0 if value is None or most <= 0 else max(0, min(BAR * 8, int(value / most * BAR * 8)))
    drawn = "█" * (eighths // 8) + (EIGHTHS[eighths % 8] if eighths % 8 else "")
    return drawn.ljust(BAR)


def table(by: str, measure: str, lines: Sequence[Line]) -> Block:
    """Draw rows with every measure of which there is any; the one asked for comes first, with its change."""
    others = [each for each in ORDER if each != measure and any(printed.get(each) for _, _, printed, _ in lines)]
    header = [by.capitalize(), measure.capitalize(), "Change", *(each.capitalize() for each in others)]
    rows = [[_cell(text) for text in header]]
    for name, part, printed, moved in lines:
        first, *more = (_figure(each, printed.get(each)) for each in (measure, *others))
        rows.append([_cell(text) for text in (cut(name, NAME_LONGEST), first, _moved(measure, part, moved), *more)])
    right: list[Block] = [{"align": "right"} for _ in header[1:]]
    return {"type": "table", "rows": rows, "column_settings": [{"is_wrapped": by != "day"}, *right]}


def _figure(measure: str, value: Decimal | None) -> str:
    """Say an amount where the column's head tells its unit."""
    return amount(measure, value).removesuffix(" h")


def _moved(measure: str, part: Part, moved: Decimal | None) -> str:
    return change(measure, part, moved).partition(" (")[0].removesuffix(" h")


def chart(title: str, measure: str, lines: Sequence[Line]) -> list[Block]:
    """Draw rows as bars, beside those of the period before where that is known; nothing where all is nothing."""
    if not any(part.now.get(measure) for _, part, *_ in lines):
        return []
    labels = _labels([name for name, *_ in lines])
    series = [_series("This period", labels, [part.now.get(measure) for _, part, *_ in lines])]
    if all(part.before is not None for _, part, *_ in lines):
        series.append(_series("Before", labels, [(part.before or {}).get(measure) for _, part, *_ in lines]))
    drawn = {"type": "bar", "series": series, "axis_config": {"categories": labels}}
    return [{"type": "data_visualization", "title": cut(title, 50), "chart": drawn}]


def _series(name: str, labels: Sequence[str], amounts: Sequence[Decimal | None]) -> Block:
    points = [float(to_cent(each or Decimal())) for each in amounts]
    return {
        "name": name,
        "data": [{"label": label, "value": value} for label, value in zip(labels, points, strict=True)],
    }


def _labels(names: Sequence[str]) -> list[str]:
    """Shorten names so that no two are the same."""
    labels: list[str] = []
    for name in names:
        label, number = _short(" ".join(name.split()) or NOTHING), 2
        while label in labels:
            label = f"{_short(name, LABEL_LONGEST - len(str(number)) - 1)} {number}"
            number += 1
        labels.append(label)
    return labels


def _short(name: str, longest: int = LABEL_LONGEST) -> str:
    return name if len(name) <= longest else name[: longest - 1] + ELLIPSIS


def _cell(text: str) -> Block:
    text = visible(text)
    return {"type": "raw_text", "text": text if text.strip() else NOTHING}

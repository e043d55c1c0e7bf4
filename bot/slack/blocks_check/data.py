"""Tables and charts.

The three blocks are young (2025-11 to 2026-06) and libraries disagree on their limits: the smaller one stands here.
"""

from __future__ import annotations

from typing import Any

from bot.slack.blocks_check.report import Report
from bot.slack.blocks_check.shape import (
    Check,
    both,
    by_type,
    flag,
    literal,
    many,
    number,
    one_of,
    only_on,
    shape,
    words,
)
from bot.slack.blocks_check.texts import ID, RICH_TEXT

COLUMNS = 20
DATA_TABLE_CHARACTERS = 10_000
_LABEL = words(20)

_RAW_TEXT = shape({"type": literal("raw_text"), "text": words(10_000)})
_RAW_NUMBER = shape({"type": literal("raw_number"), "value": number()}, {"text": words(300)})
_HEADER_CELL = by_type({"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER}, "cell of a table's header")
_CELL = by_type({"raw_text": _RAW_TEXT, "raw_number": _RAW_NUMBER, "rich_text": RICH_TEXT}, "cell")
_COLUMN = shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag})


def _column_setting(value: Any, where: str, report: Report) -> None:
    if value is not None:  # null skips a column
        _COLUMN(value, where, report)


TABLE = both(
    shape(
        {"type": literal("table"), "rows": many(many(_CELL, COLUMNS), 100)},
        {"block_id": ID, "column_settings": many(_column_setting, COLUMNS)},
    ),
    only_on("message"),
)


def characters(value: Any) -> int:
    """Count the code points that a value's blocks show (texts, captions and titles given as strings)."""
    if isinstance(value, list):
        return sum(characters(each) for each in value)
    if not isinstance(value, dict):
        return 0
    shown = ("text", "caption", "alt_text", "title", "label", "name")
    return sum(len(each) if isinstance(each, str) and key in shown else characters(each) for key, each in value.items())


def _rectangular(value: Any, where: str, report: Report) -> None:
    rows = value.get("rows")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return
    if len({len(row) for row in rows}) > 1:
        report.add(where, "has rows of different lengths")
    for index, cell in enumerate(rows[0] if rows else []):
        _HEADER_CELL(cell, f"{where}.rows[0][{index}]", report)
    if (total := characters(rows)) > DATA_TABLE_CHARACTERS:
        report.add(where, f"shows {total} characters; {DATA_TABLE_CHARACTERS} are allowed")


DATA_TABLE = both(
    shape(
        {
            "type": literal("data_table"),
            "caption": words(2000),
            "rows": many(many(_CELL, COLUMNS), 101, 2),
        },
        {
            "block_id": ID,
            "page_size": number(1, 100, whole=True),
            "row_header_column_index": number(0, COLUMNS - 1, whole=True),
        },
    ),
    _rectangular,
    only_on("message"),
)


def _positive(value: Any, where: str, report: Report) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float) or value <= 0:
        report.add(where, "must be a number above zero")


_PIE = shape(
    {"type": literal("pie"), "segments": many(shape({"label": _LABEL, "value": _positive}), 6)},
)
_SERIES = shape({"name": _LABEL, "data": many(shape({"label": _LABEL, "value": number()}), 20)})
_AXES = shape({"categories": many(_LABEL, 20)}, {"x_label": words(50), "y_label": words(50)})


def _series_fit_axis(value: Any, where: str, report: Report) -> None:
    try:
        categories = value["axis_config"]["categories"]
        labels = [[point["label"] for point in series["data"]] for series in value["series"]]
        names = [series["name"] for series in value["series"]]
    except (KeyError, TypeError):
        return  # the shape has said so
    if any(each != categories for each in labels):
        report.add(where, "has a series whose labels are not the axis's categories")
    if len(names) != len({str(name) for name in names}):
        report.add(where, "has two series of one name")


def _plot(kind: str) -> Check:
    return both(shape({"type": literal(kind), "series": many(_SERIES, 6), "axis_config": _AXES}), _series_fit_axis)


DATA_VISUALIZATION = both(
    shape(
        {
            "type": literal("data_visualization"),
            "title": words(50),
            "chart": by_type({"pie": _PIE, "bar": _plot("bar"), "area": _plot("area"), "line": _plot("line")}, "chart"),
        },
        {"block_id": ID},
    ),
    only_on("message"),
)

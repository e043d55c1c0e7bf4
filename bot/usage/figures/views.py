"""What people see of usage and spending."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.errors import NotUnderstood
from bot.money import dollars
from bot.slack import blocks
from bot.slack.words import NOTHING, count, cut, escape, when
from bot.spending.periods import NAMES, Days
from bot.usage.figures.drawing import (
    BEFORE_ALONE,
    NAME_LONGEST,
    ORDER,
    UNSPLIT,
    Block,
    Line,
    amount,
    bar,
    change,
    chart,
    moved_by,
    table,
)
from bot.usage.figures.footnotes import footnotes, so_far
from bot.usage.figures.naming import day_named, day_shortly
from bot.usage.figures.question import DIMENSIONS, Question
from bot.usage.figures.service import FiguresAnswer, Overview
from bot.usage.figures.sums import Part, Split, total_of

CARRIED = 240  # of a block's id, which takes 255
OPTION_LONGEST = 150
LINES_TOGETHER = 8
UNOWNED = "Nobody's here, or not split by the provider"


def overview(seen: Overview) -> list[Block]:
    """Draw a project at a glance."""
    fields = [_glance(seen, *period) for period in seen.periods]
    read = f"Today is so far, read {when(seen.read_at)}." if seen.read_at else "Today was not read yet."
    drawn = answer(seen.week)
    return [drawn[0], blocks.section(fields=fields), blocks.context(read), *drawn[1:]]


def _glance(seen: Overview, name: str, days: Days, part: Part) -> str:
    """Draw one period; where one of its days was read before its end it is told so far, and against nothing."""
    so_far = seen.week.known.so_far
    early = bool(so_far) if name == "week" else name == "day" and seen.week.place.days.end in so_far
    told = dollars(part.now.get("dollars"))
    return f"*{NAMES[name]}, so far*\n{told}" if early else f"*{NAMES[name]}*\n{told}{_against(part, days.before)}"


def answer(seen: FiguresAnswer) -> list[Block]:
    """Draw one page of an answer."""
    if _is_nothing(seen):
        return [blocks.header(_title(seen)), blocks.section(_nothing(seen)), *footnotes(seen), *_menus(seen)]
    lines = _lines(seen)
    rows = lines[: len(seen.split.rows)]
    return [
        blocks.header(_title(seen)),
        blocks.section(_total(seen)),
        *chart(_chart_title(seen), seen.measure, [(_label(seen, line), *line[1:]) for line in rows]),
        *_bars(seen.measure, rows, lines),
        table(seen.question.by, seen.measure, [*lines, _total_line(seen)]),
        *footnotes(seen),
        *blocks.paging("usage.figures.turn", seen.split.number, seen.split.pages, seen.question.words),
        *_menus(seen),
    ]


def carrier(seen: FiguresAnswer) -> str | None:
    """Return the words that the menus carry, or None where they are too long for that."""
    words = seen.question.words
    return words if len(words) <= CARRIED else None


def file_rows(seen: FiguresAnswer, rows: Sequence[tuple[str, Part]]) -> list[tuple[object, ...]]:
    """Return every row for a file, unrounded, with what no row tells and the total.

    It has the columns of the table, all of one definition: what is not in it is not shown there either.
    """
    return [
        (name, part.value, *(part.now.get(each) for each in _shown(seen)), (part.before or {}).get(seen.measure))
        for name, part in (*rows, *_beyond(seen, rows), ("Total", seen.split.total))
    ]


def _beyond(seen: FiguresAnswer, rows: Sequence[tuple[str, Part]]) -> list[tuple[str, Part]]:
    """Return what none of all rows tells of either period, as rows of a file."""
    total, unsplit, measure = seen.split.total, seen.split.difference, seen.measure
    gone = Decimal()
    if total.before is not None:
        told = sum(((part.before or {}).get(measure, Decimal()) for _, part in rows), Decimal())
        beside = (unsplit.before or {}).get(measure, Decimal())
        gone = total.before.get(measure, Decimal()) - beside - told
    if seen.known.unsplit:  # then nobody knows what became of it
        unsplit, gone = replace(unsplit, before=total_of([unsplit.before or {}, {measure: gone}])), Decimal()
    alone = [(BEFORE_ALONE, Part("", {measure: Decimal()}, {measure: gone}))] if gone else []
    says = any(unsplit.now.values()) or any((unsplit.before or {}).values())
    return [*alone, *([(_unsplit_name(seen), unsplit)] if says else [])]


def file_header(seen: FiguresAnswer) -> tuple[str, ...]:
    """Name the columns of ``file_rows``."""
    return (seen.question.by, "id", *_shown(seen), f"{seen.measure} in the period before")


def asked(seen: FiguresAnswer) -> str:
    """Say in plain text what was asked: “14 Nov to 20 Nov 2026 (UTC), by customer, only key 0a1b2c3d”."""
    only = "".join(f", only {dimension} {cut(name, NAME_LONGEST)}" for dimension, name in seen.only)
    return f"{days_text(seen.place.days)} (UTC), by {seen.question.by}{only}"


def days_text(days: Days) -> str:
    """Name the days, the first and the last."""
    if days.start == days.end:
        return f"{day_named(days.end)} {days.end:%Y}"
    return f"{day_named(days.start)} to {day_named(days.end)} {days.end:%Y}"


# --- parts ---


def _title(seen: FiguresAnswer) -> str:
    return f"Usage · {cut(seen.place.project, NAME_LONGEST)}"


def _chart_title(seen: FiguresAnswer) -> str:
    return f"{seen.measure.capitalize()} by {seen.question.by}"


def _is_nothing(seen: FiguresAnswer) -> bool:
    """Whether no figure is left to show: nothing was used then or in the period before, or nothing is known of it."""
    total, rows = seen.split.total, seen.split.rows
    told = [*total.now.values(), *(total.before or {}).values(), *(each for row in rows for each in row.now.values())]
    return not any(told) and all(seen.measure in row.now for row in rows)


def _nothing(seen: FiguresAnswer) -> str:
    if not seen.known.coverage.read:
        return f"Nothing is known yet of {escape(asked(seen))}: Keydesk has not read these days from the provider."
    if seen.measure == "dollars" and not seen.question.only and "dollars" not in seen.split.total.now:
        how = "is not told by the provider" if seen.known.unpriced else "may not be read at the provider"
        return f"What this cost {how}: {escape(asked(seen))}."
    return f"Nothing was used: {escape(asked(seen))}."


def _total(seen: FiguresAnswer) -> str:
    total, period = seen.split.total, _period_name(seen)
    others = [f"{amount(each, total.now[each])}{_unit_of(each)}" for each in ORDER if _worth_telling(seen, each)]
    whole = f"*{amount(seen.measure, total.now.get(seen.measure))}*{_unit_of(seen.measure)}"
    if seen.known.unpriced and seen.measure == "dollars":
        whole = f"{whole} as far as prices are told" if "dollars" in total.now else "*The provider tells no dollars*"
    told = [f"{whole} · {period}", escape(asked(seen))]
    if total.before is not None:
        before = amount(seen.measure, total.before.get(seen.measure))
        moved = change(seen.measure, total, moved_by(seen.measure, total)) or NOTHING
        told.append(f"{moved} against {_before(seen)} ({before})")
    return "\n".join([*told, *([" · ".join(others)] if others else [])])


def _worth_telling(seen: FiguresAnswer, measure: str) -> bool:
    return measure != seen.measure and measure in _shown(seen) and bool(seen.split.total.now.get(measure))


def _unit_of(measure: str) -> str:
    return {"dollars": "", "hours": " of audio", "agent hours": " of agents"}.get(measure, f" {measure}")


def _period_name(seen: FiguresAnswer) -> str:
    name = NAMES.get(seen.question.period.name, count(seen.place.days.number, "day"))
    return f"{name}, so far" if seen.place.days.end == seen.known.today and "so far" not in name else name


def _before(seen: FiguresAnswer) -> str:
    days, whole = seen.place.days, " whole" if seen.place.days.end == seen.known.today else ""
    return "the day before" if days.number == 1 else f"the {days.number}{whole} days before"


def _against(part: Part, before: Days) -> str:
    moved = change("dollars", part, moved_by("dollars", part))
    first, last = day_shortly(before.start), day_shortly(before.end)
    return f"\n{moved} against {first if first == last else f'{first} to {last}'}" if moved else ""


def _lines(seen: FiguresAnswer) -> list[Line]:
    """Return the rows, the others and what is beyond them, each as it is printed."""
    named: list[tuple[str, Part]] = [(_row_name(seen, row), row) for row in seen.split.rows]
    named.append((f"Other ({seen.split.others} more)", seen.split.other))
    named += [(BEFORE_ALONE, seen.split.gone), (_unsplit_name(seen), seen.split.difference)]
    printed = {measure: seen.split.printed(measure) for measure in _shown(seen)}
    moved = seen.split.moved(seen.measure)
    lines: list[Line] = [
        (name, part, {measure: amounts[number] for measure, amounts in printed.items()}, moved[number])
        for number, (name, part) in enumerate(named)
    ]
    return [line for line in lines if _is_drawn(seen.split, line)]


def _shown(seen: FiguresAnswer) -> tuple[str, ...]:
    """Return the measures of one table: by customer dollars go by keys, all else by tags, so only one is shown."""
    return (seen.measure,) if "customer" in seen.question.dimensions else ORDER


def _total_line(seen: FiguresAnswer) -> Line:
    total = seen.split.total
    now = {measure: amount_ for measure, amount_ in total.now.items() if measure in _shown(seen)}
    return ("Total", total, dict(now), moved_by(seen.measure, total))


def _is_drawn(split: Split, line: Line) -> bool:
    """Whether a line says anything: a difference of rounding does not, which prints as nothing."""
    _, part, printed, moved = line
    says = any(printed.values()) or bool(moved)
    return part in split.rows or (bool(split.others) if part is split.other else says)


def _row_name(seen: FiguresAnswer, row: Part) -> str:
    name = seen.names.get(row.value, row.value)
    return f"{name} (so far)" if seen.question.by == "day" and _day(row) in so_far(seen) else name


def _label(seen: FiguresAnswer, line: Line) -> str:
    """Call a row in the chart, where there is little room."""
    name, row, *_ = line
    return day_shortly(_day(row)) if seen.question.by == "day" else name


def _day(row: Part) -> date:
    return date.fromisoformat(row.value)


def _unsplit_name(seen: FiguresAnswer) -> str:
    return UNOWNED if seen.question.by == "person" else UNSPLIT


def _bars(measure: str, rows: Sequence[Line], lines: Sequence[Line]) -> list[Block]:
    """Draw every line, and a bar for each of the rows alone: all the others together would flatten them."""
    most = max((part.now.get(measure) or 0 for _, part, *_ in rows), default=0)
    texts = [*(_bar(measure, line, most) for line in rows), *(_bar(measure, line, 0) for line in lines[len(rows) :])]
    groups = [texts[start : start + LINES_TOGETHER] for start in range(0, len(texts), LINES_TOGETHER)]
    return [blocks.section("\n".join(group)) for group in groups]


def _bar(measure: str, line: Line, most: Any) -> str:
    name, part, printed, by = line
    moved = change(measure, part, by)
    shown = f"`{amount(measure, printed.get(measure)):>12} {bar(part.now.get(measure), most)}`"
    # The name last: one that is written from right to left would turn the figures after it around.
    return f"{shown}{f'  {moved}' if moved else ''}  {escape(cut(name, NAME_LONGEST))}"


# --- menus ---


def _menus(seen: FiguresAnswer) -> list[Block]:
    export = blocks.button("CSV by direct message", "usage.figures.export", seen.question.words)
    words = carrier(seen)
    if words is None:
        return [blocks.actions(export)]
    periods = [blocks.option(name, value) for value, name in NAMES.items()]
    menus = [
        blocks.select(
            "usage.figures.period", periods, initial=seen.question.period.name, placeholder=days_text(seen.place.days)
        ),
        blocks.select("usage.figures.by", _choices("By ", DIMENSIONS, _by(seen)), initial=seen.question.by),
        blocks.select("usage.figures.measure", _choices("", ORDER, _measured(seen)), initial=seen.measure),
    ]
    return [blocks.actions(*menus, *_closer(seen), export, block_id=words)]


def _closer(seen: FiguresAnswer) -> list[Block]:
    """Offer each row by itself, split further; what no row stands for cannot be looked at."""
    offered = [
        blocks.option(cut(_row_name(seen, row), 75), row.value)
        for row in seen.split.rows
        if 0 < len(row.value) <= OPTION_LONGEST and _answers(seen.question.narrowed(row.value), seen)
    ]
    return [blocks.select("usage.figures.closer", offered, placeholder="Look closer at…")] if offered else []


def _choices(before: str, values: Sequence[str], offered: Callable[[str], bool]) -> list[Block]:
    return [blocks.option(f"{before}{value}".capitalize(), value) for value in values if offered(value)]


def _by(seen: FiguresAnswer) -> Callable[[str], bool]:
    return lambda by: _answers(seen.question.split_by(by), seen)


def _measured(seen: FiguresAnswer) -> Callable[[str], bool]:
    return lambda measure: _answers(seen.question.model_copy(update={"measure": measure}), seen)


def _answers(question: Question, seen: FiguresAnswer) -> bool:
    try:
        question.whole(seen.place.days.number)
    except NotUnderstood:
        return False
    return True

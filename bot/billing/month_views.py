"""What people see of a month by customer."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.billing.printing import Printed, PrintedPart
from bot.billing.statement import Statement, StatementLine, StatementPart
from bot.money import dollars
from bot.providers.line_items import line_item_named
from bot.slack import blocks
from bot.slack.pages import page_of
from bot.slack.words import code, count, cut, escape
from bot.store.customers import TAG_LONGEST

Block = dict[str, Any]

NAME_SHOWN = 120
PURPOSE_SHOWN = 100
LINES_PAGE = 20
MISSING_SHOWN = 600
WARNINGS_ASKED = 180
THEIRS = "Spent in customers' own accounts: billed to them by the provider, and in no sum here"


def month_page(printed: Printed, number: int, *, may_close: bool) -> list[Block]:
    """Draw a page of the month by customer; the figures below the rows are of the whole month."""
    printed, month = printed.drawn, printed.statement.month
    page = page_of(printed.everything, number)
    above = [each for each in page.items if each in printed.parts]
    beside = [each for each in page.items if each not in printed.parts]
    return [
        blocks.header(f"{name_of(month)} by customer{'' if printed.statement.closed else ' · draft'}"),
        *_standing(printed),
        *([] if page.items else [blocks.section(_nothing(printed.statement))]),
        *(_row(each, month) for each in above),
        *(_whole(printed, beside, may_close=may_close) if page.items or printed.statement.total is not None else []),
        *blocks.paging("billing.month", page.number, page.pages, month),
    ]


def part_page(printed: Printed, part_ids: str, number: int) -> list[Block]:
    """Draw one payer's month, line by line; ``part_ids`` are those that ``printed`` was narrowed to."""
    month = printed.statement.month
    shown = printed.everything
    lines = [line for part in shown for line in part.lines]
    page = page_of(lines, number, LINES_PAGE)
    name = cut(shown[0].part.name, NAME_SHOWN) if shown else "nobody"
    value = f"{month}:{part_ids}"
    return [
        blocks.header(f"{name} in {name_of(month)}{'' if printed.statement.closed else ' · draft'}"),
        *_standing(printed),
        *[_line(*line) for line in page.items],
        *blocks.paging("billing.month.part", page.number, page.pages, value),
        blocks.divider(),
        blocks.section("\n".join(_part_sum(part) for part in shown)),
        blocks.context(f"{count(len(lines), 'line')} by key and line item"),
        blocks.actions(*_files(month, part_ids), blocks.button("The whole month", "billing.month", f"1:{month}")),
    ]


def nothing_for(name: str, printed: Printed) -> list[Block]:
    """Say that a customer spent nothing in a month, as far as it is known."""
    text = _nothing(printed.statement, f" for {escape(cut(name, NAME_SHOWN))}")
    whole = blocks.button("The whole month", "billing.month", f"1:{printed.statement.month}")
    return [blocks.section(text), *_standing(printed), blocks.actions(whole)]


def name_of(month: str) -> str:
    """Say a month: ``October 2026``."""
    return f"{date.fromisoformat(f'{month}-01'):%B %Y}"


def share(part: StatementPart) -> str:
    """Say the markup of a part, plain."""
    return "" if part.markup is None else f"{part.markup.normalize():+f} %"


def _nothing(statement: Statement, of: str = "") -> str:
    """Say that nothing was spent; where the provider's total is not known, that nobody knows what was."""
    when = name_of(statement.month)
    if statement.total is None:
        return f"What was spent{of} in {when} is not known."
    if statement.untold:
        return f"Nothing that was spent{of} in {when} has a price that the provider tells."
    return f"Nothing was spent{of} in {when}."


def _standing(printed: Printed) -> list[Block]:
    statement = printed.statement
    warnings = escape(statement.warned(MISSING_SHOWN))
    warned = [blocks.context(f"⚠️ {warnings}")] if warnings else []
    if statement.closed:
        checksum = f"SHA-256 {code(statement.sha256)}"
        return [blocks.context(f"{escape(statement.closed)} It does not change any more. {checksum}"), *warned]
    if statement.missing:
        told = cut(" ".join(statement.missing), MISSING_SHOWN)
        return [blocks.context(f"*Draft.* {escape(told)}"), *warned]
    return [blocks.context("*Draft.* Every day is final: an owner can close the month."), *warned]


def _row(row: PrintedPart, month: str) -> Block:
    part = row.part
    button = blocks.button("Lines", f"billing.month.part#{part.id}{part.of_month}", f"1:{month}:{part.id}")
    return blocks.section(f"{_title(part)}\n{_figures(row)}", accessory=button)


def _title(part: StatementPart) -> str:
    name = f"*{escape(cut(part.name, NAME_SHOWN))}*"
    tag = f" {code(cut(part.tags[0], TAG_LONGEST))}" if part.kind in {"customer", "theirs"} else ""
    return f"{name}{tag}{f' · correction of {name_of(part.of_month)}' if part.of_month else ''}"


def _figures(row: PrintedPart) -> str:
    if row.charge is None:
        return dollars(row.cost)
    markup = share(row.part) if row.part.markup else "no markup"
    return f"{dollars(row.cost)} · {markup} · to bill *{dollars(row.charge)}*"


def _line(line: StatementLine, cost: Decimal, charge: Decimal | None) -> Block:
    what = escape(cut(line.purpose, PURPOSE_SHOWN)) or ("(no comment)" if line.key else "not split by key")
    who = " · ".join(
        escape(cut(text, NAME_SHOWN)) for text in (line.project, line.owner, line_item_named(line.item)) if text
    )
    key = f"{code(line.key)} " if line.key else ""
    return blocks.context(f"{key}{what} · {_amounts(cost, charge)}" + (f"\n{who}" if who else ""))


def _amounts(cost: Decimal, charge: Decimal | None) -> str:
    return f"*{dollars(cost)}*" + ("" if charge is None else f", to bill *{dollars(charge)}*")


def _part_sum(row: PrintedPart) -> str:
    return f"{_title(row.part)}: {_figures(row)}"


def _whole(printed: Printed, beside: Sequence[PrintedPart], *, may_close: bool) -> list[Block]:
    """Draw the sum of the rows above it, then what is in no sum of the month, then what is billed in all."""
    statement = printed.statement
    return [
        blocks.divider(),
        blocks.section(_sum(printed)),
        *(_row(each, statement.month) for each in beside),
        blocks.section("\n".join(_in_all(printed))),
        blocks.actions(*_files(statement.month, ""), *([_close_button(statement)] if may_close else [])),
    ]


def _sum(printed: Printed) -> str:
    known = "the provider's own total" if printed.is_whole else "the provider has told no total yet"
    if printed.statement.untold:
        known = "as far as the provider tells prices"
    billed = f"to bill *{dollars(printed.told(printed.charge))}*"
    return f"*Sum: {dollars(printed.told(printed.cost))}* · {known}, before any markup · {billed}"


def _in_all(printed: Printed) -> list[str]:
    lines = []
    if printed.adjustments:
        cost, charge = printed.corrected
        lines.append(f"Corrections of closed months: {dollars(cost)} · to bill *{dollars(charge)}*")
    lines.append(f"*To bill: {dollars(printed.told(printed.due))}*{' in all' if printed.adjustments else ''}")
    if printed.theirs:
        lines.append(f"{THEIRS}: {dollars(sum((part.cost for part in printed.theirs), Decimal()))}")
    return lines


def _files(month: str, part_ids: str) -> tuple[Block, Block]:
    value = f"{month}:{part_ids}"
    return blocks.button("Send as CSV", "billing.month.csv", value), blocks.button(
        "Send as PDF", "billing.month.pdf", value
    )


def _close_button(statement: Statement) -> Block:
    """Offer to close a month; its warnings are in the question, and go with the press."""
    text, month = (
        "It never changes again. Corrections that Keydesk reads later appear on the next month.",
        statement.month,
    )
    if statement.warnings:
        text = f"{statement.warned(WARNINGS_ASKED)} Close it so? {text}"
    sure = blocks.confirm(f"Close {name_of(month)}?", text, "Close it", "Back")
    value = f"{month}:{statement.warnings_id}" if statement.warnings else month
    return blocks.button("Close the month…", "billing.close", value, style="primary", confirm=sure)

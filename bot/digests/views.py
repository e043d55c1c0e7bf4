"""What people see of a digest: the message, its details, and what is said when its place is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.digests.service import Digest, Failures, Row
from bot.money import dollars, to_cents
from bot.slack import blocks
from bot.slack.words import NOTHING, channel, count, cut, escape, listed
from bot.store.digests import Subscription

Block = dict[str, Any]

DAYS_LISTED = 7
NAME_LONGEST = 60
UNREAD_SHOWN = 5
DETAIL_ROWS = 40
LINES_TOGETHER = 20
BARS = "▁▂▃▄▅▆▇█"
USUAL = "mean of the 7 days before"
OWNERLESS: Mapping[str, str] = {"customer": "Untagged", "project": "Without a project", "key": "Without a key"}
TWICE = "Slack did not confirm the first try, so this digest may appear twice."


def message(
    subscription: Subscription, ref: str, digest: Digest, *, again: bool = False, change: Decimal | None = None
) -> list[Block]:
    """Draw one screen; ``ref`` goes into the buttons.

    ``again`` marks a repeat after an unclear post; ``change`` a message that was brought up to date.
    """
    wanted = frozenset(subscription.sections)
    if digest.empty:
        return [
            blocks.section(f"*Digest* · nothing was spent on {days_text(digest.days)}."),
            blocks.context(*_footer(digest, again=again, change=change)),
        ]
    return [
        blocks.header(f"Digest · {days_text(digest.days)}"),
        blocks.section(_total(digest)),
        *([_month(digest)] if "month" in wanted else []),
        *([_rows(digest, subscription.by)] if "rows" in wanted else []),
        *(_chart(digest) if "chart" in wanted else []),
        *([blocks.section(_events(digest))] if "events" in wanted else []),
        *_corrections(digest),
        blocks.context(*_footer(digest, again=again, change=change)),
        _buttons(subscription, ref),
    ]


def preview(subscription: Subscription, digest: Digest) -> list[Block]:
    """Draw the same as a message, without the buttons of one that was posted."""
    drawn = [block for block in message(subscription, "preview", digest) if block["type"] != "actions"]
    return [*drawn, blocks.context("A preview of the last provider day, which only you can see.")]


def details(digest: Digest) -> list[Block]:
    """Draw what goes into the thread: each way to split the days told, and the last days one by one."""
    course = "\n".join(f"`{dollars(amount):>12}`  {_day(day)}" for day, amount in digest.course)
    ways = [block for title, sums in digest.details.items() if sums for block in _split(title, sums)]
    return [*ways, blocks.section(f"*By provider day (UTC)*\n{course}")]


def details_window(digest: Digest) -> Block:
    """Draw the same in a window."""
    shown = [blocks.header(days_text(digest.days)), *details(digest)]
    return blocks.modal("digests.details", "Digest", shown, close="Close")


def place_lost(subscription: Subscription, why: str) -> list[Block]:
    """Tell the owner that a digest is paused because of where it goes; ``why`` is mrkdwn."""
    place = channel(subscription.channel) if subscription.channel else "your direct messages"
    return [
        blocks.section(f"*Your digest in {place} is paused.* It could not be posted there. {why}"),
        blocks.context("Mend that or choose another place, then `/digests resume`: one digest tells the days between."),
        blocks.actions(
            blocks.button("Change…", "digests.change", subscription.id),
            blocks.button("Resume", "digests.resume", subscription.id),
        ),
    ]


def days_text(days: Sequence[date]) -> str:
    """Name the provider days: one, or the first and the last."""
    return _day(days[0]) if len(days) == 1 else f"{_day(days[0])} to {_day(days[-1])}"


def export_rows(digest: Digest) -> list[tuple[object, ...]]:
    """Return the rows of the CSV file: split, name, dollars exactly as the provider told them."""
    told = [("day", day.isoformat(), dollars) for day, dollars in digest.told.items()]
    return [
        *told,
        *((title, name, dollars) for title, sums in digest.details.items() for name, dollars in sums.items()),
    ]


def _total(digest: Digest) -> str:
    shown = f"*{dollars(digest.total)}* on {_days_long(digest.days)}"
    usual = _compared(digest.total, digest.usual)
    week = f"a week earlier {dollars(digest.last_week)}"
    each = ""
    if 1 < len(digest.days) <= DAYS_LISTED:
        each = "\n" + " · ".join(f"{_day(day)} {dollars(amount)}" for day, amount in digest.per_day)
    return f"{shown}\n{usual} · {week}{each}"


def _days_long(days: Sequence[date]) -> str:
    return _day(days[0]) if len(days) == 1 else f"{count(len(days), 'day')}, {days_text(days)}"


def _compared(now: Decimal | None, usual: Decimal | None) -> str:
    if now is None or usual is None:
        return "the usual is not known"
    change = now - usual
    if not change:
        return f"as usual ({USUAL})"
    share = f" ({abs(change) / usual:.0%})" if usual else ""
    return f"{dollars(abs(change))}{share} {'more' if change > 0 else 'less'} than usual ({USUAL})"


def _month(digest: Digest) -> Block:
    budget = f" of {dollars(digest.budget)}" if digest.budget is not None else ""
    lasts = f", lasts {count(digest.balance_days, 'day')}" if digest.balance_days is not None else ""
    of = f"Balance of the {count(digest.balance_of, 'project')} that spend" if digest.balance_of else "Balance now"
    return blocks.section(
        fields=[
            f"*Month to date*\n{dollars(digest.month_to_date)}{budget}",
            f"*Forecast for the month*\n{dollars(digest.forecast)}",
            f"*{of}*\n{dollars(digest.balance)}{lasts}",
            f"*Failed requests*\n{_failures(digest.failures)}",
        ]
    )


def _failures(known: Failures | None) -> str:
    """Say “1.2 % (36 of 3,000)”."""
    if known is None:
        return NOTHING
    share = known.failed * 100 / known.requests if known.requests else 0
    return f"{share:.1f} % ({known.failed:,} of {known.requests:,})"


def _rows(digest: Digest, by: str) -> Block:
    rows = [*digest.rows, digest.other, Row(OWNERLESS[by], digest.ownerless.amount, digest.ownerless.change)]
    return blocks.section("*What moved most*\n" + "\n".join(_row(row) for row in rows))


def _row(row: Row) -> str:
    # Figures first: beside a name that is written from right to left they would change places.
    change = f"`{_signed(row.change):>11}`  " if row.change is not None else ""
    return f"`{dollars(row.amount):>12}`  {change}{escape(cut(row.name, NAME_LONGEST))}"


def _chart(digest: Digest) -> list[Block]:
    """Draw the last days: Slack's own chart, and the same in one line of text."""
    known = [(day, amount) for day, amount in digest.course if amount is not None]
    if not any(amount > 0 for _, amount in known):
        return []
    names = [f"{day:%d %b}" for day, _ in known]
    points = [{"label": name, "value": float(round(amount, 2))} for name, (_, amount) in zip(names, known, strict=True)]
    chart = {"type": "bar", "series": [{"name": "Dollars", "data": points}], "axis_config": {"categories": names}}
    most = max(amount for _, amount in known)
    bars = "".join(BARS[max(0, min(7, int(amount / most * 7)))] for _, amount in known)
    return [
        {"type": "data_visualization", "title": "Dollars per provider day (UTC)", "chart": chart},
        blocks.context(f"{bars} {names[0]} to {names[-1]}, at most {dollars(most)} a day"),
    ]


def _events(digest: Digest) -> str:
    happened = digest.events
    return (
        f"*Keys* {happened.made} made · {happened.ended} ended · {happened.ending} end within 7 days\n"
        f"*Requests* {happened.waiting} waiting for a decision · {happened.unopened} approved and not opened"
    )


def _corrections(digest: Digest) -> list[Block]:
    if not digest.corrections:
        return []
    lines = [f"Correction of {_day(each.day)}: {_signed(each.change)}" for each in digest.corrections]
    return [blocks.section("\n".join(lines))]


def _footer(digest: Digest, *, again: bool, change: Decimal | None) -> list[str]:
    noun = "Provider day" if len(digest.days) == 1 else "Provider days"
    final = "final" if digest.final else "not final, may still change"
    sums = f"provider total {dollars(digest.total)}, difference {dollars(digest.difference)}"
    lines = [f"{noun} {days_text(digest.days)} (UTC), {final}; {sums}"]
    if digest.unread:
        named = [escape(cut(name, NAME_LONGEST)) for name in digest.unread[:UNREAD_SHOWN]]
        more = len(digest.unread) - len(named)
        named += [f"{more} more"] if more else []
        lines.append(f"⚠️ Not read from Deepgram: {listed(named)}. All figures are without what is missing.")
    if change is not None:
        lines.append(f"✏️ Updated: {_signed(change)}, {'now final' if digest.final else 'now complete, not final'}.")
    if again:
        lines.append(TWICE)
    return lines


def _buttons(subscription: Subscription, ref: str) -> Block:
    return blocks.actions(
        blocks.button("Details", "digests.details", ref),
        blocks.button("Export CSV", "digests.export", ref),
        blocks.button("Change…", "digests.change", subscription.id),
        blocks.button("Mute 7 days", "digests.mute", subscription.id),
    )


def _split(title: str, sums: Mapping[str, Decimal]) -> list[Block]:
    """List the largest amounts, and together what does not fit."""
    ordered = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    shown, rest = ordered[:DETAIL_ROWS], ordered[DETAIL_ROWS:]
    if rest:
        shown.append((f"{len(rest)} more", sum((amount for _, amount in rest), Decimal())))
    cents = to_cents([amount for _, amount in shown])
    rows = [_row(Row(name, amount, None)) for (name, _), amount in zip(shown, cents, strict=True)]
    lines = [f"*{title}* · {dollars(sum(cents, Decimal()))}", *rows]
    return [
        blocks.section("\n".join(lines[start : start + LINES_TOGETHER]))
        for start in range(0, len(lines), LINES_TOGETHER)
    ]


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _signed(amount: Decimal) -> str:
    return f"+{dollars(amount)}" if amount >= 0 else dollars(amount)

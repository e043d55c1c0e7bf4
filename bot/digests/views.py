"""What people see of a digest: the message, its details, and what is said when its place is lost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.digests.service import OWNERLESS, BalanceLine, Digest, DigestRow, Failures
from bot.money import dollars, to_cent, to_cents
from bot.prices import sentences
from bot.slack import blocks
from bot.slack.words import NOTHING, channel, count, cut, escape, listed
from bot.spending.usual import WEEKS_LOOKED_AT, share_of
from bot.store.digests import Subscription

Block = dict[str, Any]

DAYS_LISTED = 7
NAME_LONGEST = 60
BALANCES_SHOWN = 3
UNREAD_SHOWN = 5
KNOWN_WEEKS = {3: "three", WEEKS_LOOKED_AT: "four"}
DETAIL_ROWS = 40
LINES_TOGETHER = 20
UP_TO_DATE = "✏️ With the figures that the digest was updated to."
TWICE = "Slack did not confirm the first try, so this digest may appear twice."


def message(
    subscription: Subscription, ref: str, digest: Digest, *, again: bool = False, change: Decimal | None = None
) -> list[Block]:
    """Draw one screen; ``ref`` goes into the buttons.

    ``again`` marks a repeat after an unclear post; ``change`` a message that was brought up to date.
    """
    wanted = frozenset(subscription.sections)
    footer = blocks.context(*_footer(subscription, digest, again=again, change=change))
    if digest.empty:
        nothing = f"nothing was spent on {days_text(digest.days)}{escape(digest.scope.behind_spent)}."
        return [blocks.section(f"*Digest* · {nothing}"), footer]
    return [
        blocks.header(f"Digest · {days_text(digest.days)}"),
        blocks.context(escape(str(digest.scope))),
        blocks.section(_total(digest)),
        *([_month(digest)] if "month" in wanted else []),
        *([_rows(digest, subscription.by)] if "rows" in wanted and digest.total is not None else []),
        *(_chart(digest) if "chart" in wanted else []),
        *([blocks.section(_events(digest))] if "events" in wanted else []),
        *_corrections(digest),
        footer,
        _buttons(subscription, ref),
    ]


def preview(subscription: Subscription, digest: Digest) -> list[Block]:
    """Draw the same as a message, without the buttons of one that was posted."""
    drawn = [block for block in message(subscription, "preview", digest) if block["type"] != "actions"]
    return [*drawn, blocks.context("A preview of the last provider day, which only you can see.")]


def details(digest: Digest, *, updated: bool = False) -> list[Block]:
    """Draw what goes into the thread: each way to split the days told, and the last days one by one.

    ``updated`` marks a thread whose message was brought up to date.
    """
    about = [f"{days_text(digest.days)} · {escape(str(digest.scope))}", *([UP_TO_DATE] if updated else [])]
    course = "\n".join(f"`{dollars(amount):>12}`  {_day(day)}" for day, amount in digest.course)
    ways = [block for title, sums in digest.details.items() if sums for block in _split(title, sums)]
    return [blocks.context(*about), *ways, blocks.section(f"*By provider day (UTC)*\n{course}")]


def details_window(digest: Digest) -> Block:
    """Draw the same in a window."""
    return blocks.modal("digests.details", "Digest", details(digest), close="Close")


def place_lost(subscription: Subscription, why: str) -> str:
    """Tell the owner (mrkdwn) that a digest is paused because of where it goes."""
    return (
        f"*Your digest in {place_of(subscription)} is paused.* It could not be posted there. {escape(why)} Mend that, "
        "or choose another place with `/digests change`; after `/digests resume` one digest tells the days between."
    )


def not_posted(subscription: Subscription, why: str) -> str:
    """Tell the owner (mrkdwn) that one digest did not come."""
    return (
        f"*A digest in {place_of(subscription)} could not be posted.* {escape(why)} The next one tells its days too. "
        "Nothing else changed."
    )


def changed_by(user_id: str, subscription: Subscription, text: str) -> str:
    """Tell the owner (mrkdwn) what somebody else did to their digest; ``text`` is what that person was told."""
    return f"<@{user_id}> changed your digest in {place_of(subscription)}. {escape(text)}"


def place_of(subscription: Subscription) -> str:
    """Say where a digest goes (mrkdwn)."""
    return channel(subscription.channel) if subscription.channel else "your direct messages"


def days_text(days: Sequence[date]) -> str:
    """Name the provider days: one, or the first and the last."""
    return _day(days[0]) if len(days) == 1 else f"{_day(days[0])} to {_day(days[-1])}"


def export_rows(digest: Digest) -> list[tuple[object, ...]]:
    """Return the rows of the CSV file: split, name, dollars exactly as the provider told them."""
    told = [("day", day.isoformat(), dollars) for day, dollars in digest.told.items()]
    return [
        *told,
        *((title, name, dollars) for title, sums in digest.details.items() for name, dollars in sums),
    ]


def _total(digest: Digest) -> str:
    not_told = digest.total is None and not digest.unread
    amount = "The provider tells no dollars" if not_told else dollars(digest.total)
    shown = f"*{amount}* on {_days_long(digest.days)}"
    usual = _compared(digest.total, digest.usual, _usual_words(digest))
    week = f"a week earlier {dollars(digest.last_week)}"
    each = ""
    if 1 < len(digest.days) <= DAYS_LISTED:
        each = "\n" + " · ".join(f"{_day(day)} {dollars(amount)}" for day, amount in digest.per_day)
    return f"{shown}\n{usual} · {week}{each}"


def _days_long(days: Sequence[date]) -> str:
    return _day(days[0]) if len(days) == 1 else f"{count(len(days), 'day')}, {days_text(days)}"


def _usual_words(digest: Digest) -> str:
    """Say with what the days are compared: the last four weeks, or so many of them as are known."""
    names = list(dict.fromkeys(f"{day:%a}" for day in digest.days))
    known = [KNOWN_WEEKS[number] for number in sorted(digest.weeks) if number in KNOWN_WEEKS]
    some = f"{listed(known, 'or')} of " if digest.weeks - {WEEKS_LOOKED_AT} else ""
    if len(digest.days) == 1:
        return f"median of {some}the last four {names[0]}"
    return f"medians of {some}the last four of {listed(names)}"


def _compared(now: Decimal | None, usual: Decimal | None, words: str) -> str:
    if usual is None:
        return "the usual is not known"
    if now is None:
        return f"usual: {dollars(usual)} ({words})"
    change = now - usual
    if not change:
        return f"as usual ({words})"
    share = share_of(change, usual).lstrip("+-")
    more = "more" if change > 0 else "less"
    return f"{dollars(abs(change))}{f' ({share})' if share else ''} {more} than usual ({words})"


def _month(digest: Digest) -> Block:
    budget = f" of {dollars(digest.budget)}" if digest.budget is not None else ""
    by = f" by {_day(digest.known_to)}" if digest.known_to < digest.days[-1] else ""
    return blocks.section(
        fields=[
            f"*{digest.days[-1]:%B} to date{by}*\n{dollars(digest.month_to_date)}{budget}",
            f"*Forecast for {digest.days[-1]:%B}*\n{dollars(digest.forecast)}",
            f"*Balance*\n{_balances(digest.snapshot.balances)}",
            f"*Failed API calls*\n{_failures(digest.failures)}",
        ]
    )


def _balances(known: Sequence[BalanceLine]) -> str:
    """Say what is left in each project: those first where nothing is, then by for how few days it lasts."""
    ordered = sorted(known, key=lambda each: (each.amount > 0, each.days is None, each.days, each.amount, each.project))
    shown, rest = ordered[:BALANCES_SHOWN], ordered[BALANCES_SHOWN:]
    return "\n".join([*map(_balance, shown), *([_more(shown, rest)] if rest else [])]) or NOTHING


def _more(shown: Sequence[BalanceLine], rest: Sequence[BalanceLine]) -> str:
    """Say how many more there are, and that they last longer only where all of them do, as far as anybody knows."""
    lasting = [(0 if each.amount <= 0 else each.days) for each in (*shown, *rest)]
    days = [each for each in lasting if each is not None]
    longer = len(days) == len(lasting) and max(days[: len(shown)]) < min(days[len(shown) :])
    return f"{len(rest)} more{(' lasts longer' if len(rest) == 1 else ' last longer') if longer else ''}"


def _balance(left: BalanceLine) -> str:
    lasts = f", lasts {count(left.days, 'day')}" if left.days is not None else ""
    return f"{escape(cut(left.project, NAME_LONGEST))} {dollars(left.amount)}{lasts}"


def _failures(known: Failures | None) -> str:
    """Say “1.2 % (36 of 3,000)”."""
    if known is None:
        return NOTHING
    calls = known.failed + known.answered
    share = known.failed * 100 / calls if calls else 0
    return f"{share:.1f} % ({known.failed:,} of {calls:,})"


def _rows(digest: Digest, by: str) -> Block:
    ownerless = replace(digest.table.ownerless, name=OWNERLESS[by])
    always = by == "customer"  # that nothing is untagged is worth saying
    last = [*([ownerless] if always or ownerless.amount or ownerless.change else []), digest.table.other]
    unsplit = digest.table.unsplit
    rows = [*digest.table.rows, *last, *([unsplit] if unsplit.amount or unsplit.change else [])]
    return blocks.section("*What moved most*\n" + "\n".join(_row(row) for row in rows))


def _row(row: DigestRow) -> str:
    # Figures first: beside a name that is written from right to left they would change places.
    change = f"`{_signed(row.change):>11}`  " if row.change is not None else ""
    return f"`{dollars(row.amount):>12}`  {change}{escape(cut(row.name, NAME_LONGEST))}"


def _chart(digest: Digest) -> list[Block]:
    """Draw the last days: Slack's own chart, and in text how far they reach; the thread tells each of them."""
    known = [(day, amount) for day, amount in digest.course if amount is not None]
    if not any(amount > 0 for _, amount in known):
        return []
    names = [f"{day:%d %b}" for day, _ in known]
    points = [{"label": name, "value": float(to_cent(amount))} for name, (_, amount) in zip(names, known, strict=True)]
    chart = {"type": "bar", "series": [{"name": "Dollars", "data": points}], "axis_config": {"categories": names}}
    amounts, unknown = [amount for _, amount in known], len(digest.course) - len(known)
    without = f" · without {count(unknown, 'day')} that nobody knows yet" if unknown else ""
    return [
        {"type": "data_visualization", "title": "Dollars per provider day (UTC)", "chart": chart},
        blocks.context(f"{names[0]} to {names[-1]}: {dollars(min(amounts))} to {dollars(max(amounts))} a day{without}"),
    ]


def _events(digest: Digest) -> str:
    happened = digest.snapshot.events
    return (
        f"*Keys* {happened.made} made · {happened.ended} ended · {happened.ending} end within 7 days\n"
        f"*Requests to Keydesk* {happened.waiting} waiting for a decision · {happened.unopened} approved and not opened"
    )


def _corrections(digest: Digest) -> list[Block]:
    lines = [f"Correction of {_day(each.day)}: {_signed(each.change)}" for each in digest.snapshot.corrections]
    return [blocks.section("\n".join(lines))] if lines else []


def _footer(subscription: Subscription, digest: Digest, *, again: bool, change: Decimal | None) -> list[str]:
    noun = "Provider day" if len(digest.days) == 1 else "Provider days"
    final = "final" if digest.final else "not final, may still change"
    lines = [f"{noun} {days_text(digest.days)} (UTC), {final}; {_whole(subscription, digest)}"]
    if digest.unread:
        named = [escape(cut(name, NAME_LONGEST)) for name in digest.unread[:UNREAD_SHOWN]]
        more = len(digest.unread) - len(named)
        named += [f"{more} more"] if more else []
        lines.append(f"⚠️ Not read from the provider: {listed(named)}. All figures are without what is missing.")
    lines += [f"⚠️ {escape(cut(each, 200))}" for each in sentences(digest.unpriced)]
    if change is not None:
        lines.append(f"✏️ Updated: {_signed(change)}, {'now final' if digest.final else 'now complete, not final'}.")
    if again:
        lines.append(TWICE)
    return lines


def _whole(subscription: Subscription, digest: Digest) -> str:
    """Say what the rows add up to: of customers the provider tells no total."""
    if subscription.customers:
        return f"{dollars(digest.total)} is the sum of the rows of these customers"
    difference = f", difference {dollars(digest.table.unsplit.amount)}" if digest.total is not None else ""
    return f"provider total {dollars(digest.total)}{difference}"


def _buttons(subscription: Subscription, ref: str) -> Block:
    return blocks.actions(
        blocks.button("Details", "digests.details", ref),
        blocks.button("Export CSV", "digests.export", ref),
        blocks.button("Change…", "digests.change", subscription.id),
        blocks.button("Mute 7 days", "digests.mute", subscription.id),
    )


def _split(title: str, sums: Sequence[tuple[str, Decimal]]) -> list[Block]:
    """List the largest amounts, and together what does not fit."""
    ordered = sorted(sums, key=lambda pair: (-pair[1], pair[0]))
    shown, rest = ordered[:DETAIL_ROWS], ordered[DETAIL_ROWS:]
    if rest:
        shown.append((f"{len(rest)} more", sum((amount for _, amount in rest), Decimal())))
    cents = to_cents([amount for _, amount in shown])
    rows = [_row(DigestRow(name, amount, None)) for (name, _), amount in zip(shown, cents, strict=True)]
    lines = [f"*{title}* · {dollars(sum(cents, Decimal()))}", *rows]
    return [
        blocks.section("\n".join(lines[start : start + LINES_TOGETHER]))
        for start in range(0, len(lines), LINES_TOGETHER)
    ]


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _signed(amount: Decimal) -> str:
    return f"+{dollars(amount)}" if amount >= 0 else dollars(amount)

"""Budgets and alerts, drawn, and their forms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from bot import money
from bot.budgets.operations import MOST_DOLLARS, RaiseBudget, SetBudget
from bot.budgets.reading import Open
from bot.budgets.service import BudgetRow, Choice
from bot.budgets.ways import READ_ON, Ways
from bot.desk.words import storable
from bot.errors import FormError
from bot.prices import without
from bot.slack import blocks
from bot.slack.pages import Page, page_of
from bot.slack.state import chosen, conversation, element, written
from bot.slack.words import channel, count, cut, escape, user, when
from bot.store.budgets import Alert, Budget

Block = dict[str, Any]

BAR = 10
WHY_LONGEST = 300
NO_CAP = "Keydesk warns and stops nothing: the provider has no hard cap."
LEVELS: Mapping[str, str] = {
    "50": "half of the budget is spent",
    "80": "80 % of the budget is spent",
    "100": "the budget is spent",
    "forecast": "heading over the budget",
    "more": "suddenly more than usual",
    "less": "suddenly less than usual",
    "low": "the balance is low",
    "very low": "the balance is nearly used up",
    "failed": "figures could not be read",
}


def listed(rows: Sequence[BudgetRow], number: int, words: str, *, may_set: bool) -> list[Block]:
    """Draw a page of budgets."""
    page = page_of(rows, number)
    empty = f"No budget matches “{escape(words)}”." if words else f"No budget is set. {NO_CAP}"
    new = [blocks.button("Set a budget…", "budgets.set", "new", style="primary")] if may_set else []
    return [
        blocks.header(f"Budgets of {rows[0].spent.last:%B %Y}" if rows else "Budgets"),
        *([_row(row, may_set=may_set) for row in page.items] or [blocks.section(empty)]),
        blocks.context(f"{count(page.total, 'budget')} · months and days are UTC · {NO_CAP}"),
        *blocks.paging("budgets.list", page.number, page.pages, words),
        blocks.actions(*new, blocks.button("Alerts", "budgets.alerts", "1:")),
    ]


def _row(row: BudgetRow, *, may_set: bool) -> Block:
    budget, spent = row.budget, row.spent
    percent = spent.percent(budget.dollars)
    text = (
        f"*{escape(row.name)}*\n{_reached(percent)} · {spent.of(budget.dollars)}\n"
        f"{_not_whole(spent.open)}{_warned(without(spent.untold))}"
        f"Alerts go to {channel(budget.channel) if budget.channel else user(budget.set_by)}"
    )
    ways = (
        (row.ways.can_raise, "Raise…", "raise"),
        (row.ways.can_end_keys, "Revoke keys…", "keys"),
        (may_set, "End budget", "end"),
    )
    options = [blocks.option(label, f"{way}:{budget.id}") for is_open, label, way in ways if is_open]
    return blocks.section(text, accessory=blocks.overflow(f"budgets.row#{budget.id}", options) if options else None)


def _warned(text: str) -> str:
    return f"⚠️ {text}\n" if text else ""


def _reached(percent: int | None) -> str:
    """Draw how much of a budget is spent; of dollars that are not told nobody can say that it is nothing."""
    return "How much is spent is not told" if percent is None else f"{bar(percent)} {percent} %"


def _not_whole(open_: Open) -> str:
    """Say which days the figures lack, or hold a part of only."""
    return f"⚠️ Not read whole yet: {open_.named}.\n" if open_.days else ""


def bar(percent: int) -> str:
    """Draw a part of a whole as ten squares; the number beside it says the same."""
    full = min(BAR, max(0, percent * BAR // 100))
    return "▓" * full + "░" * (BAR - full)


def alert(told: Alert, about: str, budget_id: str, ways: Ways) -> list[Block]:
    """Draw an alert as it is posted, with what can be done about its budget."""
    buttons = [
        blocks.button("I take care of it", "budgets.acknowledge", told.id, style="primary"),
        blocks.button("Quiet for 7 days", "budgets.snooze", told.id),
    ]
    if budget_id and ways.can_raise:
        buttons.append(blocks.button("Raise…", "budgets.raise", budget_id))
    if budget_id and told.level == "100" and ways.can_end_keys:
        buttons.append(blocks.button("Revoke keys…", "budgets.end_keys", budget_id, style="danger"))
    return [
        blocks.header(f"⚠️ {about}: {LEVELS[told.level]}"),
        blocks.section(sentence(told)),
        *([blocks.context(NO_CAP)] if budget_id else []),
        blocks.actions(*buttons),
    ]


def acknowledged(told: Alert, about: str) -> list[Block]:
    """Draw an alert that somebody has taken on."""
    by, at = told.acknowledged_by or "", told.acknowledged_at or told.raised_at
    return [
        blocks.header(f"👀 {about}: {LEVELS[told.level]}"),
        blocks.section(sentence(told)),
        blocks.context(f"{user(by)} takes care of it · {when(at)}"),
    ]


def sentence(told: Alert) -> str:
    """Say what an alert is about, with its figures as they were."""
    known = {name: _figure(name, value) for name, value in told.facts.items()}
    kind = told.level
    if told.subject.startswith("budget:"):
        known["month"] = f"{date.fromisoformat(told.period[:7] + '-01'):%B %Y}"
        kind = "over" if READ_ON in known else kind
    return " ".join([SENTENCES[kind].format(**known), *([known["without"]] if "without" in known else [])])


SENTENCES: Mapping[str, str] = {
    **dict.fromkeys(
        ("50", "80", "100"),
        "{spent} of {budget} are spent in {month}, {reach} (UTC). If it goes on like the last 7 days: {forecast}.",
    ),
    "over": "{spent} of {budget} were spent in {month} (UTC), as read on {read_on}.",
    "forecast": "{spent} of {budget} are spent {reach} (UTC). Like the last 7 days, {month} ends at {forecast}.",
    **dict.fromkeys(("more", "less"), "{amount} on {by} (UTC); usual for this weekday is {usual}."),
    **dict.fromkeys(
        ("low", "very low"), "The balance is {balance}. At {per_day} a day it lasts for {days} more at most."
    ),
    "failed": "The figures of {projects} were not read for 12 hours ({names}): {problem} "
    "Budgets and digests may be too low until they are.",
}


def _figure(name: str, value: object) -> str:
    if name in ("spent", "budget", "forecast", "amount", "usual", "balance", "per_day"):
        return money.dollars(Decimal(str(value)))
    if name in ("days", "projects"):
        return count(int(str(value)), name.removesuffix("s"))
    if name in ("by", "read_on"):
        day = date.fromisoformat(str(value))
        return f"{day.day} {day:%b}"
    return escape(str(value))


def alerts(page: Page[tuple[Alert, str]]) -> list[Block]:
    """Draw a page of alerts, each with what it is about."""
    lines = [
        f"{when(each.raised_at)} · *{escape(about)}*: {LEVELS[each.level]}"
        + (f" · {user(each.acknowledged_by)} takes care of it" if each.acknowledged_by else "")
        for each, about in page.items
    ]
    together = [blocks.section("\n".join(lines[start : start + 5])) for start in range(0, len(lines), 5)]
    return [
        blocks.header("Alerts"),
        *(together or [blocks.section("No alert was ever raised.")]),
        blocks.context(count(page.total, "alert")),
        *blocks.paging("budgets.alerts", page.number, page.pages),
        blocks.actions(blocks.button("Budgets", "budgets.list", "1:")),
    ]


# --- forms ---


def set_form(typed: Mapping[str, str] | None = None, problem: str = "") -> Block:
    """Draw the form of a new budget; ``typed`` and ``problem`` bring back what was typed, with what is wrong."""
    given = typed or {}
    what = blocks.option(given["name"], given["what"]) if given.get("what") else None
    return blocks.modal(
        "budgets.set",
        "Set a budget",
        [
            *blocks.problem(problem),
            blocks.input_(
                "Project, customer or key",
                "what",
                blocks.external_select("budgets.what", initial=what, placeholder="Type a part of its name"),
            ),
            _dollars("Dollars a month", given.get("dollars", "")),
            blocks.input_(
                "Alerts go to",
                "channel",
                blocks.conversations_select("channel", initial=given.get("channel", "")),
                optional=True,
                hint="Keydesk must be in it, and it must not be shared outside. Empty: alerts come to you.",
            ),
            blocks.context(f"Alerts come at 50, 80 and 100 %, and when the month heads over it. {NO_CAP}"),
        ],
        submit="Set budget",
        close="Cancel",
    )


def read_set_form(state: Mapping[str, Any]) -> SetBudget:
    """Read the form; the project of a key is looked up after it.

    Raises:
        FormError: a field is wrong.
    """
    value = chosen(state, "what")
    scope, _, ref = value.partition(":")
    if scope not in ("project", "customer", "key") or not ref:
        raise FormError("what", "Choose a project, a customer or a key.")
    return SetBudget(
        project_id=ref if scope == "project" else "",
        scope=scope,
        ref=ref,
        dollars=read_dollars(state),
        channel=conversation(state, "channel"),
    )


def raise_form(budget: Budget, name: str, problem: str = "") -> Block:
    """Draw the form that asks for more dollars."""
    return blocks.modal(
        "budgets.raise",
        "Raise a budget",
        [
            *blocks.problem(problem),
            blocks.section(f"*{escape(name)}*\n{money.dollars(budget.dollars)} a month now."),
            _dollars("New dollars a month", ""),
            blocks.input_("Why", "why", blocks.text_input("why", multiline=True, max_length=WHY_LONGEST)),
            blocks.context("An owner other than you decides."),
        ],
        submit="Ask",
        close="Cancel",
        private_metadata=budget.id,
    )


def read_raise_form(budget_id: str, project_id: str, state: Mapping[str, Any]) -> RaiseBudget:
    """Read the form.

    Raises:
        FormError: a field is wrong.
    """
    why = storable(written(state, "why"))
    if not why:
        raise FormError("why", "Please say why: an owner decides by it.")
    return RaiseBudget(
        project_id=project_id, budget_id=budget_id, dollars=read_dollars(state), why=cut(why, WHY_LONGEST)
    )


def read_dollars(state: Mapping[str, Any]) -> Decimal:
    """Read an amount; raise FormError for anything but dollars with at most two decimals."""
    text = written(state, "dollars").strip().removeprefix("$").replace(",", "")
    try:
        amount = Decimal(text) if text.isascii() else Decimal("NaN")
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or not 0 < amount <= MOST_DOLLARS or amount != money.to_cent(amount):
        raise FormError("dollars", f"Dollars with at most two decimals, such as 250 or 99.50, up to {MOST_DOLLARS:,}.")
    return money.to_cent(amount)


def _dollars(label: str, initial: str) -> Block:
    most = str(MOST_DOLLARS)
    element = blocks.number_input("dollars", decimal=True, initial=initial, least="0.01", most=most)
    return blocks.input_(label, "dollars", element)


def offered(choices: Sequence[tuple[str, Sequence[Choice]]]) -> list[Block]:
    """Draw what may get a budget, for the searching menu; empty kinds are left out."""
    return [
        blocks.option_group(title, [blocks.option(each.name or each.value, each.value) for each in found])
        for title, found in choices
        if found
    ]


def ask_to_end_keys(budget: Budget, about: str) -> list[Block]:
    """Draw the question that stands before the list of who breaks."""
    press = blocks.button("Revoke keys…", "budgets.end_keys", budget.id, style="danger")
    return [
        blocks.section(f"Revoke the live keys of *{escape(about)}*? You see first who uses them, and type to confirm."),
        blocks.actions(press),
    ]


def typed(state: Mapping[str, Any]) -> dict[str, str]:
    """Return what was typed into the form of a new budget, to bring it back."""
    option = element(state, "what").get("selected_option") or {}
    return {
        "what": str(option.get("value") or ""),
        "name": str((option.get("text") or {}).get("text") or ""),
        "dollars": written(state, "dollars"),
        "channel": conversation(state, "channel") or "",
    }


def until(moment: datetime) -> str:
    """Say how long a subject stays quiet."""
    return f"Quiet until {when(moment)}. Digests go on telling the figures."

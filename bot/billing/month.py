"""The month by customer, read from the daily facts, the keys and the catalogue."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import takewhile
from typing import Any

from sqlmodel import Session

from bot.billing.statement import (
    UNTOLD_NAMED,
    CustomerSpent,
    Statement,
    StatementCatalogue,
    StatementLine,
    StatementPart,
    adjustments,
    compose,
)
from bot.prices import sentences, unpriced
from bot.slack.words import count, utc
from bot.spending import payers
from bot.spending.months import days_of
from bot.spending.payers import Attribution, Rule
from bot.store import collected, customers, facts, keys, people, projects, recollection, statements, tag_sets
from bot.store.collected import end_of
from bot.store.facts import SpendRow, Which
from bot.store.keys import Key
from bot.store.people import Person
from bot.store.statements import ClosedMonth
from bot.vendors import COLLECTED_DOLLARS, vendors_in

PROBLEMS_SHOWN = 3
CORRECTED = 3  # closed months are compared with what is known of them now; older ones stay as they are


def read(session: Session, team_id: str, month: str, now: datetime) -> Statement:
    """Return a month: as it was closed, else as the facts tell it now, with what keeps it a draft."""
    closed = statements.get(session, team_id, month)
    if closed is not None:
        return _of_row(session, closed)
    draft = present(session, team_id, month)
    extra = {"adjustments": _adjustments(session, team_id, month), "missing": _missing(session, team_id, month, now)}
    return draft.model_copy(update=extra)


def present(session: Session, team_id: str, month: str, rule: Rule = payers.NOW) -> Statement:
    """Return what the facts tell of a month now, whether it was closed or not; ``rule`` judges its payers."""
    first, last = days_of(month)
    which = Which(first, last)
    attributed = payers.attribution(session, team_id, rule)
    totals = facts.totals_by(session, which, "project")
    ours = [each for each in totals if each.project_id not in attributed.accounts]
    hidden = _named(session, (each.project_id or "" for each in ours if each.untold.hidden))
    total = sum((each.total for each in ours), Decimal()) if ours and not hidden else None
    untold = sentences(unpriced(session, Which(first, last, _ours(session, team_id))), most=UNTOLD_NAMED)
    rows = facts.spend_by(session, which, "project", "key", "line_item", "tags")
    drawn = compose(month, _spent(session, team_id, rows, attributed), total, _catalogue(session, team_id))
    return drawn.model_copy(update={"untold": tuple(untold), "judged": rule})


def _catalogue(session: Session, team_id: str) -> StatementCatalogue:
    known = customers.everyone(session, team_id)
    return StatementCatalogue(
        names={customer.tag: customer.name for customer in known},
        markups={customer.tag: customer.markup for customer in known if customer.markup is not None},
        markup=customers.default_markup(session, team_id),
    )


def _spent(session: Session, team_id: str, rows: list[SpendRow], attributed: Attribution) -> Iterator[CustomerSpent]:
    known = keys.by_provider_ids(session, {row.key_id for row in rows if row.key_id})
    names = projects.names_by_id(session)
    owners = people.named(session, team_id, {key.owner for key in known.values() if key.owner})
    for row in rows:
        project_id, key = row.project_id or "", known.get(row.key_id or "")
        line = StatementLine(
            key=keys.short(row.key_id or ""),
            purpose=key.purpose if key is not None else "",
            owner=_owner(key, owners),
            project=names.get(project_id, project_id),
            item=row.line_item or "",
            cost=row.dollars,
        )
        tags = tag_sets.set_of(row.tags or tag_sets.NO_TAGS)
        yield CustomerSpent(attributed.payer(project_id, row.key_id, tags), line)


def _owner(key: Key | None, owners: Mapping[str, Person]) -> str:
    if key is None:
        return ""
    if key.owner is None:
        return key.member_email or ""
    return f"@{owners[key.owner].name if key.owner in owners else key.owner}"


# --- what is not final ---


def _missing(session: Session, team_id: str, month: str, now: datetime) -> tuple[str, ...]:
    first, last = days_of(month)
    over, ours = last < now.date(), _ours(session, team_id)
    able = vendors_in(session).offering(*COLLECTED_DOLLARS)
    seen = facts.coverage(session, Which(first, last if over else now.date(), ours), able)
    hidden = _named(session, collected.projects_hidden(session, Which(first, last, ours)))
    again = recollection.before_closing(last)
    waiting = recollection.outstanding(session, again, ours, able)
    if over and seen.is_final and not hidden and not waiting:
        return ()
    texts = [] if over else [f"The month is not over: its last day ends {utc(end_of(last))}."]
    if seen.missing_count:
        project_id, day = seen.missing[0]
        where = f"for example {projects.name_of(session, project_id)} on {day:%d %b}"
        texts.append(f"{count(seen.missing_count, 'day')} of projects not read yet, {where}.")
    if seen.read > seen.settled:
        texts.append(f"{count(seen.read - seen.settled, 'day')} of projects may still change.")
    if waiting and over:
        texts.append(f"The provider is asked for {count(len(waiting), 'project')} once more, on {utc(again)} or after.")
    texts += [f"What {name} cost may not be read at the provider." for name in hidden[:PROBLEMS_SHOWN]]
    named = seen.problems[:PROBLEMS_SHOWN]
    return (*texts, *(f"{projects.name_of(session, project_id)}: {problem}" for project_id, problem in named))


def _named(session: Session, project_ids: Iterable[str]) -> list[str]:
    """Name those of these projects that are not gone; of those that are nobody will ever know more."""
    found = [projects.get(session, project_id) for project_id in project_ids]
    return [project.name for project in found if project is not None]


def _ours(session: Session, team_id: str) -> tuple[str, ...] | None:
    theirs = payers.attribution(session, team_id).accounts
    return tuple(sorted(set(projects.names_by_id(session)) - set(theirs))) if theirs else None


# --- months that were closed ---


def sha256_of(statement: dict[str, Any]) -> str:
    """Return the SHA-256 of a statement's JSON with sorted names and no spaces."""
    text = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _of_row(session: Session, row: ClosedMonth) -> Statement:
    person = people.get(session, row.team_id, row.closed_by)
    who = f"@{person.name}" if person is not None and person.name else row.closed_by
    whole = row.sha256 == sha256_of(row.statement)
    words = f"Closed {utc(row.closed_at)} by {who}."
    warning = (
        "" if whole else " ⚠️ What is stored no longer fits its checksum: ask an owner to compare it with the files."
    )
    return Statement.model_validate({**row.statement, "closed": words + warning, "sha256": row.sha256})


def _adjustments(session: Session, team_id: str, month: str) -> tuple[StatementPart, ...]:
    """Return what has changed in the latest closed months for which this is the first month that is still open."""
    rows = statements.before(session, team_id, month)
    frozen = {row.month: _of_row(session, row) for row in rows}
    carried = [part for statement in frozen.values() for part in statement.adjustments]
    return tuple(
        part
        for earlier in takewhile(frozen.__contains__, _months_before(month, CORRECTED))
        for part in adjustments(present(session, team_id, earlier, frozen[earlier].judged), frozen[earlier], carried)
    )


def _months_before(month: str, number: int) -> Iterator[str]:
    for _ in range(number):
        first, _ = days_of(month)
        month = f"{first - timedelta(days=1):%Y-%m}"
        yield month

"""What helps to decide a request for a key well: live keys, what was spent lately, and the last similar decision."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session, col, select

from bot import money
from bot.keys.operations import CreateKey
from bot.prices import unpriced
from bot.providers.port import THE_PROVIDER, Capability
from bot.slack.words import when
from bot.store import collected, decisions, facts, keys
from bot.store.facts import Which
from bot.store.requests import Request
from bot.vendors import offering, vendor_of, vendors_in

DAYS = 30
NOTHING_READ = "– (no figures were read yet)"
NOT_READ = "– (Keydesk could not read it)"
NOT_TOLD = "– (the provider tells no prices for it)"


def evidence(session: Session, operation: CreateKey, requester: str) -> tuple[tuple[str, str], ...]:
    """Return the lines of evidence on the approver's card, as (label, mrkdwn)."""
    everyone, own = keys.live_counts_in(session, operation.project_id, requester)
    by = collected.newest_closed(session)
    return (
        ("Live keys of the requester here", str(own)),
        ("Live keys in the project", str(everyone)),
        (f"Requester's keys, {DAYS} days", _of_person(session, requester, by)),
        (f"Project, {DAYS} days", _of_project(session, operation.project_id, by)),
        ("Last similar request", last_alike(session, operation, requester) or "none"),
    )


def _of_person(session: Session, requester: str, by: date | None) -> str:
    """Say what this person's keys spent in every project, as far as Keydesk knows whose they are.

    Keys whose provider tells no dollars are left out, and it is said whose they are.
    """
    if by is None:
        return NOTHING_READ
    every, able = keys.provider_ids_of(session, requester), vendors_in(session).offering(Capability.MONEY)
    own = tuple(key_id for key_id, provider in every.items() if provider in able)
    others = {vendors_in(session).named(each).name for each in every.values() if each not in able}
    if not own:
        return _not_offered(others) if others else "– (none of their own yet)"

    def spent(start: date, end: date) -> Decimal:
        rows = facts.spend_by(session, Which(start, end, key_ids=own), "key")
        return sum((row.dollars for row in rows), Decimal())

    now = spent(*_last(by))
    used = {key.project_id for key in keys.by_provider_ids(session, own).values()}
    if not now and used and unpriced(session, Which(*_last(by), tuple(sorted(used)))):
        return NOT_TOLD
    without = f" (without keys at {', '.join(sorted(others))})" if others else ""
    return _trend(now, spent(*_before(by))) + without


def _not_offered(names: Iterable[str]) -> str:
    """Say that dollars are not offered, by the one vendor of this name, or by several."""
    name, *more = names
    return f"– ({THE_PROVIDER.name if more else name} does not offer it)"


def _of_project(session: Session, project_id: str, by: date | None) -> str:
    if not offering(session, Capability.MONEY, [project_id]):
        return _not_offered([vendor_of(session, project_id).name])
    if by is None:
        return NOTHING_READ
    now, before = (_total(session, Which(*days, (project_id,))) for days in (_last(by), _before(by)))
    if now is None:
        return NOT_TOLD if unpriced(session, Which(*_last(by), (project_id,))) else NOT_READ
    return _trend(now, before)


def _total(session: Session, which: Which) -> Decimal | None:
    """Return the provider's total of one project, or None where nothing of it was read or is told."""
    return next((each.told for each in facts.totals_by(session, which, "project")), None)


def _last(by: date) -> tuple[date, date]:
    return by - timedelta(days=DAYS - 1), by


def _before(by: date) -> tuple[date, date]:
    return by - timedelta(days=2 * DAYS - 1), by - timedelta(days=DAYS)


def _trend(now: Decimal, before: Decimal | None) -> str:
    """Say “$41.20, ↑ 12 %”: against the thirty days before."""
    if before is None:
        return f"{money.dollars(now)}; the {DAYS} days before are not known"
    if before <= 0:
        return f"{money.dollars(now)}, nothing in the {DAYS} days before" if now else "$0.00"
    change = int((now - before) * 100 / before)
    return f"{money.dollars(now)}, {'↑' if change > 0 else '↓' if change < 0 else '='} {abs(change)} %"


def last_alike(session: Session, operation: CreateKey, requester: str) -> str | None:
    """Return how the requester's last decided request with this project and preset ended."""
    found = session.exec(
        select(Request)
        .where(
            col(Request.requester) == requester,
            col(Request.project_id) == operation.project_id,
            col(Request.kind) == CreateKey.kind,
            col(Request.decided_at).is_not(None),
        )
        .order_by(col(Request.decided_at).desc())
        .limit(20)
    )
    for request in found:
        made = decisions.of_request(session, request.id)
        if made and request.operation.get("preset") == operation.preset:
            return f"{made[-1].verdict} {when(made[-1].decided_at)}"
    return None

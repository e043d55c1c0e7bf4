"""The live keys whose spending counts in a budget."""

from __future__ import annotations

from sqlmodel import Session, col, select

from bot.spending.payers import attribution
from bot.store.budgets import Budget
from bot.store.keys import Key

LIVE = col(Key.state) == "live"


def keys_of(session: Session, budget: Budget) -> list[Key]:
    """Return the live keys whose spending counts in a budget, a customer's also by their tags."""
    live = select(Key).where(LIVE).order_by(col(Key.owner), col(Key.created_at), col(Key.id))
    if budget.scope == "customer":
        known = attribution(session, budget.team_id)
        payers = ((key, known.payer(key.project_id, key.provider_key_id, key.tags)) for key in session.exec(live))
        return [key for key, payer in payers if payer.tag == budget.ref]
    column = Key.project_id if budget.scope == "project" else Key.provider_key_id
    return list(session.exec(live.where(col(column) == budget.ref)))


def subjects(session: Session, team_id: str) -> frozenset[tuple[str, str]]:
    """Return the (scope, ref) of every project, customer and key whose budgets have live keys."""
    known = attribution(session, team_id)
    found: set[tuple[str, str]] = set()
    for project_id, key_id, tags in session.exec(select(Key.project_id, Key.provider_key_id, Key.tags).where(LIVE)):
        found |= {("project", project_id), ("key", key_id)}
        tag = known.payer(project_id, key_id, tags).tag
        if tag is not None:
            found.add(("customer", tag))
    return frozenset(found)

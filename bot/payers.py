"""Payers: what the store knows of whom spending belongs to, read in one go for `bot.attribution`."""

from __future__ import annotations

from sqlmodel import Session, col, select

from bot.attribution import Attribution, KnownKey
from bot.store import customers
from bot.store.accounts import Account
from bot.store.keys import Key
from bot.store.projects import Project


def attribution(session: Session, team_id: str) -> Attribution:
    """Read the catalogue's tags, every key's customer, and which projects are in a customer's own account."""
    keys = session.exec(select(Key.provider_key_id, Key.customer, Key.mint_id))
    theirs = (
        select(Project.id, Account.customer)
        .join(Account, col(Project.account_id) == col(Account.id))
        .where(col(Account.customer).is_not(None))
    )
    return Attribution(
        customers=frozenset(customer.tag for customer in customers.everyone(session, team_id)),
        keys={key_id: KnownKey(customer, mint_id is not None) for key_id, customer, mint_id in keys},
        accounts={project_id: tag for project_id, tag in session.exec(theirs) if tag is not None},
    )

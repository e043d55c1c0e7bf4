"""Payers: what the store knows of whom spending belongs to, read in one go for `bot.attribution`."""

from __future__ import annotations

from sqlmodel import Session, select

from bot.attribution import Attribution, KnownKey
from bot.store import accounts, customers
from bot.store.keys import Key


def attribution(session: Session, team_id: str) -> Attribution:
    """Read the catalogue's tags, every key's customer, and which projects are in a customer's own account."""
    keys = session.exec(select(Key.provider_key_id, Key.customer, Key.mint_id))
    return Attribution(
        customers=frozenset(customer.tag for customer in customers.everyone(session, team_id)),
        keys={key_id: KnownKey(customer, mint_id is not None) for key_id, customer, mint_id in keys},
        accounts=accounts.theirs(session),
    )

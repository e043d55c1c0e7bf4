"""Customers: the catalogue that keys are billed by, and the markup of those that have none of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from sqlalchemy import func, or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import Exact, UTCDateTime, one_of
from bot.store.keys import Key

TAG_LONGEST = 128  # the longest tag that a provider's key may carry
# No provider names the characters. These stand whole in an address, a JSON text and a cell of a table.
TAG = re.compile(r"\w([\w .:/@+&-]*[\w.:/@+&-])?")
ACCOUNTS = ("ours", "theirs")
STATES = ("live", "archived")


class Customer(SQLModel, table=True):
    """A customer. ``tag`` goes onto keys and never changes; ``name`` may.

    ``account_of`` tells whose account at the provider they are served from. ``markup`` is in percent, None for the
    workspace's. An archived one is no longer offered; its keys are still billed to it.
    """

    __tablename__ = "customers"
    __table_args__ = (one_of("account_of", ACCOUNTS), one_of("state", STATES))

    team_id: str = Field(primary_key=True)
    tag: str = Field(primary_key=True)
    name: str
    contact: str = ""
    account_of: str = "ours"
    markup: Decimal | None = Field(default=None, sa_type=Exact)
    state: str = "live"
    added_by: str
    added_at: datetime = Field(sa_type=UTCDateTime)
    changed_by: str | None = None
    changed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class DefaultMarkup(SQLModel, table=True):
    """The markup in percent of every customer without one of its own; no row means none."""

    __tablename__ = "default_markups"

    team_id: str = Field(primary_key=True)
    percent: Decimal = Field(sa_type=Exact)
    changed_by: str
    changed_at: datetime = Field(sa_type=UTCDateTime)


def is_tag(text: str) -> bool:
    """Tell whether a key may carry this as the tag of a customer."""
    return len(text) <= TAG_LONGEST and TAG.fullmatch(text) is not None


def get(session: Session, team_id: str, tag: str) -> Customer | None:
    """Return the customer with exactly this tag, archived or not."""
    return session.get(Customer, (team_id, tag))


def called(session: Session, tag: str) -> str:
    """Say which customer a tag bills: its name and the tag, or the tag alone if it is not one customer's."""
    names = session.exec(select(Customer.name).where(col(Customer.tag) == tag)).all()
    return f"{names[0]} ({tag})" if len(names) == 1 and names[0] != tag else tag


def everyone(session: Session, team_id: str) -> list[Customer]:
    """Return the whole catalogue, archived ones too, by name."""
    found = select(Customer).where(col(Customer.team_id) == team_id)
    return list(session.exec(found.order_by(func.lower(col(Customer.name)), col(Customer.tag))))


def search(
    session: Session, team_id: str, words: str = "", *, limit: int, offset: int = 0, states: Iterable[str] = ("live",)
) -> tuple[list[Customer], int]:
    """Return a page of customers whose name, tag or contact holds ``words``, by name, and how many there are in all."""
    found = select(Customer).where(col(Customer.team_id) == team_id, col(Customer.state).in_(list(states)))
    if words:
        plain = words.lower()
        columns = (col(Customer.name), col(Customer.tag), col(Customer.contact))
        found = found.where(or_(*(func.lower(each).contains(plain, autoescape=True) for each in columns)))
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    order = (func.lower(col(Customer.name)), col(Customer.tag))
    return list(session.exec(found.order_by(*order).limit(limit).offset(offset))), total


def named(session: Session, team_id: str, wanted: str) -> Customer | None:
    """Return the customer with this tag or name, or the only one whose name, tag or contact holds the words."""
    wanted = wanted.strip()
    exact = get(session, team_id, wanted)
    if exact is not None or not wanted:
        return exact
    found, total = search(session, team_id, wanted, limit=100, states=STATES)
    same = [each for each in found if wanted.lower() in (each.tag.lower(), each.name.lower())]
    if len(same) == 1:
        return same[0]
    return found[0] if total == 1 else None


def default_markup(session: Session, team_id: str) -> Decimal:
    """Return the markup in percent of customers without one of their own."""
    row = session.get(DefaultMarkup, team_id)
    return row.percent if row is not None else Decimal()


def tags_of_keys(session: Session) -> dict[str, frozenset[str]]:
    """Return the tags of every live key, by the provider's id of the key."""
    living = select(col(Key.provider_key_id), col(Key.tags), col(Key.customer))
    found = session.exec(living.where(col(Key.state).in_(("live", "ending"))))
    return {key_id: frozenset(tags) | ({customer} if customer else set()) for key_id, tags, customer in found}

"""Whom spending belongs to: every part of it has exactly one payer, and no part is ever divided.

The provider's tags are a *set* on each key: adding up tag by tag would count twice. So a key made here belongs to the
customer that was chosen when it was asked for; for any other the tag set tells, and where it names no customer, or
several, the spending stands as its own row. Tags are the same where `bot.lookalikes` calls them equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from sqlmodel import Session, select

from bot.lookalikes import folded
from bot.store import accounts, customers
from bot.store.keys import Key

PayerKind = Literal["customer", "several", "own", "unclaimed", "untagged", "theirs"]
Rule = Literal["exact", "equal"]
NOW: Rule = "equal"


@dataclass(frozen=True, order=True)
class Payer:
    """Who stands for a part of the spending.

    ``customer``: the one in ``tags``; ``several``: a set that names more than one, or one that two customers are
    called; ``own``: a key that was asked for here without a customer; ``unclaimed``: a tag set that no customer has;
    ``untagged``: nothing tells; ``theirs``: it was spent in an account of the customer's own, and is no cost of ours.
    """

    kind: PayerKind
    tags: tuple[str, ...] = ()

    @property
    def tag(self) -> str | None:
        """The customer's tag, where it is exactly one customer of ours."""
        return self.tags[0] if self.kind == "customer" else None


OWN_USE = Payer("own")
UNTAGGED = Payer("untagged")


@dataclass(frozen=True)
class KnownKey:
    """What Keydesk's row says of a key: the customer's tag if one was chosen, and whether it was made here."""

    customer: str | None
    made_here: bool


@dataclass(frozen=True)
class Attribution:
    """What is known when spending is attributed.

    ``customers`` are the catalogue's tags, archived ones too; ``keys`` goes by the provider's key id (the accessor),
    ``accounts`` from the id of a project in a customer's own account to that customer's tag.
    """

    customers: frozenset[str]
    keys: Mapping[str, KnownKey]
    accounts: Mapping[str, str]

    def payer(self, project_id: str, accessor: str | None, tags: Iterable[str] | None) -> Payer:
        """Return the one payer of what this key spent with this tag set."""
        if project_id in self.accounts:
            return Payer("theirs", (self.accounts[project_id],))
        key = self.keys.get(accessor or "")
        if key is not None and key.customer:
            return Payer("customer", (key.customer,))
        if key is not None and key.made_here:
            return OWN_USE
        return self._by_tags(frozenset(tags or ()))

    def _by_tags(self, tags: frozenset[str]) -> Payer:
        named = tuple(sorted({customer for tag in tags for customer in self.called(tag)}))
        if named:
            return Payer("customer" if len(named) == 1 else "several", named)
        return Payer("unclaimed", tuple(sorted(tags))) if tags else UNTAGGED

    def called(self, tag: str) -> tuple[str, ...]:
        """Return the customers whom a tag names: the one of exactly this tag, else all of an equal one."""
        return (tag,) if tag in self.customers else self._equal.get(folded(tag), ())

    @cached_property
    def _equal(self) -> Mapping[str, tuple[str, ...]]:
        equal: dict[str, tuple[str, ...]] = {}
        for tag in sorted(self.customers):
            equal[folded(tag)] = (*equal.get(folded(tag), ()), tag)
        return equal


class ByExactTags(Attribution):
    """How it was before: a tag names the customer of exactly this tag, and what names nobody is own use."""

    def _by_tags(self, tags: frozenset[str]) -> Payer:
        named = tuple(sorted(tags & self.customers))
        if named:
            return Payer("customer" if len(named) == 1 else "several", named)
        return OWN_USE if tags else UNTAGGED


RULES: Mapping[Rule, type[Attribution]] = {"exact": ByExactTags, "equal": Attribution}
"""By which rules payers were ever judged: a month that was closed by one of them is corrected by the same."""


def attribution(session: Session, team_id: str, rule: Rule = NOW) -> Attribution:
    """Read the catalogue's tags, every key's customer, and which projects are in a customer's own account."""
    keys = session.exec(select(Key.provider_key_id, Key.customer, Key.mint_id))
    return RULES[rule](
        customers=frozenset(customer.tag for customer in customers.everyone(session, team_id)),
        keys={key_id: KnownKey(customer, mint_id is not None) for key_id, customer, mint_id in keys},
        accounts=accounts.theirs(session),
    )

"""What the catalogue's lists and pages show, read from the local store."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlmodel import Session

from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.slack.pages import SIZE, Page, page_of
from bot.spending import payers
from bot.store import customers, facts
from bot.store.customers import STATES, Customer, is_tag

ARCHIVED = "archived"  # as the first of the words searched for: those that are no longer offered


@dataclass(frozen=True)
class Catalogue:
    """A page of customers, with what stands around it."""

    rows: tuple[Customer, ...]
    total: int
    number: int
    words: str
    default_markup: Decimal
    may_change: bool
    unclaimed: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // SIZE))


@dataclass(frozen=True)
class SeenTag:
    """A tag that names no customer, or several: those who share it in other letters.

    ``keys`` is how many live keys carry it or spent anything with it.
    """

    tag: str
    keys: int
    shared_by: tuple[str, ...] = ()

    @property
    def adoptable(self) -> bool:
        """Whether it can be a customer's: new keys could carry it too, and nobody has it in other letters."""
        return is_tag(self.tag) and not self.shared_by


@dataclass(frozen=True)
class Details:
    """One customer, and what hangs on it."""

    customer: Customer
    live_keys: int
    default_markup: Decimal
    may_change: bool


def page(session: Session, actor: Actor, typed: str, number: int, *, may_change: bool) -> Catalogue:
    """Return a page of the catalogue."""
    archived, words = _read_words(typed)
    states = (ARCHIVED,) if archived else ("live",)
    offset = (number - 1) * SIZE
    found, total = customers.search(session, actor.team_id, words, limit=SIZE, offset=offset, states=states)
    if not found and number > 1:  # some have gone since the page before was drawn
        return page(session, actor, typed, max(1, -(-total // SIZE)), may_change=may_change)
    return Catalogue(
        rows=tuple(found),
        total=total,
        number=number,
        words=typed,
        default_markup=customers.default_markup(session, actor.team_id),
        may_change=may_change,
        unclaimed=len(seen_tags(session, actor.team_id)),
    )


def details(session: Session, actor: Actor, wanted: str, *, may_change: bool) -> Details:
    """Return the customer that was named.

    Raises:
        NotUnderstood: no or several customers match.
    """
    customer = the_customer(session, actor, wanted)
    live_keys = _live_keys_of(session, actor.team_id, customer.tag)
    return Details(customer, live_keys, customers.default_markup(session, actor.team_id), may_change)


def the_customer(session: Session, actor: Actor, wanted: str) -> Customer:
    """Return the customer that was named by its tag, its name or a part of them.

    Raises:
        NotUnderstood: no or several customers match.
    """
    shown = wanted.strip()[:60]
    if not shown:
        raise NotUnderstood("Which customer? /keydesk customers list shows all of them.")
    found = customers.named(session, actor.team_id, wanted)
    if found is not None:
        return found
    _, total = customers.search(session, actor.team_id, wanted.strip(), limit=1, states=STATES)
    if total == 0:
        raise NotUnderstood(f"There is no customer {shown}. /keydesk customers list shows all of them.")
    raise NotUnderstood(f"{total} customers match {shown}. Type more: /keydesk customers list {shown}")


def seen_tags(session: Session, team_id: str) -> list[SeenTag]:
    """Return the tags of live keys, and those that anything was spent with, that are no one customer's.

    Those with most keys stand first.
    """
    attributed = payers.attribution(session, team_id)
    keys = _keys_by_tag(session)
    found = [SeenTag(tag, len(keys[tag]), called) for tag in keys if len(called := attributed.called(tag)) != 1]
    return sorted(found, key=lambda seen: (-seen.keys, seen.tag))


def _live_keys_of(session: Session, team_id: str, customer: str) -> int:
    """Count the live keys whose customer it is, by the judge of the money; whose account they are in is no matter."""
    attributed, tags = payers.attribution(session, team_id), dict[str, set[str]]()
    for tag, key_ids in _keys_by_tag(session).items():
        for key_id in key_ids:
            tags.setdefault(key_id, set()).add(tag)
    return sum(attributed.payer("", key_id, own).tag == customer for key_id, own in tags.items())


def _keys_by_tag(session: Session) -> dict[str, set[str]]:
    """Return the live keys of every tag: the provider's list of keys may leave out tags that its figures show."""
    living = customers.tags_of_keys(session)
    found = {tag: key_ids & living.keys() for tag, key_ids in facts.tags_billed(session).items()}
    for key_id, tags in living.items():
        for tag in tags:
            found.setdefault(tag, set()).add(key_id)
    return found


def tag_page(session: Session, team_id: str, number: int) -> Page[SeenTag]:
    """Return a page of the tags that are no customer's."""
    return page_of(seen_tags(session, team_id), number)


def _read_words(typed: str) -> tuple[bool, str]:
    first, _, rest = typed.strip().partition(" ")
    return (True, rest) if first.lower() == ARCHIVED else (False, typed.strip())

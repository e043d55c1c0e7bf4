"""How the catalogue of customers is changed: at once, and written down."""

from __future__ import annotations

from datetime import datetime

from pydantic import JsonValue
from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.customers.operations import ArchiveCustomer, SaveCustomer, SetDefaultMarkup
from bot.customers.service import seen_tags
from bot.errors import FormError, NotUnderstood
from bot.lookalikes import check, folded
from bot.operation import Actor, Operation
from bot.store import customers
from bot.store.customers import Customer, DefaultMarkup
from bot.store.database import Database

GONE = "There is no customer with this tag any more. Nothing changed."


class CustomerChanges:
    """Carries out what owners ask of the catalogue."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def save(self, operation: SaveCustomer, actor: Actor) -> str:
        """Add a customer, or change one.

        Raises:
            FormError: the tag is taken.
            NotUnderstood: there is no such customer to change.
        """
        now = self._clock.now()
        return await self._database.write(lambda session: _save(session, operation, actor, now))

    async def archive(self, operation: ArchiveCustomer, actor: Actor) -> str:
        """Offer a customer no longer, or again.

        Raises:
            NotUnderstood: there is no such customer.
        """
        now = self._clock.now()
        return await self._database.write(lambda session: _archive(session, operation, actor, now))

    async def set_default(self, operation: SetDefaultMarkup, actor: Actor) -> str:
        """Set the markup of customers without their own."""
        now = self._clock.now()
        return await self._database.write(lambda session: _set_default(session, operation, actor, now))


def _save(session: Session, operation: SaveCustomer, actor: Actor, now: datetime) -> str:
    known = customers.get(session, actor.team_id, operation.tag)
    if operation.new:
        _check_free(session, actor.team_id, operation.tag)
    elif known is None:
        raise NotUnderstood(GONE)
    _check_names(session, operation, actor.team_id, known)
    before = known.model_dump(mode="json") if known is not None else None
    customer = known or Customer(
        team_id=actor.team_id, tag=operation.tag, name=operation.name, added_by=actor.user_id, added_at=now
    )
    customer.sqlmodel_update(operation.model_dump(include={"name", "contact", "account_of", "markup"}))
    if known is not None:
        customer.changed_by, customer.changed_at = actor.user_id, now
    session.add(customer)
    _note(session, operation, actor, "customers.saved", operation.tag, now, before=before)
    return f"Added the customer {operation.name}." if operation.new else f"Saved the customer {operation.name}."


def _check_free(session: Session, team_id: str, tag: str) -> None:
    """Refuse a tag that a customer has, in these letters or others: both would be billed for the same keys."""
    everyone = customers.everyone(session, team_id)
    equal = [each for each in everyone if folded(each.tag) == folded(tag)]
    taken = next((each for each in equal if each.tag == tag), next(iter(equal), None))
    if taken is not None:
        archived = ", who is archived" if taken.state == "archived" else ""
        shown = "" if taken.tag == tag else f" ({taken.tag})"
        raise FormError("tag", f"This tag belongs to {taken.name}{shown}{archived}. Nothing changed.")


def _check_names(session: Session, operation: SaveCustomer, team_id: str, known: Customer | None) -> None:
    others = [each for each in customers.everyone(session, team_id) if each.tag != operation.tag]
    names: dict[str, tuple[str, list[str]]] = {}
    if operation.new and not _is_at_provider(session, team_id, operation.tag):
        names["tag"] = (operation.tag, [each.tag for each in others])
    if known is None or known.name != operation.name:
        names["name"] = (operation.name, [each.name for each in others])
    check(names, operation.meant)


def _is_at_provider(session: Session, team_id: str, tag: str) -> bool:
    """Tell whether keys carry this tag, or spent with it: such a one is claimed as it is."""
    return any(seen.tag == tag for seen in seen_tags(session, team_id))


def _archive(session: Session, operation: ArchiveCustomer, actor: Actor, now: datetime) -> str:
    customer = customers.get(session, actor.team_id, operation.tag)
    if customer is None:
        raise NotUnderstood(GONE)
    before = customer.model_dump(mode="json")
    customer.state = "archived" if operation.archived else "live"
    customer.changed_by, customer.changed_at = actor.user_id, now
    _note(session, operation, actor, "customers.archived", operation.tag, now, before=before)
    if operation.archived:
        return f"{customer.name} is no longer offered for new keys. Its keys live on and are still billed to it."
    return f"{customer.name} is offered for new keys again."


def _set_default(session: Session, operation: SetDefaultMarkup, actor: Actor, now: datetime) -> str:
    before = str(customers.default_markup(session, actor.team_id))
    session.merge(
        DefaultMarkup(team_id=actor.team_id, percent=operation.percent, changed_by=actor.user_id, changed_at=now)
    )
    _note(session, operation, actor, "customers.markup_set", actor.team_id, now, before=before)
    return f"Customers without a markup of their own now pay {operation.percent.normalize():f} % more."


def _note(
    session: Session,
    operation: Operation,
    actor: Actor,
    name: str,
    subject: str,
    now: datetime,
    before: JsonValue,
) -> None:
    after = operation.model_dump(mode="json")
    audit.note(session, actor, name, subject, now, before=before, after=after)

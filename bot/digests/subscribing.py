"""How a digest is subscribed to, changed, put off and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.digests import views
from bot.digests.operations import ChangeDigest, EndDigest, PauseDigest, SubscribeToDigest, Wish
from bot.digests.schedule import Rhythm, first_day, next_due
from bot.errors import FormError, NotUnderstood
from bot.operation import Actor
from bot.providers.port import Capability
from bot.slack.channels import check_channel
from bot.slack.web import SlackWeb
from bot.store import digest_runs, digests
from bot.store.database import Database
from bot.store.digests import Subscription
from bot.vendors import vendor_of

MOST_DIGESTS = 20

Owe = Callable[[Session, str, str, str, datetime], None]
"""Keeps what a person or channel of a workspace is owed to hear (mrkdwn) until it was told: ``Desk.owe``."""

Change = Callable[[Session, Subscription, datetime], str]
"""Changes a row and returns what to tell its owner."""


def rhythm_of(wanted: Subscription | Wish) -> Rhythm:
    """Return when this digest comes."""
    return Rhythm(frozenset(wanted.weekdays), wanted.hour, wanted.tz)


def wish_of(subscription: Subscription) -> Wish:
    """Return what was wished for."""
    return Wish.model_validate(subscription.model_dump())


def owner_of(session: Session, operation: ChangeDigest | PauseDigest | EndDigest) -> str | None:
    """Return whose digest an operation is about."""
    found = digests.get(session, operation.subscription_id)
    return found.owner if found is not None else None


def the_subscription(session: Session, subscription_id: str, team_id: str) -> Subscription:
    """Return a digest that was not ended.

    Raises:
        NotUnderstood: there is none.
    """
    found = digests.get(session, subscription_id)
    if found is None or found.team_id != team_id or found.state == "ended":
        raise NotUnderstood("There is no such digest any more. /digests list shows yours.")
    return found


class Subscribing:
    """Carries out the operations on digests. Each may run twice: the second time changes nothing."""

    def __init__(self, database: Database, clock: Clock, web: SlackWeb, owe: Owe) -> None:
        self._database = database
        self._clock = clock
        self._web = web
        self._owe = owe

    async def subscribe(self, operation: SubscribeToDigest, actor: Actor) -> str:
        """Make the digest.

        Raises:
            FormError: its channel cannot carry it, they are not in it, or have too many digests.
            NotOffered: a project that it shall be of has no figures.
        """
        await check_channel(self._web, operation.wish.channel, actor.user_id)
        return await self._database.write(lambda session: self._add(session, operation, actor, self._clock.now()))

    async def change(self, operation: ChangeDigest, actor: Actor) -> str:
        """Change where, what and when.

        Raises:
            FormError: its channel cannot carry it, or they chose another one that they are not in.
            NotOffered: a project that it shall be of has no figures.
            NotUnderstood: there is no such digest.
        """
        kept = await self._database.read(
            lambda session: the_subscription(session, operation.subscription_id, actor.team_id).channel
        )
        same = operation.wish.channel == kept  # an owner may change the hour of a digest in a channel they are not in
        await check_channel(self._web, operation.wish.channel, None if same else actor.user_id)

        def change(session: Session, found: Subscription, now: datetime) -> str:
            _check_scope(session, operation.wish)
            before = wish_of(found)
            if (before.projects, before.customers) != (operation.wish.projects, operation.wish.customers):
                digest_runs.forget_told(session, found.id, now)
            found.sqlmodel_update(_columns(operation.wish))
            if found.state == "active":
                found.due_at = next_due(rhythm_of(found), max(now, found.muted_until or now))
            return "Saved."

        return await self._on(operation.subscription_id, actor, "digests.changed", change)

    async def pause(self, operation: PauseDigest, actor: Actor) -> str:
        """Put the digest off, or let it come again. Raises NotUnderstood: there is no such digest."""

        def pause(_session: Session, found: Subscription, now: datetime) -> str:
            if operation.days is None:
                found.state, found.problem = "paused", ""
                return "Paused. Once you resume it, one digest tells the days in between."
            until = now + timedelta(days=operation.days)
            found.state, found.problem = "active", ""
            found.muted_until = until if operation.days else None
            found.due_at = next_due(rhythm_of(found), until)
            return f"Muted for {operation.days} days; then one digest tells them all." if operation.days else "Resumed."

        return await self._on(operation.subscription_id, actor, "digests.paused", pause)

    async def end(self, operation: EndDigest, actor: Actor) -> str:
        """End the digest. Raises NotUnderstood: there is no such digest."""

        def end(_session: Session, found: Subscription, _now: datetime) -> str:
            found.state = "ended"
            return "Unsubscribed. No digest comes of it any more."

        return await self._on(operation.subscription_id, actor, "digests.ended", end)

    async def _on(self, subscription_id: str, actor: Actor, name: str, change: Change) -> str:
        now = self._clock.now()

        def run(session: Session) -> str:
            found = the_subscription(session, subscription_id, actor.team_id)
            text = change(session, found, now)
            session.flush()
            audit.note(session, actor, name, found.id, now, **_told(found))
            if found.owner != actor.user_id:
                told = views.changed_by(actor.user_id, found, text)
                self._owe(session, found.team_id, found.owner, told, now)
            return text

        return await self._database.write(run)

    def _add(self, session: Session, operation: SubscribeToDigest, actor: Actor, now: datetime) -> str:
        known = digests.by_view(session, operation.form)
        if known is None:
            if len(digests.living(session, actor.team_id, actor.user_id)) >= MOST_DIGESTS:
                raise FormError("place", f"You have {MOST_DIGESTS} digests already. End one first: /digests list.")
            _check_scope(session, operation.wish)
            known = _new(operation, actor, now)
            session.add(known)
            session.flush()
            audit.note(session, actor, "digests.subscribed", known.id, now, **_told(known))
        return "Subscribed."


def _check_scope(session: Session, wish: Wish) -> None:
    for project_id in wish.projects:
        vendor_of(session, project_id).require(Capability.USAGE)


def _new(operation: SubscribeToDigest, actor: Actor, now: datetime) -> Subscription:
    rhythm = rhythm_of(operation.wish)
    return Subscription(
        team_id=actor.team_id,
        owner=actor.user_id,
        view_id=operation.form,
        from_day=first_day(rhythm, now),
        due_at=next_due(rhythm, now),
        created_at=now,
        **_columns(operation.wish),
    )


def _columns(wish: Wish) -> dict[str, Any]:
    return wish.model_dump(mode="json")


def _told(found: Subscription) -> dict[str, Any]:
    return {**wish_of(found).model_dump(mode="json"), "state": found.state}

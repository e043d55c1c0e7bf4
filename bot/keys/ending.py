"""How a key ends: intent, delete, record; and how to find out later whether it did."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import (
    AccountRemoved,
    BotError,
    CouldNotCheck,
    CredentialsRejected,
    NotAllowed,
    NotFound,
    NotUnderstood,
    ProviderError,
    RateLimited,
    Refused,
    ScopeMissing,
    Unavailable,
    Unclear,
)
from bot.keys.intent import give_back
from bot.keys.operations import EndKey
from bot.operation import Actor
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.provider import Provider
from bot.store import keys, mints, projects, requests
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.requests import Request

SETTLE_AFTER = timedelta(seconds=20)
TRY_AGAIN = timedelta(minutes=1)
CERTAINLY_NOT = (CredentialsRejected, RateLimited, Refused, ScopeMissing, Unavailable, NotUnderstood)
BEYOND_US = (AccountRemoved, Refused, ScopeMissing)  # trying again changes nothing
ENDABLE = frozenset({"making", "live", "ending"})

log = structlog.get_logger()


class KeyEnding:
    """Ends keys: a person's wish, the end of their time, or the undoing of a making."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        clock: Clock,
        desk: Desk,
        provider: Provider,
        identity: CredentialIdentity,
    ) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._desk = desk
        self._provider = provider
        self._identity = identity

    async def by_person(self, operation: EndKey, actor: Actor) -> str:
        """End a key because somebody who may asked for it; return what to tell them.

        Raises:
            NotUnderstood: there is no such live key.
            NotAllowed: it is Keydesk's own key.
            CouldNotCheck: whether it is could not be told.
            ProviderError: the provider certainly did not end it; the key is as it was.
        """
        key = await self._database.read(lambda session: keys.get(session, operation.key_id))
        if key is None or key.project_id != operation.project_id:
            raise NotUnderstood("There is no such key. Nothing changed.")
        if key.state == "ended":
            return f"Key {key.label} has already ended."
        await self._check_not_our_own(key)
        if await self.end(key.id, actor, "revoked as leaked" if operation.leaked else "revoked"):
            return f"Key {key.label} has ended. Nothing can use it any more."
        return f"The provider did not answer clearly about key {key.label}. Keydesk keeps trying until it has ended."

    async def _check_not_our_own(self, key: Key) -> None:
        """Refuse to end the key that Keydesk itself works with; a key made here never is that key."""
        if key.made_here:
            return
        own = await self._identity.own_keys(key.project_id)
        if None in own:
            raise CouldNotCheck("Keydesk could not tell whether this is its own key, so nothing changed.")
        if key.provider_key_id in own:
            raise NotAllowed(
                "This is the key that Keydesk itself works with; revoking it would stop Keydesk. Nothing changed. "
                "To replace it, follow the runbook: give Keydesk a new key first."
            )

    async def end(self, key_id: str, by: Actor | str, why: str, states: frozenset[str] = ENDABLE) -> bool:
        """End a key that is in one of these states, and return whether it certainly has ended; else a job keeps trying.

        Raises:
            ProviderError: it certainly has not, and a person asked who was the first to: the key is live again.
        """
        intent = await self._database.write(lambda session: self._intend(session, key_id, by, why, states))
        if intent is None:
            return True
        key, first = intent
        try:
            await self._delete(key)
        except CERTAINLY_NOT as problem:
            if isinstance(by, Actor) and first:
                await self._not_ended(key, by, problem)
                raise
            log.error("keys.end.refused", key=key.id, why=problem.text)  # noqa: TRY400 its text says it all
            return False
        except BotError as problem:
            log.warning("keys.end.unclear", key=key.id, why=problem.text)
            return False
        await self._ended(key)
        return True

    async def settle(self, ref: str, now: datetime) -> None:
        """Finish an end that was begun: deleting again is harmless. While the provider has trouble, try each minute."""
        key = await self._database.read(lambda session: keys.get(session, ref))
        if key is None or key.state != "ending":
            return
        try:
            await self._delete(key)
        except BotError as problem:
            log.warning("keys.end.not_settled", key=key.id, why=problem.text)
            if await self._is_beyond_us(key, problem):
                await self._not_ended(key, key.ended_by or audit.KEYDESK, problem)
                return
            again = Job("keys.settle_end", key.id)
            await self._database.write(lambda session: self._engine.later(session, again, now + TRY_AGAIN))
            return
        await self._ended(key)

    async def _is_beyond_us(self, key: Key, problem: BotError) -> bool:
        """Tell whether a key that others made will never be ended by us; one of ours is always tried again."""
        if key.made_here:
            return False
        known = await self._database.read(lambda session: projects.get(session, key.project_id))
        return known is None or isinstance(problem, BEYOND_US)

    async def when_due(self, ref: str, now: datetime) -> None:
        """End a key whose time is over."""
        key = await self._database.read(lambda session: keys.get(session, ref))
        if key is not None and key.state == "live" and key.ends_at is not None and key.ends_at <= now:
            await self.end(key.id, audit.KEYDESK, "its time was over")

    async def _delete(self, key: Key) -> None:
        try:
            await self._provider.delete_key(key.project_id, key.provider_key_id)
        except NotFound:
            await self._check_gone(key, await self._is_listed(key))
        except AccountRemoved:
            # Nobody here can reach it any more; the provider itself ends it at the time that it was made with.
            if not (key.made_here and key.ends_at is not None and key.ends_at <= self._clock.now()):
                raise
        else:
            await self._check_ended(key)

    async def _check_ended(self, key: Key) -> None:
        """Believe that a deletion was carried out only if reading the key agrees: a gateway may have answered it.

        Raises:
            Unclear: it is still there, would not be shown, or could not be read; the deletion was sent.
        """
        try:
            await self._check_gone(key, await self._is_shown(key))
        except Unclear:
            raise
        except ProviderError as problem:
            raise Unclear(f"Whether key {key.label} has ended could not be read. {problem.text}") from problem

    async def _check_gone(self, key: Key, is_there: bool) -> None:
        """Believe that a key is gone only if a read agrees that would show it.

        “Not found” may also mean that the provider lags behind, or that Keydesk may no longer see what others made.

        Raises:
            Unclear: it is still there, or would not be shown.
            ProviderError: whether it would be shown could not be read.
        """
        if is_there:
            raise Unclear(f"The provider says that key {key.label} is gone, and still shows it.")
        if not (await made_by_us(self._identity, key) or await self._provider.sees_all_keys(key.project_id)):
            raise Unclear(f"The provider does not show Keydesk key {key.label}, nor any other that it did not make.")

    async def _is_shown(self, key: Key) -> bool:
        """Tell whether the key can be read, or else stands in the list, and its time is not over."""
        try:
            found = await self._provider.key(key.project_id, key.provider_key_id)
        except NotFound:
            return await self._is_listed(key)
        return found.expiration_date is None or found.expiration_date > self._clock.now()

    async def _is_listed(self, key: Key) -> bool:
        return await self._provider.lists_key(key.project_id, key.provider_key_id)

    def _intend(
        self, session: Session, key_id: str, by: Actor | str, why: str, states: frozenset[str]
    ) -> tuple[Key, bool] | None:
        """Return the key that is being ended, and whether this call was the first to want it; None if there is none."""
        now = self._clock.now()
        key = keys.get(session, key_id)
        if key is None or key.state not in states:
            return None
        who = by.user_id if isinstance(by, Actor) else by
        first = key.state != "ending" and keys.move(session, key, "ending", ended_by=who, end_reason=why)
        if first:
            audit.note(
                session,
                by,
                "keys.end.started",
                key.id,
                now,
                team_id=key.team_id or "",
                project_id=key.project_id,
                why=why,
            )
        session.refresh(key)
        if key.state != "ending":  # it was delivered, or had ended, a moment before
            return self._intend(session, key_id, by, why, states)
        self._engine.later(session, Job("keys.settle_end", key.id), now + SETTLE_AFTER)
        return key, first

    async def _ended(self, key: Key) -> None:
        def note(session: Session) -> None:
            now = self._clock.now()
            if keys.move(session, key, "ended", ended_at=now):
                record_end(session, self._desk, self._engine, key, now)

        await self._database.write(note)

    async def _not_ended(self, key: Key, by: Actor | str, problem: BotError) -> None:
        """Let the key live again; whoever does not wait for the answer (an id) is told."""

        def note(session: Session) -> None:
            now, about = self._clock.now(), {"team_id": key.team_id or "", "project_id": key.project_id}
            if not keys.move(session, key, "live", ended_by=None, end_reason=None):
                return
            audit.note(session, by, "keys.end.refused", key.id, now, **about, why=problem.text)
            if isinstance(by, str):
                self._engine.enqueue(session, Job("keys.tell_refused", key.id), now)

        await self._database.write(note)


async def made_by_us(identity: CredentialIdentity, key: Key) -> bool:
    """Tell whether a key is of the member that Keydesk is now, who sees it in any role, and whose leaving ends it.

    Raises:
        ProviderError: the provider did not say who that is.
    """
    if not key.made_here or key.member_id is None:  # what was made here is ours until a list names another member
        return key.made_here
    return key.member_id == (await identity.read(key.project_id)).member_id


def record_end(session: Session, desk: Desk, engine: Engine, key: Key, now: datetime) -> None:
    """Write down that a key has ended, let its request's cards follow, and tell an owner who did not do it."""
    audit.note(
        session,
        key.ended_by or audit.KEYDESK,
        "keys.ended",
        key.id,
        now,
        team_id=key.team_id or "",
        project_id=key.project_id,
        request_id=key.request_id,
        why=key.end_reason,
    )
    if key.owner is not None:
        engine.enqueue(session, Job("home.refresh", key.owner), now)
    request = requests.get(session, key.request_id) if key.request_id else None
    if request is None:
        return
    if key.shown_at is None:
        _undone(session, desk, engine, request, key, now)
        return
    if request.state == "delivered" and requests.move(session, request, "ended", finished_at=now):
        desk.refresh(session, request.id, request.version, now)
    if key.ended_by != key.owner:
        engine.enqueue(session, Job("keys.tell_end", key.id), now)


def _undone(session: Session, desk: Desk, engine: Engine, request: Request, key: Key, now: datetime) -> None:
    """Give a request back once the key of its present attempt, which was never delivered, has certainly ended."""
    mint = mints.get(session, key.mint_id) if key.mint_id else None
    if mint is None or (request.state, request.attempt) != ("creating", mint.attempt):
        return
    if give_back(session, engine, request, now):
        desk.refresh(session, request.id, request.version, now)
        engine.enqueue(session, Job("desk.ring", request.id, mint.id), now)

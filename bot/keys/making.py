"""A key is made while its owner watches: intent, create, record, show, deliver; and what undoes each.

Every step is a conditional move of rows in one transaction. The secret is an argument of ``show``, and lives nowhere
else.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pydantic import SecretStr
from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.desk import words
from bot.desk.judging import the_request
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import (
    AlreadyDecided,
    BotError,
    Conflict,
    NotFound,
    NotUnderstood,
    ProviderError,
    Refused,
    Unclear,
)
from bot.keys.ending import KeyEnding
from bot.keys.intent import Intent, Show, Shown, comment_of, give_back, key_row, refused_opening
from bot.keys.operations import PRESETS, CreateKey
from bot.operation import Actor
from bot.providers.port import Vendor
from bot.providers.provider import Provider
from bot.store import keys, mints, projects, requests
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.mints import MintAttempt
from bot.store.requests import Request
from bot.vendors import vendor_of

SETTLE_AFTER = timedelta(seconds=30)  # longer than create and show may take together
FOR_GOOD = (NotFound, Conflict, Refused, NotUnderstood)


class KeyMaking:
    """Carries out the right that an approval granted."""

    def __init__(
        self, database: Database, engine: Engine, clock: Clock, desk: Desk, provider: Provider, ending: KeyEnding
    ) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._desk = desk
        self._provider = provider
        self._ending = ending

    async def create_and_show(self, request_id: str, actor: Actor, show: Show) -> Key:
        """Make the key and show it once.

        Raises:
            NotAllowed: the key is not this person's to open.
            AlreadyDecided: it is being made, was shown, or is over.
            BotError: it could not be made or shown; the text says what holds now.
        """
        intent = await self._claim(request_id, actor)
        key, secret = await self._create(intent)
        try:
            answer = await show(Shown(secret, key, intent.operation, intent.project, intent.vendor))
        except Exception as problem:
            await self._take_back(intent, key, f"showing failed: {type(problem).__name__}")
            raise
        if answer != "shown":
            raise BotError(f"The key could not be shown. {await self._take_back(intent, key, f'showing was {answer}')}")
        if not await self._deliver(intent, key):
            raise BotError(f"That took too long. {await self._take_back(intent, key, 'delivery took too long')}")
        return key

    # --- intent ---

    async def _claim(self, request_id: str, actor: Actor) -> Intent:
        outcome = await self._database.write(lambda session: self._claimed(session, request_id, actor))
        if isinstance(outcome, Intent):
            return outcome
        raise outcome

    def _claimed(self, session: Session, request_id: str, actor: Actor) -> Intent | BotError:
        now = self._clock.now()
        request = the_request(session, request_id, actor)  # read once: read again, it may have moved on meanwhile
        denial = self._desk.access(session, actor, request.project_id).denial("keys.open")
        refusal = refused_opening(session, request, actor, now, denial or self._desk.forbidden(session, request))
        if refusal is not None:
            return refusal
        where = projects.name_of(session, request.project_id), vendor_of(session, request.project_id)
        if not requests.move(session, request, "creating"):
            session.expire_all()
            return AlreadyDecided(words.how_it_stands(session, the_request(session, request_id, actor), actor, now))
        return self._intend(session, request, where, actor, now)

    def _intend(
        self, session: Session, request: Request, where: tuple[str, Vendor], actor: Actor, now: datetime
    ) -> Intent:
        operation = CreateKey.model_validate(request.operation)
        mint = MintAttempt(
            request_id=request.id,
            attempt=request.attempt,
            project_id=request.project_id,
            started_at=now,
            intended_at=datetime.now(UTC),
        )
        session.add(mint)
        audit.note_request(session, actor, "keys.create.started", request, now, mint_id=mint.id)
        self._engine.later(session, Job("keys.settle", mint.id), now + SETTLE_AFTER)
        self._engine.later(session, Job("desk.cards", request.id, str(request.version)), now + timedelta(seconds=2))
        return Intent(request, mint, operation, *where, now + timedelta(days=operation.days))

    # --- create ---

    async def _create(self, intent: Intent) -> tuple[Key, SecretStr]:
        operation = intent.operation
        try:
            created = await self._provider.create_key(
                intent.request.project_id,
                comment=comment_of(operation.purpose, intent.mint.id),
                scopes=PRESETS[operation.preset].scopes,
                tags=[operation.customer] if operation.customer else [],
                expiration_date=intent.ends_at,
            )
        except Unclear as problem:
            await self._unclear(intent, problem)
            raise BotError(
                "The provider did not answer clearly. Whatever it made will be ended before anybody can use it. "
                "The approval still stands: press “Create and show my key” again in a minute."
            ) from problem
        except (ProviderError, NotUnderstood) as problem:
            await self._not_made(intent, problem)
            raise
        key, still_ours = await self._database.write(
            lambda session: self._made(session, intent, created.key_id, list(created.scopes))
        )
        if not still_ours:
            raise BotError(f"That took too long. {await self._take_back(intent, key, 'its creation took too long')}")
        return key, created.secret

    def _made(self, session: Session, intent: Intent, provider_key_id: str, scopes: list[str]) -> tuple[Key, bool]:
        """Record the key; also tell whether the request is still the one that this press claimed."""
        now = self._clock.now()
        # Settling locks the same row: either it finds this key recorded, or we find the request taken away.
        request = requests.locked(session, intent.request.id)
        ours = request is not None and (request.state, request.attempt) == ("creating", intent.request.attempt)
        mints.finish(session, intent.mint.id, "succeeded", now, provider_key_id=provider_key_id)
        key = keys.add(session, key_row(intent, provider_key_id, scopes, now))
        audit.note_request(
            session,
            intent.request.requester,
            "keys.created",
            intent.request,
            now,
            key_id=key.id,
            provider_key_id=provider_key_id,
            mint_id=intent.mint.id,
        )
        return key, ours

    async def _unclear(self, intent: Intent, problem: ProviderError) -> None:
        def note(session: Session) -> None:
            now = self._clock.now()
            mints.finish(session, intent.mint.id, "unknown", now, problem=problem.text)
            self._give_back(session, intent, now, "keys.create.unclear", problem.text)
            # The first look comes at once; the later ones are for a create that lands late.
            self._engine.enqueue(session, Job("keys.settle", intent.mint.id, "now"), now)

        await self._database.write(note)

    async def _not_made(self, intent: Intent, problem: ProviderError | NotUnderstood) -> None:
        def note(session: Session) -> None:
            now = self._clock.now()
            mints.finish(session, intent.mint.id, "failed", now, problem=problem.text)
            if not isinstance(problem, FOR_GOOD):
                self._give_back(session, intent, now, "keys.create.refused", problem.text)
            elif requests.move(session, intent.request, "failed", finished_at=now, note=problem.text):
                self._say(session, intent, now, "keys.create.failed", problem.text)

        await self._database.write(note)

    # --- deliver, or take back ---

    async def _deliver(self, intent: Intent, key: Key) -> bool:
        def note(session: Session) -> bool:
            now = self._clock.now()
            if not requests.move(session, intent.request, "delivered", finished_at=now):
                return False
            if not keys.move(session, key, "live", shown_at=now):
                raise RuntimeError("a key that was being made is no longer")
            self._engine.later(session, Job("keys.end_due", key.id), key.ends_at or now)
            self._say(session, intent, now, "keys.delivered", "")
            return True

        try:
            return await self._database.write(note)
        except RuntimeError:
            return False

    async def _take_back(self, intent: Intent, key: Key, why: str) -> str:
        """End a key that its owner may or may not have seen, and say what holds now.

        Only its certain end gives the request back (`ending.record_end`): else there could be two that work.
        """
        request = intent.request

        def note(session: Session) -> None:
            now = self._clock.now()
            audit.note_request(
                session,
                request.requester,
                "keys.show.failed",
                request,
                now,
                mint_id=intent.mint.id,
                why=why,
            )

        await self._database.write(note)
        if await self._ending.end(key.id, audit.KEYDESK, why):
            return "The key was ended, and the approval still stands: press “Create and show my key” again."
        return "The key is being ended. Your card tells when you can press “Create and show my key” again."

    def _give_back(self, session: Session, intent: Intent, now: datetime, name: str, why: str) -> None:
        give_back(session, self._engine, intent.request, now)
        self._say(session, intent, now, name, why)

    def _say(self, session: Session, intent: Intent, now: datetime, name: str, why: str) -> None:
        request = intent.request
        audit.note_request(
            session,
            request.requester,
            name,
            request,
            now,
            mint_id=intent.mint.id,
            why=why,
        )
        # The row has moved on by one since the intent was read.
        self._desk.refresh(session, request.id, request.version + 1, now)

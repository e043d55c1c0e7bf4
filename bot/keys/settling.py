"""What became of a making that was cut short: find the key by its mint id and creator, and end it.

A vendor that knows no members tells no creator: there the mint id alone decides, as long as the attempt is young.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from sqlmodel import Session

from bot import audit
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import AccountRemoved, BotError
from bot.keys.ending import KeyEnding
from bot.keys.intent import give_back
from bot.keys.making import SETTLE_AFTER
from bot.keys.operations import CreateKey
from bot.keys.orphans import OLDEST_TOUCHED, age, report, report_untold
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.port import Capability, Vendor
from bot.providers.provider import Provider
from bot.providers.values import Credential
from bot.providers.values import Key as ProviderKey
from bot.store import keys, mints, projects, requests
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.mints import MintAttempt
from bot.store.requests import Request
from bot.vendors import vendor_of

# Seconds after the intent. A create that was cut off may land late, so one look is not enough.
LOOKS = (30.0, 45.0, 60.0, 120.0, 300.0, 540.0)
UNDELIVERED = frozenset({"making", "ending"})
SOON = timedelta(seconds=10)
STALE_AFTER = timedelta(minutes=2)
SWEEP_EVERY = timedelta(minutes=5)
INTERRUPTED = "The press was cut short."

log = structlog.get_logger()


class KeySettling:
    """Settles mint attempts; a job of the engine."""

    def __init__(
        self,
        database: Database,
        engine: Engine,
        desk: Desk,
        provider: Provider,
        ending: KeyEnding,
        identity: CredentialIdentity,
    ) -> None:
        self._database = database
        self._engine = engine
        self._desk = desk
        self._provider = provider
        self._ending = ending
        self._identity = identity

    async def settle(self, ref: str, now: datetime) -> None:
        """Bring one mint attempt to rest: whatever it made is ended, and its request can be opened again."""
        mint = await self._database.write(lambda session: self._fence(session, ref, now))
        if mint is None:
            return
        try:
            await self._end_what_was_made(mint, now)
        except AccountRemoved as problem:
            log.error("keys.out_of_reach", mint=mint.id, project=mint.project_id, why=problem.text)  # noqa: TRY400 its text says it all
        except BotError as problem:
            # By ``later``, not by raising: however often this is wanted, one row of it goes round.
            log.warning("keys.not_settled", mint=mint.id, why=problem.text)
            why = problem.text
            await self._database.write(lambda session: self._look_again(session, mint, why, now))
            return
        await self._database.write(lambda session: self._rest(session, mint, now))

    def _look_again(self, session: Session, mint: MintAttempt, why: str, now: datetime) -> None:
        young = age(mint) < OLDEST_TOUCHED
        if not young and mint.provider_key_id is None:
            report_untold(session, mint, why, now)
        self._engine.later(session, Job("keys.settle", mint.id), now + (SOON if young else SWEEP_EVERY))

    async def _end_what_was_made(self, mint: MintAttempt, now: datetime) -> None:
        if mint.provider_key_id is not None:
            await self._end_recorded(mint)
        else:
            await self._end_found(mint, now)

    async def sweep(self, ref: str, now: datetime) -> None:
        """Find attempts and ends that nobody is at, in case their own scheduled jobs were lost; every few minutes."""

        def find(session: Session) -> None:
            for mint in mints.unsettled(session, datetime.now(UTC) - STALE_AFTER):
                self._engine.later(session, Job("keys.settle", mint.id), now)
            for key in keys.overdue(session, now):
                kind = "keys.settle_end" if key.state == "ending" else "keys.end_due"
                self._engine.later(session, Job(kind, key.id), now)
            self._engine.later(session, Job("keys.sweep", ref), now + SWEEP_EVERY)

        await self._database.write(find)

    def _fence(self, session: Session, mint_id: str, now: datetime) -> MintAttempt | None:
        """Look whether a press never finished; None while there is nothing to settle.

        Where no key is recorded, nobody can have seen its secret, so the request is given back at once. Where one is,
        its owner may have seen it: the request is given back by that key's certain end.
        """
        mint = mints.get(session, mint_id)
        request = requests.locked(session, mint.request_id) if mint is not None else None
        if mint is None or request is None:
            return None
        session.refresh(mint)
        if mint.state in ("failed", "settled"):
            return None
        if (request.state, request.attempt) != ("creating", mint.attempt):
            return mint if mint.state in ("started", "unknown") or _undelivered(session, mint) else None
        if age(mint) < SETTLE_AFTER:
            # The clock was moved, not the machine: the press may well be at work.
            self._engine.later(session, Job("keys.settle", mint.id), now + SETTLE_AFTER - age(mint))
            return None
        _note(session, request, mint, now)
        if mint.provider_key_id is None:  # until a whole list was looked through, nobody presses again
            mints.finish(session, mint.id, "unknown", now, problem=INTERRUPTED)
        if mint.provider_key_id is None and give_back(session, self._engine, request, now):
            self._desk.refresh(session, request.id, request.version, now)
        return mint

    async def _end_recorded(self, mint: MintAttempt) -> None:
        key = await self._database.read(lambda session: keys.by_provider_id(session, mint.provider_key_id or ""))
        if key is not None:
            await self._ending.end(key.id, audit.KEYDESK, "its making was interrupted", UNDELIVERED)

    async def _end_found(self, mint: MintAttempt, now: datetime) -> None:
        """End what the list of keys shows of this attempt.

        Raises:
            Unavailable: the list was not whole, so there may be more.
        """
        credential = await self._identity.read(mint.project_id)
        vendor = await self._database.read(lambda session: vendor_of(session, mint.project_id))
        listed = await self._provider.keys(mint.project_id)
        for found in listed:
            if not carries(found, mint.id):
                continue
            if age(mint) > OLDEST_TOUCHED or not made_by(credential, found, vendor):
                key_id = found.key_id
                await self._database.write(partial(report, mint=mint, provider_key_id=key_id, now=now))
                continue
            key = await self._database.write(partial(self._adopt, mint=mint, found=found, now=now))
            await self._ending.end(key.id, audit.KEYDESK, "made by an attempt that was cut short; nobody saw it")
        listed.certain("keys")

    def _adopt(self, session: Session, mint: MintAttempt, found: ProviderKey, now: datetime) -> Key:
        known = keys.by_provider_id(session, found.key_id)
        if known is not None:
            return known
        request = session.get_one(Request, mint.request_id)
        key = orphan(session, mint, found, CreateKey.model_validate(request.operation), now)
        key.team_id, key.owner = request.team_id, request.requester
        session.add(key)
        return key

    def _rest(self, session: Session, mint: MintAttempt, now: datetime) -> None:
        """Rest until the next look; after the first one its owner may press again, and hears so."""
        if session.get_one(MintAttempt, mint.id).problem == INTERRUPTED:
            self._engine.enqueue(session, Job("desk.ring", mint.request_id, mint.id), now)
        left = [look for look in LOOKS if look > age(mint).total_seconds()]
        if mint.provider_key_id is not None or not left:
            mints.finish(session, mint.id, "settled", now)
            return
        mints.finish(session, mint.id, "unknown", now, problem=None)
        wait = timedelta(seconds=left[0]) - age(mint)
        self._engine.later(session, Job("keys.settle", mint.id), now + wait)


def carries(key: ProviderKey, mint_id: str) -> bool:
    """Tell whether a key's comment names this mint attempt."""
    return key.comment.endswith(f"keydesk:{mint_id}")


def made_by(credential: Credential, key: ProviderKey, vendor: Vendor) -> bool:
    """Tell whether the credential's member made this key, which carries a mint id of ours.

    Where the vendor knows no members, and tells none of the key nor of the credential, the mint id says enough: what
    the attempt made must not live on beside the key of the next.
    """
    if not vendor.offers(Capability.MEMBERS) and credential.member_id is None:
        return key.member_id is None
    return key.member_id is not None and key.member_id == credential.member_id


def orphan(session: Session, mint: MintAttempt, found: ProviderKey, operation: CreateKey, now: datetime) -> Key:
    """Return the row of a key that was found, so that none at the provider is unknown here."""
    return Key(
        provider_key_id=found.key_id,
        project_id=mint.project_id,
        provider=projects.provider_of(session, mint.project_id),
        request_id=mint.request_id,
        mint_id=mint.id,
        purpose=operation.purpose,
        scopes=list(found.scopes),
        state="making",
        member_id=found.member_id,
        member_email=found.email,
        created_at=found.created or now,
    )


def _undelivered(session: Session, mint: MintAttempt) -> bool:
    key = keys.by_provider_id(session, mint.provider_key_id or "")
    return key is not None and key.state in ("making", "ending")


def _note(session: Session, request: Request, mint: MintAttempt, now: datetime) -> None:
    audit.note_request(
        session,
        audit.KEYDESK,
        "keys.create.interrupted",
        request,
        now,
        mint_id=mint.id,
    )

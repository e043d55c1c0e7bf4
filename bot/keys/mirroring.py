"""The local mirror of a project's keys: it feeds lists and selects, and notices what others made or ended."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from bot import audit
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import NotFound, ProviderError
from bot.keys.ending import made_by_us, record_end
from bot.keys.orphans import report
from bot.mirror import EVERY, look
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.http import unhurried
from bot.providers.listed import Listed
from bot.providers.provider import Provider
from bot.providers.values import Key as ProviderKey
from bot.store import keys, mints, mirrors, projects
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.mints import MintAttempt

RARELY = timedelta(hours=6)  # a project in which nobody works and none of our keys lives
AFTER_TROUBLE = timedelta(minutes=1)
NEW_KEY_PATIENCE = timedelta(minutes=2)
MOST_LOOKED_AFTER = 20  # of the keys that a list left out, in one run; the others come in the next

log = structlog.get_logger()


class KeyMirror:
    """Reads the keys of one project into the store."""

    def __init__(
        self, database: Database, engine: Engine, desk: Desk, provider: Provider, identity: CredentialIdentity
    ) -> None:
        self._database = database
        self._engine = engine
        self._desk = desk
        self._provider = provider
        self._identity = identity

    @unhurried
    async def keep_fresh(self, ref: str, now: datetime) -> None:
        """Read the keys of project ``ref``, and again while it stands: in ten minutes where it is in use; a job."""
        if await self._database.read(lambda session: projects.get(session, ref)) is None:
            return
        try:
            await self.refresh(ref, now)
            wait = await self._database.read(lambda session: EVERY if keys.in_use(session, ref) else RARELY)
        except ProviderError as problem:
            log.warning("keys.not_mirrored", project=ref, why=problem.text)
            wait = AFTER_TROUBLE
        again = Job("keys.mirror", ref)
        await self._database.write(lambda session: self._engine.later(session, again, now + wait))

    async def look(self, project_id: str, now: datetime) -> bool:
        """Tell whether the keys were ever read, as `bot.mirror.look` does."""
        row, job = mirrors.of_keys(project_id), Job("keys.mirror", project_id)
        return await look(self._database, self._engine, row, job, now)

    async def refresh(self, project_id: str, now: datetime) -> None:
        """Read the keys of a project now.

        Raises:
            ProviderError: they could not be read; the mirror says so and stays as it was.
        """
        name = mirrors.of_keys(project_id)
        try:
            listed = await self._provider.keys(project_id, status="active")
        except ProviderError as problem:
            text = problem.text
            await self._database.write(lambda session: mirrors.failed(session, name, text))
            raise
        seen = {found.key_id for found in listed}
        missed = await self._database.read(lambda session: _vanished(session, project_id, seen, now))
        vanished = await self._visible(project_id, missed)
        some = random.sample(vanished, min(len(vanished), MOST_LOOKED_AFTER))  # those that stay must not hide others
        gone = [key for key in some if await self._is_gone(key, now, whole=listed.is_whole)]
        save = partial(self._save, project_id=project_id, listed=listed, gone=gone, now=now)
        if len(some) < len(vanished):
            await self._database.write(lambda session: self._come_again(session, project_id, now + AFTER_TROUBLE))
        try:
            await self._database.write(save)
        except IntegrityError:  # somebody else took in the same keys meanwhile: now they are known
            await self._database.write(save)

    def _come_again(self, session: Session, project_id: str, at: datetime) -> None:
        """Look after the other keys that a list left out: beside the turn that the project has anyway."""
        self._engine.later(session, Job("keys.mirror", project_id, "rest"), at)

    async def _visible(self, project_id: str, vanished: list[Key]) -> list[Key]:
        """Return those that a list left out though it would have shown them: of others' keys a member sees none."""
        try:
            ours = [key for key in vanished if await made_by_us(self._identity, key)]
            sees_all = len(ours) == len(vanished) or await self._provider.sees_all_keys(project_id)
        except ProviderError as problem:
            log.info("keys.not_looked_after", project=project_id, why=problem.text)
            return []
        return vanished if sees_all else ours

    async def _is_gone(self, key: Key, now: datetime, *, whole: bool) -> bool:
        """Ask for one key that the list left out: one odd list must not end them all.

        That it is not found counts only beside a ``whole`` list: else its entry may be one that could not be read.
        """
        try:
            found = await self._provider.key(key.project_id, key.provider_key_id)
        except NotFound:
            return whole
        except ProviderError as problem:
            log.info("keys.not_looked_after", key=key.id, why=problem.text)
            return False
        return found.expiration_date is not None and found.expiration_date <= now

    async def read_details(self, key: Key) -> None:
        """Read what lists leave out of a key that was not made here (tags, end), if the provider answers.

        An end that a list does not tell is not "never" (the provider's lists lack it), so it is asked for.
        """
        if key.made_here or key.state != "live" or key.ends_at is not None:
            return
        try:
            found = await self._provider.key(key.project_id, key.provider_key_id)
        except ProviderError as problem:
            log.info("keys.details_not_read", key=key.id, why=problem.text)
            return
        await self._database.write(
            lambda session: keys.describe(session, key, list(found.tags or ()), found.expiration_date)
        )

    def _save(
        self, session: Session, project_id: str, listed: Listed[ProviderKey], gone: list[Key], now: datetime
    ) -> None:
        known = {key.provider_key_id: key for key in session.exec(select(Key).where(col(Key.project_id) == project_id))}
        for found in listed:
            key = known.get(found.key_id)
            if key is not None:
                key.listed_at, key.member_id, key.member_email = now, found.member_id, found.email
                self._believe(session, key, now)
            else:
                self._take_in(session, project_id, found, now)
        for vanished in gone:
            key = known.get(vanished.provider_key_id)
            if key is not None and key.state == "live":
                self._gone(session, key, now)
        mirrors.succeeded(session, mirrors.of_keys(project_id), now, listed.left_out)

    def _take_in(self, session: Session, project_id: str, found: ProviderKey, now: datetime) -> None:
        mint = _attempt_of(session, found)
        if mint is not None and _in_flight(mint, found):
            return
        session.add(_foreign(session, project_id, found, now))
        if mint is not None:
            # It landed later than anybody looked: reported, never touched, because a comment can be copied.
            report(session, mint, found.key_id, now)

    def _believe(self, session: Session, key: Key, now: datetime) -> None:
        """Take back the end of a key that is listed: it was believed too soon. One of ours is ended once more."""
        if key.state != "ended" or key.ended_at is None or now - key.ended_at <= NEW_KEY_PATIENCE:
            return
        unended: dict[str, None] = {} if key.made_here else {"ended_at": None, "ended_by": None, "end_reason": None}
        if not keys.move(session, key, "ending" if key.made_here else "live", **unended):
            return
        log.error("keys.risen", key=key.id, project=key.project_id)
        audit.note(session, audit.KEYDESK, "keys.risen", key.id, now, project_id=key.project_id)
        if key.made_here:
            self._engine.later(session, Job("keys.settle_end", key.id), now)

    def _gone(self, session: Session, key: Key, now: datetime) -> None:
        over = key.ends_at is not None and key.ends_at <= now
        reason = "its time was over" if over else "ended at the provider, not by Keydesk"
        if keys.move(session, key, "ended", ended_at=now, ended_by=audit.KEYDESK, end_reason=reason):
            session.refresh(key)
            record_end(session, self._desk, self._engine, key, now)


def _attempt_of(session: Session, found: ProviderKey) -> MintAttempt | None:
    """Return the attempt of ours that made this key, by the mint id in its comment."""
    _, mark, mint_id = found.comment.rpartition("keydesk:")
    return mints.get(session, mint_id) if mark else None


def _in_flight(mint: MintAttempt, found: ProviderKey) -> bool:
    """Tell whether making or settling is still at work on this key, and will write its row."""
    return mint.state in ("started", "unknown") or mint.provider_key_id == found.key_id


def _vanished(session: Session, project_id: str, seen: set[str], now: datetime) -> list[Key]:
    live = select(Key).where(col(Key.project_id) == project_id, col(Key.state) == "live")
    return [key for key in session.exec(live) if key.provider_key_id not in seen and _long_known(key, now)]


def _long_known(key: Key, now: datetime) -> bool:
    # A key made a moment ago may be missing from a list that was read a moment before.
    return key.created_at is None or now - key.created_at > NEW_KEY_PATIENCE


def _foreign(session: Session, project_id: str, found: ProviderKey, now: datetime) -> Key:
    return Key(
        provider_key_id=found.key_id,
        project_id=project_id,
        provider=projects.provider_of(session, project_id),
        purpose=found.comment,
        scopes=list(found.scopes),
        tags=list(found.tags or ()),
        state="live",
        member_id=found.member_id,
        member_email=found.email,
        created_at=found.created,
        ends_at=found.expiration_date,
        listed_at=now,
    )

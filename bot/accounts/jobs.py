"""What is learnt of every account, hour by hour: whether it answers, and what its credential may do."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from sqlmodel import Session

from bot.accounts import sealed
from bot.accounts.adding import told
from bot.engine.port import Engine, Job
from bot.errors import ProviderError
from bot.providers.provider import Provider
from bot.providers.registry import Providers
from bot.sealing import Keyring
from bot.store import accounts
from bot.store.database import Database

EVERY = timedelta(hours=1)
AFTER_TROUBLE = timedelta(minutes=5)

log = structlog.get_logger()


class AccountJobs:
    """Keeps the rows of the accounts true, so that nothing is offered that the provider forbids."""

    def __init__(self, database: Database, engine: Engine, providers: Providers, keyring: Keyring) -> None:
        self._database = database
        self._engine = engine
        self._providers = providers
        self._keyring = keyring

    async def load(self, ref: str, now: datetime) -> None:
        """Ask every account who it is, again in an hour; after trouble with one, in five minutes."""
        shut = await self._database.write(self._note_shut)
        if shut:
            # The main account works on; who looks after Keydesk must know why the others do not.
            log.error("accounts.cannot_be_unsealed", accounts=shut, why=self._keyring.problem or "no key opens them")
        answered = [
            await self._load(account_id, client, now)
            for account_id, client in (await self._providers.accounts()).items()
        ]
        at = now + (EVERY if all(answered) and not shut else AFTER_TROUBLE)
        await self._database.write(lambda session: self._engine.later(session, Job("credentials.load", ref), at))

    async def _load(self, account_id: str, client: Provider, now: datetime) -> bool:
        """Ask one account; False if it did not answer."""
        try:
            columns = told(await client.who_am_i(), now)
        except ProviderError as problem:
            log.warning("accounts.not_loaded", account=account_id, why=problem.text)
            columns = {"problem": problem.text}

        def note(session: Session) -> None:
            if account_id == accounts.MAIN:
                accounts.keep_main(session, now, fingerprint=client.fingerprint, **columns)
            else:
                accounts.amend(session, account_id, **columns)

        await self._database.write(note)
        return columns["problem"] is None

    def _note_shut(self, session: Session) -> list[str]:
        shut = sealed.shut(session, self._keyring)
        for account in shut:
            accounts.amend(session, account.id, problem=sealed.SHUT)
        return [account.name for account in shut]

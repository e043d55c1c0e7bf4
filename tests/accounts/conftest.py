"""A store and an emulated Deepgram with a second account, and the real routing between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.accounts.adding import NewAccount, add
from bot.accounts.sealed import SealedAccounts
from bot.providers.deepgram.kind import deepgram_kind
from bot.providers.registry import Providers
from bot.sealing import Keyring, new_key
from bot.store.accounts import Account
from bot.store.database import Database
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.factories import NOON, Bench, bench, small_database


@dataclass
class Workspace:
    """Keydesk with room for several accounts; "studio" stands ready at Deepgram with "dubbing" and "trailers"."""

    database: Database
    emulator: DeepgramEmulator
    keyring: Keyring
    deepgram: Providers
    rooms: Bench

    async def add(self, name: str = "studio", customer: str | None = None, credential: str = "studio") -> Account:
        """Add an account with one of the emulator's credentials."""
        secret = SecretStr(self.emulator.credentials.get(credential, credential))
        given = NewAccount(name, customer, secret)
        return await add(given, self.database, self.keyring, self.deepgram, NOON)

    def project(self, name: str) -> Project:
        """Return one of the emulator's projects."""
        return next(project for project in self.emulator.state.projects.values() if project.name == name)

    def over(self, keyring: Keyring) -> Providers:
        """Return Deepgram as a process with another ring has it."""
        return over(self.emulator, self.database, keyring)


def over(emulator: DeepgramEmulator, database: Database, keyring: Keyring) -> Providers:
    """Return all accounts, the main one an admin's."""
    kind = deepgram_kind(emulator.url)
    return Providers(kind.open(SecretStr(emulator.credentials["admin"])), SealedAccounts(database, keyring), (kind,))


@pytest.fixture
async def workspace(tmp_path: Path) -> AsyncIterator[Workspace]:
    """Keydesk over SQLite, with the main account only."""
    emulator = DeepgramEmulator(lambda: NOON)
    await emulator.start()
    emulator.open_account("studio", "dubbing", "trailers")
    database = small_database(tmp_path)
    keyring = Keyring(SecretStr(new_key()))
    deepgram = over(emulator, database, keyring)
    yield Workspace(database, emulator, keyring, deepgram, await bench(database, deepgram))
    await deepgram.aclose()
    await emulator.stop()
    database.close()

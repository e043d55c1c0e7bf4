"""What `keydesk doctor` looks at at providers: addresses, credentials, and what hangs on them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from bot.accounts import sealed
from bot.app import kinds_of
from bot.config import Settings
from bot.doctor.store import is_there
from bot.errors import BotError
from bot.home.check import Check
from bot.home.status import credential, permissions
from bot.providers.deepgram.addresses import doubt
from bot.providers.port import Vendor
from bot.providers.provider import ProviderKind
from bot.providers.registry import Account as OpenedAccount
from bot.providers.values import Credential
from bot.sealing import Keyring
from bot.slack.words import count
from bot.store import accounts, keys
from bot.store.accounts import Account
from bot.store.database import Database


def address_check(settings: Settings) -> Check:
    """Look at where Deepgram's key goes; an address that cannot be right was refused with the settings."""
    url = settings.deepgram_api_url
    return Check("deepgram address", True, doubt(url) or url)


async def provider_checks(settings: Settings, database: Database) -> list[Check]:
    """Look at the main account: whose credential it is, what it may do, and what hangs on it."""
    try:
        deepgram = kinds_of(settings)[0].open(settings.deepgram_api_key)
    except BotError as problem:
        return [Check("deepgram", False, f"{problem.text} Set DEEPGRAM_API_KEY.")]
    found, problem_text = await credential(deepgram)
    await deepgram.aclose()
    if found is None:
        return [Check("deepgram", False, f"{problem_text} See DEEPGRAM_API_KEY and DEEPGRAM_API_URL in .env.")]
    return [
        _power("deepgram", deepgram.vendor, found),
        Check("deepgram projects", found.projects > 0, f"{count(found.projects, 'project')} visible"),
        await _hanging(database),
    ]


def _power(name: str, vendor: Vendor, found: Credential) -> Check:
    """Say whether a credential can do what Keydesk does with it, by its role where its provider knows roles."""
    if not vendor.able_roles:
        return Check(name, True, f"{vendor.name} accepts it")
    cannot = (
        "; ".join(permissions(found)) or "nothing it cannot do (an admin-role key is recommended: it can destroy less)"
    )
    if found.role in vendor.able_roles:
        return Check(name, True, f"role {found.role}: {cannot}")
    words = f"role {found.role or 'unknown'}: {cannot}. Create the key as an admin of the service account."
    return Check(name, False, words)


async def _hanging(database: Database) -> Check:
    if not is_there(database):
        return Check("keys made here", True, "none: there is no database yet")
    try:
        live = await database.read(keys.live_made_here)
    except SQLAlchemyError:
        return Check("keys made here", True, "not counted: the schema is not there yet")
    words = f"{count(live, 'live key')} would die with the service account: never remove or demote that member"
    return Check("keys made here", True, words)


async def account_checks(settings: Settings, database: Database) -> list[Check]:
    """Look at the accounts beside the main one, and at the ring of keys that opens their credentials."""
    ring, rows = Keyring(settings.keydesk_secret_key), await _beside_main(database)
    if not rows and not settings.keydesk_secret_key.get_secret_value():
        return []
    secret_key = Check("secret key", not ring.problem, ring.problem or "it can be read")
    kinds = {kind.vendor.id: kind for kind in kinds_of(settings)}
    return [secret_key, *[await _account(kinds, sealed.opened(row, ring)) for row in rows]]


async def _beside_main(database: Database) -> list[Account]:
    if not is_there(database):
        return []
    try:
        return await database.read(accounts.beside_main)
    except SQLAlchemyError:
        return []


async def _account(kinds: Mapping[str, ProviderKind], account: OpenedAccount) -> Check:
    name = f"account {account.name}"
    if account.credential is None:
        mend = "put the key that sealed it back into KEYDESK_SECRET_KEY, or remove the account in Slack and add it anew"
        return Check(name, False, f"its credential cannot be unsealed: {mend}")
    kind = kinds.get(account.provider)
    if kind is None:
        return Check(name, False, f"this Keydesk does not work with {account.provider}: remove the account in Slack")
    async with contextlib.aclosing(kind.open(account.credential)) as client:
        found, problem = await credential(client)
    if found is None:
        return Check(name, False, problem)
    return _power(name, kind.vendor, found)

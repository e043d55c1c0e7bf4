"""After a restore, or whenever in doubt: the provider's keys against the store, read only."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from functools import partial
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from bot.accounts import sealed
from bot.app import providers_of
from bot.config import Settings
from bot.errors import BotError, NotOffered
from bot.providers.listed import Listed
from bot.providers.provider import ProviderKind
from bot.providers.registry import Providers
from bot.providers.values import Key as ProviderKey
from bot.sealing import Keyring
from bot.store import accounts, mints
from bot.store.database import Database
from bot.store.keys import Key

T = TypeVar("T")


class NotMade(Exception):
    """The report could not be made; its text says why."""


async def report(settings: Settings, more: Sequence[ProviderKind] = ()) -> list[str]:
    """Return the report, a line each; changes nothing anywhere. ``more`` are providers beside Keydesk's own.

    Raises:
        NotMade: the provider or the store could not be read.
    """
    database = Database(settings.database_url)
    try:
        async with contextlib.aclosing(providers_of(settings, database, more=more)) as providers:
            return [*await _unread(settings, database, providers.kinds), *await _report(database, providers)]
    except BotError as problem:
        raise NotMade(f"The report could not be made: {problem.text}") from None
    except SQLAlchemyError as problem:
        kind = type(problem).__name__
        text = f"The report could not be made: the store cannot be read ({kind}). See keydesk doctor."
        raise NotMade(text) from None
    finally:
        await asyncio.to_thread(database.close)


async def _report(database: Database, providers: Providers) -> list[str]:
    lines: list[str] = []
    unreadable: list[str] = []
    passed_by: list[str] = []
    read = 0
    for account, client in (await providers.accounts()).items():
        projects = await client.projects()
        unreadable += _gaps(f"account {account}", "projects", projects)
        for project in projects:
            try:
                listed = await client.keys(project.project_id, status="active")
            except NotOffered:
                passed_by.append(f"{project.name}: keys not offered by {client.vendor.name}, nothing to compare")
                continue
            found = await database.read(partial(compare, project_id=project.project_id, listed=listed))
            lines += [f"{project.name}: {line}" for line in found]
            unreadable += _gaps(project.name, "keys", listed)
            read += 1
    if unreadable:
        end = f"{read} projects read, not all of what is in them, {len(lines)} differences. Nothing was changed."
        return [*passed_by, *unreadable, *lines, end]
    if not lines:
        return [*passed_by, f"{read} projects read: the provider and the store agree."]
    return [*passed_by, *lines, f"{read} projects read, {len(lines)} differences. Nothing was changed."]


def _gaps(where: str, noun: str, listed: Listed[T]) -> list[str]:
    """Return a line where a list is not whole: what stands in its gaps may be alive and known to nobody here."""
    if listed.is_whole:
        return []
    left_out = f"{listed.left_out} entries" if listed.is_told else "the whole list"
    return [f"{where}: NOT READ, {left_out} of its {noun}: the provider gave nothing that can be used"]


async def _unread(settings: Settings, database: Database, kinds: Collection[str]) -> list[str]:
    """Return a line for each account that cannot be read: its silence must not be taken for peace.

    Those are accounts that cannot be unsealed, and those of a vendor that is none of ``kinds``.
    """
    keyring = Keyring(settings.keydesk_secret_key)
    shut = await database.read(lambda session: sealed.shut(session, keyring))
    unknown = [each for each in await database.read(accounts.beside_main) if each.provider not in kinds]
    lines = [f"account {each.name}: NOT READ, this Keydesk does not work with {each.provider}" for each in unknown]
    why = "NOT READ, its credential cannot be unsealed: run keydesk doctor"
    return lines + [f"account {account.name}: {why}" for account in shut if account.provider in kinds]


def compare(session: Session, project_id: str, listed: Listed[ProviderKey]) -> list[str]:
    """Return the differences between one project's keys at the provider and in the store."""
    gone = "gone at the provider" if listed.is_whole else "in no entry of the provider's that could be read"
    there = {key.key_id: key for key in listed}
    here = {key.provider_key_id: key for key in session.exec(select(Key).where(col(Key.project_id) == project_id))}
    unknown = [_unknown(session, key) for key_id, key in there.items() if key_id not in here]
    missing = [
        f"key {key.label} is {key.state} here and {gone}"
        for key_id, key in here.items()
        if key.state != "ended" and key_id not in there
    ]
    risen = [
        f"key {key.label} has ended here and is LIVE at the provider: end it"
        for key_id, key in here.items()
        if key.state == "ended" and key_id in there
    ]
    unshown = [
        f"key {key.label} was made here and never shown: it ends when Keydesk runs unfrozen"
        for key_id, key in here.items()
        if key.state == "making" and key_id in there
    ]
    return [*risen, *unknown, *unshown, *missing]


def _unknown(session: Session, key: ProviderKey) -> str:
    mint_id = key.comment.rpartition("keydesk:")[2] if "keydesk:" in key.comment else ""
    if not mint_id:
        return f"key {key.key_id} was not made by Keydesk and is not in the store yet ({key.comment[:60]!r})"
    known = mints.get(session, mint_id)
    state = "an attempt that is known" if known is not None else "an attempt that the store does not know"
    return f"key {key.key_id} was made by Keydesk, by {state}: it is in no row here"

"""How an account is added, from the command line: asked who it is, compared with those known, sealed, written down."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import SecretStr
from sqlmodel import Session

from bot import audit
from bot.accounts.operations import NAME
from bot.engine.port import Job
from bot.errors import BotError, CredentialsRejected, ProviderError
from bot.providers.provider import Provider
from bot.providers.registry import Providers
from bot.providers.values import Credential, Project
from bot.sealing import Keyring
from bot.slack.words import listed
from bot.store import accounts, customers, projects, scheduled_jobs
from bot.store.accounts import Account
from bot.store.columns import FIRST_PROVIDER
from bot.store.database import Database

NAMES_SHOWN = 3
NO_CREDENTIAL = "That is not a credential: it is empty, or holds characters that no key holds. Nothing was added."
REFUSED = "The provider does not accept the credential you typed. Nothing was added."


class NotAdded(BotError):
    """The account was not added; the text says why."""


@dataclass(frozen=True)
class NewAccount:
    """What was given: a name, whose account it is (a customer's tag, None for ours), its credential, its provider."""

    name: str
    customer: str | None
    credential: SecretStr
    provider: str = FIRST_PROVIDER


async def add(given: NewAccount, database: Database, keyring: Keyring, providers: Providers, now: datetime) -> Account:
    """Add an account; a running Keydesk reads its projects at once.

    Raises:
        NotAdded: a name or the credential does not fit, or a project of it is an account's already.
        CannotSeal: there is no usable key in KEYDESK_SECRET_KEY.
        ProviderError: the provider did not answer.
    """
    _check_names(given)
    client = _client(given, providers)
    async with contextlib.aclosing(client):
        sealed, fingerprint = keyring.seal(given.credential), client.fingerprint
        found, listed = await _ask(client)
    if not listed:
        raise NotAdded("This credential sees no project, so there is nothing that Keydesk could do with it.")
    elsewhere = await _listed_elsewhere(providers)
    row = Account(
        name=given.name,
        customer=given.customer,
        provider=given.provider,
        sealed=sealed,
        fingerprint=fingerprint,
        **told(found, now),
        added_at=now,
    )
    return await database.write(partial(_save, row=row, listed=listed, elsewhere=elsewhere, now=now))


def _client(given: NewAccount, providers: Providers) -> Provider:
    kind = providers.kinds.get(given.provider)
    if kind is None:
        known = listed(providers.kinds, "or")
        raise NotAdded(f"Keydesk works with no provider {given.provider[:40]}. Choose {known}. Nothing was added.")
    try:
        return kind.open(given.credential)
    except CredentialsRejected:
        raise NotAdded(NO_CREDENTIAL) from None


async def _ask(client: Provider) -> tuple[Credential, Sequence[Project]]:
    try:
        return await client.who_am_i(), await client.projects()
    except CredentialsRejected:
        raise NotAdded(REFUSED) from None


def told(found: Credential, now: datetime) -> dict[str, Any]:
    """Return the columns of an account that a credential's answer fills."""
    return {
        "role": found.role,
        "member_id": found.member_id,
        "email": found.email,
        "projects": found.projects,
        "used_at": now,
        "problem": None,
    }


def _check_names(given: NewAccount) -> None:
    if NAME.fullmatch(given.name) is None or given.name == accounts.MAIN:
        raise NotAdded(
            "The name takes lower case letters, digits, dot, dash and underscore, at most 40, and is not “main”."
        )
    if given.customer is not None and not customers.is_tag(given.customer):
        raise NotAdded("That cannot be a customer's tag: letters, digits, blanks and . : / @ + & - only, at most 128.")


async def _listed_elsewhere(providers: Providers) -> set[str]:
    """Return the projects that the known accounts list now; what one in trouble listed last stands in the mirror."""
    found: set[str] = set()
    for client in (await providers.accounts()).values():
        with contextlib.suppress(ProviderError):
            found |= {project.project_id for project in await client.projects()}
    return found


def _save(session: Session, row: Account, listed: Iterable[Project], elsewhere: set[str], now: datetime) -> Account:
    if accounts.named(session, row.name) is not None:
        raise NotAdded(f"There is an account {row.name} already. Remove it first, or choose another name.")
    taken = [
        project.name or project.project_id
        for project in listed
        if project.project_id in elsewhere or projects.get(session, project.project_id) is not None
    ]
    if taken:
        more = f" and {len(taken) - NAMES_SHOWN} more" if len(taken) > NAMES_SHOWN else ""
        raise NotAdded(
            f"Keydesk works in {', '.join(taken[:NAMES_SHOWN])}{more} already, with another credential. "
            "One project in two accounts would be counted twice, so nothing was added."
        )
    session.add(row)
    session.flush()
    audit.note(
        session,
        audit.KEYDESK,
        "accounts.added",
        row.id,
        now,
        account=row.name,
        customer=row.customer,
        fingerprint=row.fingerprint,
        role=row.role,
        projects=row.projects,
    )
    mirror = Job("projects.mirror", "all")
    scheduled_jobs.put(session, job_id=mirror.id, kind=mirror.kind, ref=mirror.ref, key=mirror.key, due_at=now)
    return row

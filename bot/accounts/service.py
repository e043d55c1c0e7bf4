"""What the list of accounts and the form of removal show, read from the local store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session

from bot.errors import NotUnderstood
from bot.slack.pages import WORDS_LONGEST, Page, page_of
from bot.slack.words import utc
from bot.store import accounts, keys, projects
from bot.store.accounts import Account
from bot.store.keys import Key
from bot.vendors import Vendors, vendors_in

TABLE_HEADER = ("Account", "Provider", "Whose", "Credential", "Role", "Projects", "Added", "Last answered", "Problem")


@dataclass(frozen=True)
class Accounts:
    """A page of the accounts that match."""

    page: Page[Account]
    words: str
    may_remove: bool
    vendors: Vendors


@dataclass(frozen=True)
class AccountLoss:
    """What goes with an account: its projects by name, and the live keys made there that can no longer be ended."""

    account: Account
    projects: Sequence[str]
    keys: Sequence[Key]


def read(session: Session, words: str, number: int, *, may_remove: bool) -> Accounts:
    """Return a page of the accounts in use whose name, mark or customer holds the words."""
    typed = words.strip()[:WORDS_LONGEST]
    return Accounts(page_of(_found(session, typed), number), typed, may_remove, vendors_in(session))


def table(session: Session, words: str) -> list[tuple[object, ...]]:
    """Return every account in use that matches, under ``TABLE_HEADER``."""
    return [
        (
            row.name,
            vendors_in(session).named(row.provider).name,
            row.customer or "ours",
            row.fingerprint,
            row.role or "unknown",
            row.projects,
            utc(row.added_at),
            utc(row.used_at) if row.used_at is not None else "",
            row.problem or "",
        )
        for row in _found(session, words)
    ]


def the_account(session: Session, wanted: str) -> Account:
    """Return the account in use with this id or name.

    Raises:
        NotUnderstood: there is none.
    """
    found = accounts.get(session, wanted.strip())
    if found is None or found.state != "live":
        found = accounts.named(session, wanted.strip().lower())
    if found is None:
        raise NotUnderstood(f"There is no account {wanted[:60]}. /keydesk accounts list shows all of them.")
    return found


def loss(session: Session, account_id: str) -> AccountLoss:
    """Return what would go with an account.

    Raises:
        NotUnderstood: there is no such account in use.
    """
    account = the_account(session, account_id)
    mine = projects.of_account(session, account.id)
    out_of_reach = [key for project in mine for key in keys.live_made_in(session, project.id)]
    return AccountLoss(account, [project.name for project in mine], out_of_reach)


def _found(session: Session, words: str) -> list[Account]:
    return [row for row in accounts.live(session) if words.lower() in _searched(row)]


def _searched(row: Account) -> str:
    return f"{row.name} {row.fingerprint} {row.customer or 'ours'}".lower()

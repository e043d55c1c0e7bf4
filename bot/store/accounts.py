"""Accounts at the provider: the main one, whose credential stands in the environment, and those added beside it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import FIRST_PROVIDER, UTCDateTime, one_of
from bot.store.conditional import change, changed
from bot.store.database import once
from bot.store.projects import Project
from bot.store.upsert import insert_into

MAIN = "main"  # the id, and the name, of the account whose credential stands in the environment
STATES = ("live", "removed")


class Account(SQLModel, table=True):
    """One member of some projects at the provider, and what is known of its credential.

    ``sealed`` is the credential, encrypted; None for the main account and for a removed one. ``customer`` is the tag
    of whom the account belongs to, None for ours. ``role``, ``member_id`` and ``email`` are the credential's own, as
    last learnt. ``used_at`` is when the provider last answered it, ``problem`` why it did not since.
    """

    __tablename__ = "accounts"
    __table_args__ = (one_of("state", STATES),)

    id: str = Field(primary_key=True, default_factory=lambda: "ac" + secrets.token_hex(8))
    name: str
    customer: str | None = None
    sealed: str | None = None
    provider: str = Field(default=FIRST_PROVIDER, sa_column_kwargs={"server_default": FIRST_PROVIDER})
    fingerprint: str
    role: str | None = None
    member_id: str | None = None
    email: str | None = None
    projects: int = 0
    state: str = "live"
    added_at: datetime = Field(sa_type=UTCDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    problem: str | None = None

    @property
    def label(self) -> str:
        """The name with whose it is, as it stands beside a project (plain text)."""
        return f"{self.name} · theirs ({self.customer})" if self.customer is not None else self.name


def get(session: Session, account_id: str) -> Account | None:
    """Return the account, removed or not, or None."""
    return session.get(Account, account_id)


def is_live(session: Session, account_id: str) -> bool:
    """Tell whether an account is in use."""
    account = get(session, account_id)
    return account is not None and account.state == "live"


def live(session: Session) -> list[Account]:
    """Return the accounts that are in use, the main one first, then the oldest."""
    found = select(Account).where(col(Account.state) == "live")
    return list(session.exec(found.order_by(col(Account.id) != MAIN, col(Account.added_at), col(Account.id))))


def beside_main(session: Session) -> list[Account]:
    """Return the added accounts that are in use, the oldest first."""
    return [account for account in live(session) if account.id != MAIN]


def in_trouble(session: Session) -> list[str]:
    """Return the names of the added accounts that could not be read when they were last asked."""
    return [account.name for account in beside_main(session) if account.problem is not None]


def named(session: Session, name: str) -> Account | None:
    """Return the account in use with this name."""
    return session.exec(select(Account).where(col(Account.state) == "live", col(Account.name) == name)).first()


def of_project(session: Session, project_id: str) -> Account | None:
    """Return the added account, in use or removed, that a project is of; None for the main one's or an unknown one."""
    ids = {project_id, project_id.lower()}
    found = select(Account).join(Project, col(Project.account_id) == col(Account.id)).where(col(Project.id).in_(ids))
    return once(session, (of_project, project_id), lambda: session.exec(found).first())


def opening(session: Session, project_id: str) -> Account | None:
    """Return the account whose credential opens a project; None before the main one was first asked who it is."""
    return of_project(session, project_id) or once(session, (opening, MAIN), lambda: get(session, MAIN))


def our_role(session: Session, project_id: str) -> str | None:
    """Return the role of the credential that opens a project, as far as it is known."""
    account = opening(session, project_id)
    return account.role if account is not None else None


def theirs(session: Session) -> dict[str, str]:
    """Return every project that is in a customer's own account, with that customer's tag."""
    found = select(Project.id, Account.customer).join(Account, col(Project.account_id) == col(Account.id))
    return {project_id: tag for project_id, tag in session.exec(found) if tag is not None}


def labels(session: Session) -> Mapping[str | None, str]:
    """Return what stands beside a project, by its ``account_id``; empty where there is one account only."""
    found = beside_main(session)
    return {None: MAIN} | {account.id: account.label for account in found} if found else {}


def keep_main(session: Session, now: datetime, **told: Any) -> None:
    """Write down what was learnt of the main account; its row is made the first time."""
    row = insert_into(session, Account).values(id=MAIN, name=MAIN, state="live", added_at=now, **told)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=told))


def amend(session: Session, account_id: str, **told: Any) -> None:
    """Write down what was learnt of an account that is in use; of a removed one nothing."""
    change(session, Account, col(Account.id) == account_id, col(Account.state) == "live", **told)


def reseal(session: Session, account_id: str, old: str, new: str) -> bool:
    """Replace a sealed credential; False where the account was removed, or sealed otherwise, meanwhile."""
    return changed(
        session,
        Account,
        col(Account.id) == account_id,
        col(Account.state) == "live",
        col(Account.sealed) == old,
        sealed=new,
    )


def remove(session: Session, account_id: str, now: datetime) -> bool:
    """Forget the credential of an added account for good, and let its projects go; True for the one who did it."""
    if not changed(
        session,
        Account,
        col(Account.id) == account_id,
        col(Account.id) != MAIN,
        col(Account.state) == "live",
        state="removed",
        sealed=None,
        removed_at=now,
    ):
        return False
    change(session, Project, col(Project.account_id) == account_id, col(Project.gone_at).is_(None), gone_at=now)
    return True

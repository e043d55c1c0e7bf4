"""What the emulated Deepgram remembers.

Secrets are kept only as hashes. A key is live while it exists, has not expired, and its creator is still a member
of its project: leaving or being removed disables a member's keys.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import uuid4

from playground.deepgram.roles import Scopes, permissions
from playground.deepgram.telling import Telling

SECRET_PREFIX = "emulated-"  # real secrets are 40 hexadecimal digits and nothing else


@dataclass
class Account:
    """A person or service account; ``account_id`` is its member id in every project."""

    email: str
    first_name: str = ""
    last_name: str = ""
    account_id: str = field(default_factory=lambda: str(uuid4()))


@dataclass
class StoredKey:
    """A key without its secret; ``per_day`` is how many requests it makes on a working day while it lives.

    On ``busiest`` it makes many times as many.
    """

    key_id: str
    project_id: str
    account_id: str
    comment: str
    scopes: list[str]
    tags: list[str]
    created: datetime
    expiration_date: datetime | None
    secret_hash: str
    per_day: int = 0
    busiest: date | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Adjustment:
    """What a day's bill is corrected by, in hundred-thousandths of a dollar: a credit is negative."""

    day: date
    key: StoredKey
    line_item: str
    cost: int


@dataclass
class Project:
    """A project: its members' scopes, its keys, its open invitations (address to scope), and who makes requests.

    ``streams`` keeps ended keys too, because what they did stays on record; a key's place in it never changes.
    ``mailed`` are the addresses that invitations were sent to, once per mail; ``adjustments`` correct its bills.
    """

    project_id: str
    name: str
    mip_opt_out: bool = False
    members: dict[str, list[str]] = field(default_factory=dict)
    keys: dict[str, StoredKey] = field(default_factory=dict)
    invites: dict[str, str] = field(default_factory=dict)
    mailed: list[str] = field(default_factory=list)
    streams: list[StoredKey] = field(default_factory=list)
    adjustments: list[Adjustment] = field(default_factory=list)


class State:
    """Accounts, projects and keys, and the switches for what sources disagree about.

    ``key_shape`` chooses how one key is answered: "A" as in the specification, "B" as in the documentation.
    ``list_tells_expiry`` adds tags and expiry to listed keys, as older documentation had it.
    ``permission_family`` chooses the body and status of a missing permission.
    ``request_shape`` chooses how one request is answered: "A" under ``request`` as in the specification, "B" bare.
    ``outcome_place`` puts a record's code and deployment inside ``response`` (live) or at its top (specification).
    ``amounts_are_text`` writes balances as text, as the types of an older SDK have them.
    ``page_cap`` cuts pages of requests at so many, without a word, whatever ``limit`` asks for.
    ``telling`` says of projects, by id, how their reports are told otherwise.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.now = now
        self.accounts: dict[str, Account] = {}
        self.projects: dict[str, Project] = {}
        self.key_shape: Literal["A", "B"] = "B"
        self.list_tells_expiry = False
        self.permission_family: Literal["modern", "legacy"] = "modern"
        self.request_shape: Literal["A", "B"] = "A"
        self.outcome_place: Literal["response", "top"] = "response"
        self.amounts_are_text = False
        self.page_cap: int | None = None
        self.telling: dict[str, Telling] = {}
        self._by_hash: dict[str, StoredKey] = {}

    def telling_of(self, project_id: str) -> Telling:
        """Return how the reports of a project are told."""
        return self.telling.get(project_id.lower(), Telling())

    def add_account(self, account: Account) -> Account:
        """Remember an account."""
        self.accounts[account.account_id] = account
        return account

    def add_project(self, project: Project) -> Project:
        """Remember a project."""
        self.projects[project.project_id] = project
        return project

    def add_key(
        self,
        project: Project,
        account_id: str,
        comment: str,
        scopes: Iterable[str],
        *,
        tags: Iterable[str] = (),
        created: datetime | None = None,
        expiration_date: datetime | None = None,
        secret: str | None = None,
        key_id: str | None = None,
        per_day: int = 0,
    ) -> tuple[StoredKey, str]:
        """Create a key and return it with its secret, which is told here only.

        ``per_day`` requests are made with it on each working day from ``created`` on.
        """
        secret = secret or SECRET_PREFIX + secrets.token_hex(20)
        key = StoredKey(
            key_id or str(uuid4()),
            project.project_id,
            account_id,
            comment,
            list(scopes),
            list(tags),
            created or self.now(),
            expiration_date,
            _hash(secret),
            per_day,
        )
        self.keep_key(project, key)
        if per_day:
            project.streams.append(key)
        return key, secret

    def keep_key(self, project: Project, key: StoredKey) -> None:
        """Hold a key that is made already, with the hash of its secret."""
        project.keys[key.key_id] = key
        self._by_hash[key.secret_hash] = key

    def end_key(self, key: StoredKey) -> None:
        """Forget a key: its secret opens nothing any more, and no more requests are made with it."""
        key.ended = self.now()
        self.projects[key.project_id].keys.pop(key.key_id, None)
        self._by_hash.pop(key.secret_hash, None)

    def remove_member(self, project: Project, account_id: str) -> None:
        """Take an account out of a project, and its keys with it."""
        del project.members[account_id]
        for key in [key for key in project.keys.values() if key.account_id == account_id]:
            self.end_key(key)

    def end_project(self, project: Project) -> None:
        """Forget a project and all its keys."""
        for key in list(project.keys.values()):
            self.end_key(key)
        del self.projects[project.project_id]

    def key_of(self, secret: str) -> StoredKey | None:
        """Return the live key that a secret belongs to."""
        key = self._by_hash.get(_hash(secret))
        return key if key and self.is_usable(key) else None

    def is_live(self, secret: str) -> bool:
        """Return whether anybody could use this secret now."""
        return self.key_of(secret) is not None

    def is_usable(self, key: StoredKey) -> bool:
        """Return whether a key is neither expired nor orphaned."""
        return not self.is_expired(key) and key.account_id in self.projects[key.project_id].members

    def is_expired(self, key: StoredKey) -> bool:
        """Return whether a key's end has come."""
        return key.expiration_date is not None and key.expiration_date <= self.now()

    def power(self, caller: StoredKey, project: Project) -> Scopes:
        """Return what a key may do in a project: its scopes, capped by its creator's current scopes there."""
        return permissions(caller.scopes) & permissions(project.members.get(caller.account_id, ()))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()

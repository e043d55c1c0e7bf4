"""Projects, keys and people as values: the same whoever the provider is.

Providers leave out almost anything; so every field but an object's own id may be unknown.
"""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr

from bot.providers.ids import Id, MaybeId
from bot.providers.lenient import Lenient, MaybeMoment, MaybeText, MaybeTexts, Text, Texts

Role = Literal["owner", "admin", "member"]


class Project(Lenient):
    """A project that the credential can see."""

    project_id: Id
    name: Text = ""
    mip_opt_out: bool | None = None


class Key(Lenient):
    """A key as its provider lists it.

    Lists usually lack ``tags`` and ``expiration_date``: there, None means "not told", not "none" or "never".
    """

    key_id: Id
    project_id: Id
    comment: Text = ""
    scopes: Texts = ()
    tags: MaybeTexts = None
    created: MaybeMoment = None
    expiration_date: MaybeMoment = None
    member_id: MaybeId = None
    email: MaybeText = None


class CreatedKey(Lenient):
    """A key just made; ``secret`` is told this once and shows in no repr."""

    key_id: Id
    project_id: Id
    secret: SecretStr
    comment: Text = ""
    scopes: Texts = ()
    tags: MaybeTexts = None
    created: MaybeMoment = None
    expiration_date: MaybeMoment = None


class Credential(Lenient):
    """Who Keydesk is at a provider, as far as it can tell; None means unknown."""

    key_id: str | None = None
    member_id: str | None = None
    email: str | None = None
    scopes: tuple[str, ...] = ()
    role: Role | None = None
    projects: int = 0


class Member(Lenient):
    """A member of a project: a person or a service account."""

    member_id: Id
    project_id: Id
    email: MaybeText = None
    first_name: Text = ""
    last_name: Text = ""
    scopes: Texts = ()


class Invite(Lenient):
    """An invitation that waits to be accepted."""

    email: Text
    project_id: Id
    scope: Text = ""

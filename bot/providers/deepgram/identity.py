"""Who Keydesk is at Deepgram, and what its credential may do.

Deepgram documents that ``GET /v1/auth/token`` answers "details about your key", but not which; so whatever it says
is completed by reading the key itself, its creator and the creator's scopes in a project that lists the key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from bot.errors import NotFound, NotUnderstood, ScopeMissing
from bot.providers.deepgram.keys import Keys
from bot.providers.deepgram.members import Members
from bot.providers.deepgram.models import key_of
from bot.providers.deepgram.projects import Projects
from bot.providers.http import Sender
from bot.providers.lenient import object_or_empty, texts_or_none
from bot.providers.roles import ROLES, role_of
from bot.providers.values import Credential, Key, Project, Role

SEARCHED_AT_ONCE = 20  # projects; before each further one is a pause, as they may be thousands
SEARCH_PAUSE_SECONDS = 0.1

ProjectOfKey = Callable[[str], Awaitable[str | None]]
"""The project in which Keydesk last saw the key with this id of Deepgram's; None where it knows of none."""


async def nowhere(_: str) -> str | None:
    """Know of no key."""
    return None


class Identity(Projects, Keys, Members):
    """What the credential says about itself."""

    def __init__(
        self,
        transport: Sender,
        *,
        project_of_key: ProjectOfKey = nowhere,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        super().__init__(transport)
        self._project_of_key = project_of_key
        self._pause = pause

    async def who_am_i(self) -> Credential:
        """Return what can be learned about the credential; every part of it may be unknown.

        A key's power is capped by its creator's current role (Deepgram's page on roles), so ``role`` is the lower
        of what the key's own scopes and the creator's scopes amount to. A credential of the member role cannot
        read the latter; then the key's own scopes decide alone.

        Raises:
            CredentialsRejected: Deepgram does not accept the credential.
            Unavailable: Deepgram could not be asked.
        """
        told = await self._transport.read("/v1/auth/token", "to check Keydesk's own key")
        itself = key_of("", told)
        projects = await self._visible_projects()
        key = await self._own_key(projects, itself.key_id) if itself else None
        scopes = key.scopes if key and key.scopes else _scopes_told(told, itself)
        known = [role for role in (role_of(scopes), await self._creators_role(key)) if role]
        return Credential(
            key_id=itself.key_id if itself else None,
            member_id=key.member_id if key else None,
            email=key.email if key else None,
            scopes=scopes,
            role=min(known, key=ROLES.index, default=None),
            projects=len(projects),
        )

    async def _visible_projects(self) -> list[Project]:
        try:
            return await self.projects()
        except ScopeMissing:
            return []

    async def _own_key(self, projects: list[Project], key_id: str) -> Key | None:
        """Return the key from where it was last seen, else from the project, of all, that lists it."""
        known = await self._project_of_key(key_id)
        found = await self._key_in(known, key_id) if known is not None else None
        for number, project in enumerate(projects):
            if found is not None:
                break
            if number >= SEARCHED_AT_ONCE:
                await self._pause(SEARCH_PAUSE_SECONDS)
            found = await self._key_in(project.project_id, key_id)
        return found

    async def _key_in(self, project_id: str, key_id: str) -> Key | None:
        try:
            return await self.key(project_id, key_id)
        except (NotFound, NotUnderstood, ScopeMissing):
            return None

    async def _creators_role(self, key: Key | None) -> Role | None:
        if key is None or key.member_id is None:
            return None
        try:
            return role_of(await self.member_scopes(key.project_id, key.member_id))
        except (NotFound, NotUnderstood, ScopeMissing):
            return None


def _scopes_told(told: dict[str, object], itself: Key | None) -> tuple[str, ...]:
    return (itself.scopes if itself else None) or texts_or_none(object_or_empty(told).get("scopes")) or ()

"""Deepgram while Keydesk is frozen after a restore: everything can be read, nothing changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NoReturn

from bot.errors import Unavailable
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.models import CreatedKey

WORDS = (
    "Keydesk was restored from a backup and is frozen, so nothing was made or ended. "
    "An owner reads the report of `keydesk reconcile` first; then Keydesk is started without --frozen."
)


class FrozenDeepgram(Deepgram):
    """Refuses every change before it is sent."""

    async def create_key(
        self,
        project_id: str,
        *,
        comment: str,
        scopes: Iterable[str],
        tags: Iterable[str] = (),
        expiration_date: datetime | None = None,
    ) -> CreatedKey:
        """Refuse."""
        del project_id, comment, scopes, tags, expiration_date
        _refuse()

    async def delete_key(self, project_id: str, key_id: str) -> None:
        """Refuse."""
        del project_id, key_id
        _refuse()

    async def rename_project(self, project_id: str, name: str) -> None:
        """Refuse."""
        del project_id, name
        _refuse()

    async def delete_project(self, project_id: str) -> None:
        """Refuse."""
        del project_id
        _refuse()


def _refuse() -> NoReturn:
    raise Unavailable(WORDS)

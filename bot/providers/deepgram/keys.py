"""Keys: list, read, create, delete. Deepgram can neither change nor rotate a key, nor tell its secret again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

from bot.errors import NotUnderstood
from bot.providers.deepgram.endpoints import Endpoints, listed, project_path
from bot.providers.deepgram.ids import path_id
from bot.providers.deepgram.models import created_key_of, key_of
from bot.providers.http import ProviderCall
from bot.providers.ids import is_uuid
from bot.providers.listed import Listed
from bot.providers.values import CreatedKey, Key


class Keys(Endpoints):
    """The endpoints under ``/v1/projects/{project_id}/keys``."""

    async def keys(self, project_id: str, status: Literal["active", "expired"] | None = None) -> Listed[Key]:
        """Return the keys of a project that the credential may see.

        Without ``members:read``, ``admins:read`` and ``owners:read`` Deepgram silently lists only the
        credential's own keys (its documentation of the keys endpoint). Which keys come without a ``status`` is
        not documented. A key whose id is none could be neither read nor ended: it counts as left out.
        """
        params = {"status": status} if status else None
        body = await self._transport.read(f"{project_path(project_id)}/keys", "to list the keys", params=params)
        found = await listed(body, "api_keys", partial(key_of, project_id))
        return found.only(lambda key: is_uuid(key.key_id))

    async def key(self, project_id: str, key_id: str) -> Key:
        """Return one key, with the tags and the expiry that lists leave out.

        Raises:
            NotUnderstood: an id is no UUID.
            NotFound: it is gone, or the credential cannot see it.
        """
        path, doing = _key_path(project_id, key_id), "to read the key"
        found = key_of(project_id, await self._transport.read(path, doing))
        if found is None:
            raise self._transport.no_answer(ProviderCall("GET", path, doing))
        return found

    async def create_key(
        self,
        project_id: str,
        *,
        comment: str,
        scopes: Iterable[str],
        tags: Iterable[str] = (),
        expiration_date: datetime | None = None,
    ) -> CreatedKey:
        """Create a key; its secret is in this answer and never told again.

        The request is sent once. It takes at most ``http.CHANGE_TIMEOUT_SECONDS``, but a request that was cut off may
        still be carried out later.

        Raises:
            NotUnderstood: the project id is no UUID, or ``expiration_date`` has no time zone.
            Unclear: the key may or may not exist; find it by its comment, because its secret is lost.
        """
        body = creation_body(comment, scopes, tags, expiration_date)
        path = f"{project_path(project_id)}/keys"
        call = ProviderCall("POST", path, "to create the key", body=body)
        created = created_key_of(project_id, await self._transport.change(call))
        if created is None:
            raise self._transport.no_answer(call)
        return created

    async def delete_key(self, project_id: str, key_id: str) -> None:
        """End a key for good.

        Raises:
            NotFound: there is no such key, or the credential cannot see it: Deepgram answers 404 also for a project
                that it is no member of any more, and for others' keys once its role was lowered. So this alone does
                not tell that the key is gone.
            Unclear: it may or may not be gone; read the key to see.
        """
        path = _key_path(project_id, key_id)
        await self._transport.change(ProviderCall("DELETE", path, "to delete the key"))


def creation_body(
    comment: str, scopes: Iterable[str], tags: Iterable[str], expiration_date: datetime | None
) -> dict[str, Any]:
    """Return the body of a creation: an empty list of tags is refused by Deepgram, so it is left out."""
    body: dict[str, Any] = {"comment": comment, "scopes": list(scopes)}
    if listed_tags := list(tags):
        body["tags"] = listed_tags
    if expiration_date is not None:
        body["expiration_date"] = _utc_text(expiration_date)
    return body


def _utc_text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise NotUnderstood("The key's end has no time zone, so it is not clear when that is.")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _key_path(project_id: str, key_id: str) -> str:
    return f"{project_path(project_id)}/keys/{path_id(key_id, 'key')}"

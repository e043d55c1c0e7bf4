"""How Deepgram writes projects and keys.

Its specification requires almost no field, and published records differ from it; so every field but an object's
own id may be unknown. Key shapes: the specification nests ``{item: {member: {…, api_key}}}``, the documentation and
several SDKs show ``{member, api_key}``; both are read.
"""

from __future__ import annotations

from typing import Any

from bot.providers.ids import is_uuid
from bot.providers.lenient import object_or_empty
from bot.providers.values import CreatedKey, Key, Project


def project_of(value: object) -> Project | None:
    """Read a project; None without an id."""
    body = object_or_empty(value)
    opted_out = body.get("mip_opt_out")
    project = Project.model_validate(
        {
            "project_id": body.get("project_id"),
            "name": body.get("name"),
            "mip_opt_out": opted_out if isinstance(opted_out, bool) else None,
        }
    )
    return project if project.project_id else None


def key_of(project_id: str, value: object) -> Key | None:
    """Read a key of either shape; None without an id."""
    body = object_or_empty(value)
    body = object_or_empty(body.get("item")) or body
    member = object_or_empty(body.get("member"))
    fields = object_or_empty(member.get("api_key")) or object_or_empty(body.get("api_key")) or body
    key = Key.model_validate(
        fields
        | {"key_id": fields.get("api_key_id"), "project_id": project_id}
        | {"member_id": member.get("member_id"), "email": member.get("email")}
    )
    return key if key.key_id else None


def created_key_of(project_id: str, body: dict[str, Any]) -> CreatedKey | None:
    """Read the answer of a creation; None without a secret, or an id by which the key could be ended again."""
    key_id, secret = body.get("api_key_id"), body.get("key")
    if not (isinstance(key_id, str) and is_uuid(key_id) and isinstance(secret, str) and secret):
        return None
    return CreatedKey.model_validate(body | {"key_id": key_id, "project_id": project_id, "secret": secret})

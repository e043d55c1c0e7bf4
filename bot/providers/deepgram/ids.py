"""Deepgram's ids, checked before they become part of a path.

``DELETE …/keys/..`` would go out as the deletion of the *project*: httpx resolves dot segments even when they are
quoted. So nothing but a UUID, or an e-mail address of plain characters, may stand in a path, and both are quoted all
the same.
"""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from pydantic import BeforeValidator

from bot.errors import NotUnderstood
from bot.providers.lenient import text_or_none

LONGEST_EMAIL = 254  # RFC 5321, as corrected by its erratum 1690
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNDASHED = re.compile(r"[0-9a-fA-F]{32}")  # as valid to whoever parses UUIDs

# Narrower than RFC 5322: what people have, without quotes, comments, slashes and percent signs.
_EMAIL = re.compile(
    r"[A-Za-z0-9_+&'-]+(\.[A-Za-z0-9_+&'-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])"
)


Id = Annotated[str, BeforeValidator(lambda value: canonical(value))]  # noqa: PLW0108 it stands below
MaybeId = Annotated[str | None, BeforeValidator(lambda value: canonical(value) or None)]


def is_uuid(value: str) -> bool:
    """Tell whether this can be the id of anything at Deepgram."""
    return _UUID.fullmatch(canonical(value)) is not None


def canonical(value: object) -> str:
    """Return an id in the one way in which we write it, dashed and in small letters, so that it can be compared.

    What is no UUID stays as it is, and no text is empty.
    """
    text = text_or_none(value) or ""
    if _UUID.fullmatch(text) or _UNDASHED.fullmatch(text):
        return str(UUID(text))
    return text


def uuid_of(value: str, noun: str) -> str:
    """Return an id as `canonical` writes it; ``noun`` names it to the reader ("key").

    Raises:
        NotUnderstood: it is no UUID; no call was made.
    """
    known = canonical(value)
    if _UUID.fullmatch(known) is None:
        raise NotUnderstood(f"That is not the id of a Deepgram {noun}. Please choose it from the list again.")
    return known


def is_email(value: str) -> bool:
    """Tell whether this is a plain address such as ``ana@acme.com``."""
    return len(value) <= LONGEST_EMAIL and _EMAIL.fullmatch(value) is not None


def email_of(value: str) -> str:
    """Return an e-mail address as it is.

    Raises:
        NotUnderstood: it is no plain address such as ``ana@acme.com``; no call was made.
    """
    if not is_email(value):
        raise NotUnderstood("That is not an e-mail address that Keydesk can use. It looks like ana@acme.com.")
    return value


def path_email(value: str) -> str:
    """Return an e-mail address, safe as one segment of a path.

    Raises:
        NotUnderstood: it is no plain address; no call was made.
    """
    return quote(email_of(value), safe="")


def path_id(value: str, noun: str) -> str:
    """Return an id, safe as one segment of a path; ``noun`` names it to the reader ("key").

    Raises:
        NotUnderstood: it is no UUID; no call was made.
    """
    return quote(uuid_of(value, noun), safe="")

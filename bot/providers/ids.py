"""Ids and addresses as every provider writes them, and as we compare them."""

from __future__ import annotations

import re
from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator

from bot.errors import NotUnderstood
from bot.providers.lenient import text_or_none

LONGEST_EMAIL = 254  # RFC 5321, as corrected by its erratum 1690
UUID_WRITTEN = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNDASHED = re.compile(r"[0-9a-fA-F]{32}")  # as valid to whoever parses UUIDs

# Narrower than RFC 5322: what people have, without quotes, comments, slashes and percent signs.
_EMAIL = re.compile(
    r"[A-Za-z0-9_+&'-]+(\.[A-Za-z0-9_+&'-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])"
)


Id = Annotated[str, BeforeValidator(lambda value: canonical(value))]  # noqa: PLW0108 it stands below
MaybeId = Annotated[str | None, BeforeValidator(lambda value: canonical(value) or None)]


def is_uuid(value: str) -> bool:
    """Tell whether this is a UUID."""
    return UUID_WRITTEN.fullmatch(canonical(value)) is not None


def canonical(value: object) -> str:
    """Return an id in the one way in which we write it, dashed and in small letters, so that it can be compared.

    What is no UUID stays as it is, and no text is empty.
    """
    text = text_or_none(value) or ""
    if UUID_WRITTEN.fullmatch(text) or _UNDASHED.fullmatch(text):
        return str(UUID(text))
    return text


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

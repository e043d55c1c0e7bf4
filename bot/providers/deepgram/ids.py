"""Deepgram's ids, checked before they become part of a path.

``DELETE …/keys/..`` would go out as the deletion of the *project*: httpx resolves dot segments even when they are
quoted. So nothing but a UUID, or an e-mail address of plain characters, may stand in a path, and both are quoted all
the same.
"""

from __future__ import annotations

from urllib.parse import quote

from bot.errors import NotUnderstood
from bot.providers.ids import UUID_WRITTEN, canonical, email_of


def uuid_of(value: str, noun: str) -> str:
    """Return an id as `canonical` writes it; ``noun`` names it to the reader ("key").

    Raises:
        NotUnderstood: it is no UUID; no call was made.
    """
    known = canonical(value)
    if UUID_WRITTEN.fullmatch(known) is None:
        raise NotUnderstood(f"That is not the id of a Deepgram {noun}. Please choose it from the list again.")
    return known


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

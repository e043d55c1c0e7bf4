"""Deepgram's ids, checked before they become part of a path.

``DELETE …/keys/..`` would go out as the deletion of the *project*: httpx resolves dot segments even when they are
quoted. So nothing but a UUID may stand in a path, and it is quoted all the same.
"""

from __future__ import annotations

import re
from urllib.parse import quote

from bot.errors import NotUnderstood

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def path_id(value: str, noun: str) -> str:
    """Return an id, safe as one segment of a path; ``noun`` names it to the reader ("key").

    Raises:
        NotUnderstood: it is no UUID; no call was made.
    """
    if _UUID.fullmatch(value) is None:
        raise NotUnderstood(f"That is not the id of a Deepgram {noun}. Please choose it from the list again.")
    return quote(value, safe="")

"""Which headers pass, by allow-list both ways, and what is masked in the provider's texts."""

from __future__ import annotations

import re
from collections.abc import Iterable

Headers = list[tuple[bytes, bytes]]

_TO_UPSTREAM = frozenset({b"accept", b"user-agent", b"groq-model-version"})
_TO_CLIENT = frozenset(
    {b"content-type", b"retry-after", b"retry-after-ms", b"x-groq-region", b"x-request-id", b"x-should-retry"}
)
_ORGANIZATION = re.compile(rb"\borg_[A-Za-z0-9]+")
_SECRET = re.compile(rb"\bgsk_[A-Za-z0-9*]+")
_UNSENDABLE = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


def to_upstream(given: Iterable[tuple[bytes, bytes]], secret: str) -> dict[str, str]:
    """Return the headers of a call to the provider with a body of JSON, if any, and its own key.

    ``given`` is as ASGI has it: names in lower case. Answers are asked for uncompressed: usage is read out of them.
    """
    kept = {name.decode("latin-1"): value.decode("latin-1") for name, value in given if name in _TO_UPSTREAM}
    own = {"authorization": f"Bearer {secret}", "accept-encoding": "identity", "content-type": "application/json"}
    return {**kept, **own}


def to_client(given: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Return what of the provider's headers the client gets; cookies, servers and limits of others stay behind."""
    lowered = ((name.lower(), value) for name, value in given)
    return [(name, value) for name, value in lowered if name in _TO_CLIENT and not _UNSENDABLE.search(value)]


def find(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """Return the first value of a header, empty where there is none; ``name`` in lower case."""
    return next((value for each, value in headers if each == name), b"")


def masked(text: bytes) -> bytes:
    """Return a text of the provider's without the ids of its organizations and without any of its keys."""
    return _SECRET.sub(b"gsk_***", _ORGANIZATION.sub(b"org_***", text))

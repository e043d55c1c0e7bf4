"""Tags: a set of words on a key, and so on every request made with it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from bot.providers.lenient import texts_or_none

_PREFIX = "tag="


def plain_tag(tag: str) -> str:
    """Return a tag without the ``tag=`` that some of a vendor's examples write before it."""
    return tag.removeprefix(_PREFIX)


def tag_set_or_none(value: object) -> frozenset[str] | None:
    """Return the tags of one bucket or record, one text as a set of one.

    None where nothing is told: "not told", or "not grouped by tags".
    """
    if isinstance(value, frozenset):
        return value
    tags = texts_or_none(value)
    return None if tags is None else frozenset(map(plain_tag, tags))


MaybeTagSet = Annotated[frozenset[str] | None, BeforeValidator(tag_set_or_none)]

"""Tag sets as texts: one text for one set, whatever order the provider tells it in."""

from __future__ import annotations

import json
from collections.abc import Iterable

NO_TAGS = "[]"


def text_of(tags: Iterable[str] | None) -> str:
    """Return the canonical JSON of a tag set; none and empty are the same."""
    return json.dumps(sorted(set(tags or ())), ensure_ascii=False, separators=(",", ":"))


def set_of(text: str) -> frozenset[str]:
    """Return the tags of a set's text."""
    return frozenset(json.loads(text))

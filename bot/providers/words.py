"""A provider's words, made fit to be read inside one of ours."""

from __future__ import annotations

import re

LONGEST_QUOTE = 300
# Ids have hyphens; a run this long without one is a credential.
_SECRET = re.compile(r"[A-Za-z0-9]{32,}")
_MARKUP = re.compile(r"(?:\s|\ufeff|\\ufeff)*<")  # behind a mark of byte order, as `bodies.read_body` writes it


def is_markup(text: str) -> bool:
    """Return whether this is a page of some gateway rather than an answer of the provider."""
    return _MARKUP.match(text) is not None


def quotable(text: str) -> str:
    """Return one plain, bounded line: no control or direction characters, nothing that looks like a secret."""
    visible = "".join(char if char.isprintable() else " " for char in text[: LONGEST_QUOTE * 8])
    line = _SECRET.sub("[hidden]", " ".join(visible.split()))
    return line if len(line) <= LONGEST_QUOTE else line[: LONGEST_QUOTE - 1] + "…"

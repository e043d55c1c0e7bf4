"""What somebody typed into a command, without what Slack makes of it.

Slack turns an address into ``<mailto:ana@acme.com|ana@acme.com>``, a domain into ``<http://acme.com|acme.com>`` and,
where the manifest asks for it, a mention into ``<@U1|ana>``
(docs.slack.dev/interactivity/implementing-slash-commands, docs.slack.dev/messaging/formatting-message-text).
"""

from __future__ import annotations

import re

_REFERENCE = re.compile(r"<(mailto:|https?://|[@#!])([^<>|]*)(?:\|([^<>]*))?>")

_MENTION = re.compile(r"<(?:@|!subteam\^)([A-Z0-9]+)(?:\|[^<>]*)?>")


def by_id(text: str) -> str:
    """Return the text with each mention of a person or a user group as its id: anybody may take another's name."""
    return _MENTION.sub(r"\1", text)


def as_typed(text: str) -> str:
    """Return the text with addresses, domains and mentions as they were typed: ``ana@acme.com``, ``@ana``."""
    return _REFERENCE.sub(_typed, text).strip()


def _typed(found: re.Match[str]) -> str:
    kind, target, label = found[1], found[2], found[3] or ""
    if kind == "mailto:":
        return target
    if kind.startswith("http"):
        return label or target.rstrip("/")
    return ("#" if kind == "#" else "@") + (label or target)

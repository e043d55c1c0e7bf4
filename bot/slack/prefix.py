"""Slash commands in what we say, under the names that they have here: with the prefix ``acme-``, ``/acme-keys``.

The rooms say ``/keys list`` and know no prefix; what leaves for Slack is rewritten once, at the edge. Only what
sections, footnotes, a message's own text and the errors under fields say is looked at: never a name in a heading, a
button, an option, a value, or what somebody typed into a field. A purpose that names one of our commands is rewritten
where a card quotes it; the record keeps it as it was typed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from bot.slack.router import ROOT, Router
from bot.slack.web import Body, Wording, unchanged
from bot.slack.words import cut_mrkdwn

_LIMITS: Mapping[str, int] = {"text": 3000, "fields": 2000, "elements": 3000}  # of one text, by where it stands
_SPEAKING = frozenset({"section", "context"})


def prefixed(router: Router) -> Wording:
    """Return what puts the prefix before each of our slash commands."""
    if not router.prefix:
        return unchanged
    nouns = [ROOT, *(noun for noun in router.nouns if router.has_alias(noun))]
    # A command stands at the beginning or after a space, a bracket, a mark or a quote: an address has it elsewhere.
    ours = re.compile(rf"(?<![^\s(*`“\"])/(?=(?:{'|'.join(map(re.escape, nouns))})(?![\w/-]))")
    slash = f"/{router.prefix}"
    return lambda body: _body(body, lambda text: ours.sub(slash, text))


def _body(body: Body, spoken: Callable[[str], str]) -> Body:
    said = dict(body)
    if isinstance(body.get("text"), str):
        said["text"] = spoken(body["text"])
    if isinstance(body.get("view"), Mapping):
        said["view"] = _body(body["view"], spoken)
    if body.get("blocks"):
        said["blocks"] = [_block(block, spoken) for block in body["blocks"]]
    if body.get("errors"):
        said["errors"] = {name: spoken(text) for name, text in body["errors"].items()}
    return said


def _block(block: Body, spoken: Callable[[str], str]) -> Body:
    if block.get("type") not in _SPEAKING:
        return block
    return {**block, **{name: _part(block[name], spoken, most) for name, most in _LIMITS.items() if name in block}}


def _part(part: Any, spoken: Callable[[str], str], most: int) -> Any:
    if isinstance(part, list):
        return [_part(each, spoken, most) for each in part]
    return {**part, "text": cut_mrkdwn(spoken(part["text"]), most)} if "text" in part else part

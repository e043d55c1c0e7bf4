"""No text costs time: every pattern and every reader of words is linear in what it is given.

Each runs over 6,000 characters, where a quadratic one takes several times the limit.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable

import pytest

from bot.access import project_names as projects
from bot.desk.words import storable
from bot.errors import BotError
from bot.foreign import visible
from bot.invites import addresses
from bot.keys.about import purpose_from
from bot.members import naming as members
from bot.providers.ids import is_email, is_uuid
from bot.providers.words import quotable
from bot.slack import words
from bot.slack.files import cell
from bot.slack.payload import unescaped
from bot.slack.prefix import prefixed
from bot.slack.router import Command, Routes, join
from bot.slack.typed import as_typed, by_id
from bot.store.customers import is_tag
from bot.usage.fields import listeners as fields
from bot.usage.figures import parser as figures
from bot.usage.requests import parser as requests
from tests.patterns import Found, alphabet, every_pattern, seconds, texts

SIZE = 6_000
MOST_SECONDS = 0.1
TELLING = ["a", "_", "*", "<", '"', "@", ":", "\n", "\u200d"]
KNOWN = ["&gt;", "<@U1|", "<mailto:", "a@a.", ':"', "today ", "&amp;", "\u0301", "👩\u200d"]


async def _nothing(_call: object) -> None:
    """Answer nothing."""


def _names() -> re.Pattern[str]:
    """Return what prefix.py makes of the names of a workspace."""
    names = join([Routes(commands=(Command("keys", "mine", _nothing, "", ""),))], "acme-")
    ours = prefixed(names).__closure__
    return next(each.cell_contents for each in ours or () if isinstance(each.cell_contents, re.Pattern))


SAYS = prefixed(join([Routes(commands=(Command("keys", "mine", _nothing, "", ""),))], "acme-"))
READERS: dict[str, Callable[[str], object]] = {
    "escape": words.escape,
    "code": words.code,
    "cut_mrkdwn": lambda text: words.cut_mrkdwn(text, len(text) - 1),
    "fallback_text": lambda text: words.fallback_text(
        [{"type": "header", "text": {"type": "plain_text", "text": text}}]
    ),
    "visible": visible,
    "storable": storable,
    "unescaped": unescaped,
    "as_typed": as_typed,
    "by_id": by_id,
    "cell": cell,
    "quotable": quotable,
    "is_email": is_email,
    "is_uuid": is_uuid,
    "is_tag": is_tag,
    "prefix": lambda text: SAYS({"text": text}),
    "members tidied": members.tidied,
    "members split_scope": members.split_scope,
    "projects tidied": projects.tidied,
    "read_invitation": addresses.read_invitation,
    "read_domains": addresses.read_domains,
    "figures read_words": figures.read_words,
    "requests read_words": requests.read_words,
    "fields read_words": fields.read_words,
    "purpose_from": lambda text: purpose_from({"message": {"text": text}}, {}),
}
MADE = {
    "bot/slack/prefix.py": _names,
    "bot/slack/blocks_check/shape.py": lambda: re.compile(""),
}  # its own are tested by name


def _found() -> dict[str, Found]:
    return {each.where: each for each in every_pattern(MADE)}


def quietly(read: Callable[[str], object]) -> Callable[[str], None]:
    """Return what reads words and takes no offence."""

    def act(text: str) -> None:
        with contextlib.suppress(BotError, ValueError):
            read(text)

    return act


def slow(
    act: Callable[[str], object], characters: list[str], literals: list[str], size: int, *, whole: bool
) -> list[str]:
    """Return the texts over which an act takes too long."""
    limit = MOST_SECONDS * min(size / 30_000, 1)
    return [
        f"{text[:20]!r}… ends {text[-5:]!r}"
        for text in texts(characters, literals, size, whole=whole)
        if seconds(act, text, limit) > limit
    ]


def test_every_pattern_is_linear() -> None:
    found = _found()
    bad = {where: slow(each.run, *alphabet(each.pattern), SIZE, whole=False)[:3] for where, each in found.items()}

    assert {where: texts for where, texts in bad.items() if texts} == {}
    assert len(found) > 40


@pytest.mark.parametrize("name", READERS)
def test_every_reader_of_words_is_linear(name: str) -> None:
    assert slow(quietly(READERS[name]), TELLING, KNOWN, SIZE, whole=False) == []

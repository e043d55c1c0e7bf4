"""The table of codes as it is walked and written down: the codes of a method, and what is done about each."""

from __future__ import annotations

from bot.slack.codes.common import COMMON
from bot.slack.codes.sentences import Meaning
from bot.slack.codes.table import METHODS

DONE = {
    Meaning.LOST: "let go; shown anew at the next reason",
    Meaning.CLOSED: "let go there; told in another place or to another person",
    Meaning.LATER: "tried again, later and later",
    Meaning.OURS: "let go and logged as an error: sent again it would be refused again",
    Meaning.THEIRS: "tried again, later and later, while somebody mends it",
    Meaning.DEAD: "one alert; tried again, later and later, while somebody mends it",
}
"""What is done about each meaning, in a few words."""

WITHOUT_COMMON = frozenset({"response_url", "upload_url"})
"""Addresses that Slack gave us: no methods, so they do not answer what every method may answer."""


def codes_of(method: str) -> list[str]:
    """Return every code that the table has for a method: its own, and those that every method may answer."""
    own = METHODS[method]
    return list(own) if method in WITHOUT_COMMON else list({**own, **COMMON})

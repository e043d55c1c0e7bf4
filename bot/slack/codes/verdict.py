"""What a refusal of Slack's means: asked by everything that was refused, so that no caller judges a code for itself.

A code that is not in the table means *later*, for a few tries only; whoever raises it logs it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from bot.slack.codes import sentences
from bot.slack.codes.common import COMMON
from bot.slack.codes.sentences import Entry, Meaning
from bot.slack.codes.table import METHODS

# The first try counted. With the delays of the engine 24 tries take 19 hours, 6 take 13 minutes.
TRIES = {
    Meaning.LOST: 1,
    Meaning.CLOSED: 1,
    Meaning.OURS: 1,
    Meaning.LATER: 24,
    Meaning.THEIRS: 24,
    Meaning.DEAD: 24,
}
UNKNOWN_TRIES = 6
PATIENCE, UNKNOWN_PATIENCE = timedelta(days=7), timedelta(minutes=15)


@dataclass(frozen=True)
class Verdict:
    """What one refusal means.

    ``words`` is plain text for a person: what Slack said, and what to do next. ``unclear``: it may have been done all
    the same. ``known``: the code stands in the table.
    """

    meaning: Meaning
    words: str
    unclear: bool = False
    known: bool = True

    @property
    def tries(self) -> int:
        """Return how often it is worth trying, the first time counted."""
        return TRIES[self.meaning] if self.known else UNKNOWN_TRIES

    @property
    def final(self) -> bool:
        """Tell whether trying the same again changes nothing."""
        return self.tries == 1

    @property
    def patience(self) -> timedelta:
        """Return for how long what comes back by itself, every few minutes, goes on."""
        if self.final:
            return timedelta()
        return PATIENCE if self.known else UNKNOWN_PATIENCE


def judge(method: str, code: str) -> Verdict:
    """Say what a code of a method means; ``method`` is as Slack writes it, or ``response_url`` or ``upload_url``."""
    entry = METHODS.get(method, {}).get(code) or COMMON.get(code)
    return _verdict(entry or sentences.UNKNOWN, code, known=entry is not None)


def unanswered() -> Verdict:
    """Say what it means that no answer came."""
    return _verdict(sentences.UNANSWERED, "")


def _verdict(entry: Entry, code: str, *, known: bool = True) -> Verdict:
    return Verdict(entry.meaning, entry.words.format(code=code), entry.unclear, known)

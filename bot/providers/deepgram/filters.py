"""What usage and billing can be narrowed to.

Deepgram ignores a filter that it does not know and answers with a wrong number, so nothing but these names is sent.
"""

from __future__ import annotations

import difflib
from datetime import date

from bot.errors import NotUnderstood
from bot.providers.deepgram.ids import uuid_of
from bot.providers.records import ENDPOINTS, METHODS
from bot.providers.tags import plain_tag
from bot.providers.usage import Filters

# Each is true: only requests that used it, or false: only those that did not. Several true ones widen (or), false
# ones narrow (and), says the specification.
FEATURES = frozenset(
    """alternatives callback callback_method channels custom_intent custom_intent_mode custom_topic custom_topic_mode
    detect_entities detect_language diarize dictation encoding extra filler_words intents keyterm keywords language
    measurements multichannel numerals paragraphs profanity_filter punctuate redact replace sample_rate search
    sentiment smart_format summarize topics utt_split utterances version""".split()  # noqa: SIM905  forty names read better so
)
VALUES = frozenset({"accessor", "deployment", "endpoint", "method", "model", "tag"})


def usage_params(start: date | None, end: date | None, filters: Filters) -> dict[str, str]:
    """Return the query of a usage call; ``filters`` maps a name of ``FEATURES`` to a bool, of ``VALUES`` to a text.

    Raises:
        NotUnderstood: a filter is unknown or has a value that it cannot have, or the period ends before it starts.
    """
    return day_params(start, end) | {name: _filter_text(name, value) for name, value in filters.items()}


def day_params(start: date | None, end: date | None) -> dict[str, str]:
    """Return a period of whole days as a query; without ``start`` or ``end`` the vendor chooses.

    Raises:
        NotUnderstood: it ends before it starts.
    """
    if start and end and end < start:
        raise NotUnderstood(f"The period ends ({end}) before it starts ({start}).")
    days = {"start": start, "end": end}
    return {name: day.isoformat() for name, day in days.items() if day}


def one_of(value: str, allowed: tuple[str, ...], noun: str) -> str:
    """Return the value if it is among those allowed.

    Raises:
        NotUnderstood: it is not.
    """
    if value not in allowed:
        raise NotUnderstood(f"“{value}” is no {noun}. Choose one of: {', '.join(allowed)}.")
    return value


def filled(value: str, noun: str) -> str:
    """Return a text that is not empty: an empty filter would be none.

    Raises:
        NotUnderstood: it is.
    """
    if not value.strip():
        raise NotUnderstood(f"The {noun} to look for is empty.")
    return value


def _filter_text(name: str, value: str | bool) -> str:
    if name in FEATURES and isinstance(value, bool):
        return "true" if value else "false"
    if name in VALUES and isinstance(value, str):
        return value_text(name, value)
    if name in FEATURES | VALUES:
        kind = "true or false" if name in FEATURES else "a text"
        raise NotUnderstood(f"The filter “{name}” takes {kind}.")
    near = difflib.get_close_matches(name, FEATURES | VALUES, n=1)
    hint = f" Did you mean “{near[0]}”?" if near else ""
    raise NotUnderstood(f"Deepgram has no usage filter “{name}”.{hint}")


def value_text(name: str, value: str) -> str:
    """Return what a value filter sends.

    Raises:
        NotUnderstood: the value cannot be one of this filter.
    """
    if name == "endpoint":
        return one_of(value, ENDPOINTS, name)
    if name == "method":
        return one_of(value, METHODS, name)
    if name in {"accessor", "model"}:
        return uuid_of(value, "key" if name == "accessor" else name)
    return filled(plain_tag(value) if name == "tag" else value, name)

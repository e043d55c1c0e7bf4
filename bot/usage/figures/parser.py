"""What people type after `/usage`, understood: “week by customer”, “last month by person in production”."""

from __future__ import annotations

import difflib
import re
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType

from bot.errors import NotUnderstood
from bot.providers.deployments import DEPLOYMENTS
from bot.spending.periods import NAMES, Period
from bot.store.tag_sets import set_of, text_of
from bot.usage import capability_matrix
from bot.usage.figures.question import DIMENSIONS, EVERYWHERE, Question

LONGEST = 300
TYPED_LONGEST = 2_000  # what a button can carry
SHOWN = 60
HINT = (
    "Words that work: today, yesterday, day, week, month, last month, 2026-11-01 2026-11-15, by customer, by key, "
    'by model, hours, in production, in all, customer:acme, key:0a1b2c3d, project:"call center".'
)
PERIODS: Mapping[str, str] = MappingProxyType({name: name for name in NAMES} | {"7d": "week", "1d": "day"})
BY: Mapping[str, str] = MappingProxyType(
    {dimension.replace(" ", "-"): dimension for dimension in DIMENSIONS}
    | {f"{dimension.replace(' ', '-')}s": dimension for dimension in DIMENSIONS}
    | {"people": "person", "owner": "person", "user": "person", "tag": "tag set", "tags": "tag set", "date": "day"}
    | {"item": "line item", "product": "line item"}
)
MEASURES: Mapping[str, str] = MappingProxyType(
    {measure.replace(" ", "-"): measure for measure in capability_matrix.MEASURES}
    | {"usd": "dollars", "spend": "dollars", "spending": "dollars", "cost": "dollars", "costs": "dollars"}
)
ONLY: Mapping[str, tuple[str, str]] = MappingProxyType(
    {word: ("endpoint", word) for word in ("listen", "read", "speak", "agent")}
    | {word: ("method", word) for word in ("sync", "async", "streaming")}
    | {word: ("deployment", word) for word in DEPLOYMENTS}
)
PAIRS: Mapping[tuple[str, str], str] = MappingProxyType(
    {
        ("last", "month"): "last-month",
        ("this", "month"): "month",
        ("last", "week"): "week",
        ("last", "day"): "day",
        ("7", "days"): "week",
        ("line", "item"): "line-item",
        ("line", "items"): "line-item",
        ("tag", "set"): "tag-set",
        ("tag", "sets"): "tag-set",
        ("agent", "hours"): "agent-hours",
        ("all", "projects"): EVERYWHERE,
    }
)
IDLE = frozenset({"a", "and", "for", "from", "last", "of", "only", "so", "far", "the", "this", "to", "usage", "my"})
SPLITTING = frozenset({"by", "per"})
SETS = frozenset({"tag set", "model"})
OTHER_VERBS = ("mine", "requests", "fields", "help")
_TOKEN = re.compile(r'([\w-]+)[:=](?:"((?:[^"\\]|\\.)*)"|(\S*))|"((?:[^"\\]|\\.)*)"|(\S+)', re.DOTALL)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class _Token:
    """A word, or ``name:value``; ``exact`` if it stood in quotes."""

    text: str
    name: str = ""
    exact: bool = False

    @property
    def word(self) -> str:
        """The bare word in lower case, or an empty text."""
        return "" if self.name or self.exact else self.text.lower()


@dataclass
class _Read:
    """What was understood so far: nothing is dropped because something else was typed behind it."""

    said: dict[str, str] = field(default_factory=dict)
    days: list[date] = field(default_factory=list)
    only: dict[str, str] = field(default_factory=dict)

    def say(self, what: str, value: str) -> None:
        """Take what is asked for once: the period, the split, the measure or the project.

        Raises:
            NotUnderstood: another one was asked for before.
        """
        _put(self.said, what, value)

    def narrow(self, dimension: str, value: str) -> None:
        """Take what the answer is narrowed to; raises as ``say``."""
        _put(self.only, dimension, value)


def _put(into: dict[str, str], what: str, value: str) -> None:
    if into.setdefault(what, value) != value:
        raise NotUnderstood(f"One {what} at a time: {into[what][:SHOWN]} or {value[:SHOWN]}.")


def read_words(typed: str) -> Question:
    """Understand what was typed.

    Raises:
        NotUnderstood: a word means nothing here; the text names the nearest one that does.
    """
    read, tokens = _Read(), deque(_tokens(typed[:TYPED_LONGEST]))
    while tokens:
        token = tokens.popleft()
        if token.name:
            _name(read, token)
        elif token.word in SPLITTING:
            read.say("split", _dimension(tokens.popleft().text if tokens else ""))
        elif token.word == "in":
            read.say("project", _project(tokens))
        else:
            _bare(read, token)
    said, only = read.said, tuple(read.only.items())
    named = Period(name=said.get("period", "week"))
    period = Period(name="", first=min(read.days), last=max(read.days)) if read.days else named
    return Question(
        period=period,
        by=said.get("split", ""),
        measure=said.get("measure", ""),
        project=said.get("project", ""),
        only=only,
    )


def _tokens(typed: str) -> Iterator[_Token]:
    waiting: _Token | None = None
    for found in _TOKEN.finditer(typed):
        token = _token(found)
        joined = PAIRS.get((waiting.word, token.word)) if waiting is not None else None
        if joined is not None:
            waiting = _Token(joined)
            continue
        if waiting is not None:
            yield waiting
        waiting = token
    if waiting is not None:
        yield waiting


def _token(found: re.Match[str]) -> _Token:
    name, quoted, value, bare_quoted, bare = found.groups()
    if bare_quoted is not None:
        return _Token(_unquoted(bare_quoted), exact=True)
    if name is None:
        return _Token(bare)
    if name.lower() not in {*BY, "project"} and (value or "").startswith(":"):  # such as streaming::nova-3
        return _Token(found[0], "line-item")
    return _Token(_unquoted(quoted) if quoted is not None else value or "", name.lower(), quoted is not None)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text, flags=re.DOTALL)


def _name(read: _Read, token: _Token) -> None:
    dimension = BY.get(token.name)
    value = token.text
    if dimension is None or dimension == "day" or not value:
        raise NotUnderstood(f"{token.name[:SHOWN]}: is no filter here. {HINT}")
    if len(value) > LONGEST:
        raise NotUnderstood(f"What stands behind {token.name}: is longer than {LONGEST} characters.")
    if dimension == "project":
        read.say("project", value)
    else:
        read.narrow(dimension, _set(value) if dimension in SETS else value)


def _set(value: str) -> str:
    """Return the text of a set: given as one, or typed like ``prod+ivr``."""
    try:
        return text_of(set_of(value))
    except (ValueError, TypeError):
        return text_of(value.split("+"))


def _dimension(word: str) -> str:
    found = BY.get(word.lower())
    if found is None:
        raise NotUnderstood(f"By what? {_suggested(word, BY)}By: {', '.join(DIMENSIONS)}.")
    return found


def _project(tokens: deque[_Token]) -> str:
    """Take the words of a project's name: up to one that means something else."""
    name: list[str] = []
    while tokens and not tokens[0].name and (not name or tokens[0].word not in ENDS_A_NAME):
        if _DAY.fullmatch(tokens[0].word):
            break
        name.append(tokens.popleft().text)
    if not name:
        raise NotUnderstood("In which project? Type its name, such as in production, or in all.")
    wanted = " ".join(name)[:LONGEST]
    return EVERYWHERE if wanted.lower() == EVERYWHERE else wanted


def _bare(read: _Read, token: _Token) -> None:
    word = token.word
    if word in PERIODS:
        read.say("period", PERIODS[word])
    elif word in MEASURES:
        read.say("measure", MEASURES[word])
    elif word in ONLY:
        read.narrow(*ONLY[word])
    elif word == EVERYWHERE:
        read.say("project", EVERYWHERE)
    elif _DAY.fullmatch(word):
        read.days.append(_day(word))
    elif _MONTH.fullmatch(word):
        read.days += _month(word)
    elif word not in IDLE:
        raise NotUnderstood(f"“{token.text[:SHOWN]}” means nothing here. {_suggested(word, KNOWN)}{HINT}")


ENDS_A_NAME = frozenset({*SPLITTING, *PERIODS, *MEASURES, "in", "from"})
KNOWN = (*PERIODS, *MEASURES, *ONLY, *OTHER_VERBS, "by", "in")


def _suggested(word: str, known: Mapping[str, str] | tuple[str, ...]) -> str:
    near = difflib.get_close_matches(word.lower()[:SHOWN], list(known), n=1)
    return f"Did you mean {near[0].replace('-', ' ')}? " if near else ""


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise NotUnderstood(f"There is no day {word}. Write it like 2026-11-01.") from None


def _month(word: str) -> list[date]:
    first = _day(f"{word}-01")
    try:
        return [first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)]
    except OverflowError:
        raise NotUnderstood(f"There is no month {word}. Write it like 2026-11.") from None

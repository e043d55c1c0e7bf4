"""What people type and press, and which listener answers.

``/keydesk <noun> <verb> …`` always works; ``/<noun> <verb> …`` is its alias.
A noun without verbs (``/keydesk status``) has none, nor has one whose commands say so (``/keydesk models``): they are
not worth a name that the whole workspace shares.
With a prefix (``acme-``) both start with it.
An action id may carry a suffix after ``#`` that no listener sees: two buttons of one block need two ids.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from bot.slack.call import Call
from bot.slack.routes import Route

ROOT = "keydesk"
Listener = Callable[[Call], Awaitable[None]]
Answering = Listener | Route


@dataclass(frozen=True)
class Command:
    """One verb under one noun.

    ``usage`` is what may follow the verb (``[project]``), ``aliases`` are other verbs for it. A command with the empty
    verb, or alias, answers the noun alone, and with ``words`` also any words that are none of the noun's verbs; without
    one the noun alone shows its help. Without ``slash`` it does not make its noun a slash command. ``alone`` answers
    in the listener's place where nothing follows the verb: with a form, say. ``shows`` tells that it changes nothing,
    and opens no form: it may be proposed to who mistyped.
    """

    noun: str
    verb: str
    listener: Answering
    usage: str
    summary: str
    aliases: tuple[str, ...] = ()
    slash: bool = True
    words: bool = False
    alone: Answering | None = None
    shows: bool = False

    def answering(self, text: str) -> Answering:
        """Return who answers what was typed after the verb."""
        return self.listener if text.strip() or self.alone is None else self.alone


@dataclass(frozen=True)
class Routes:
    """What one room answers to: names to listeners.

    ``actions`` and ``options`` go by action id, ``views``, ``closed`` and ``shortcuts`` by callback id, ``events``
    by type. ``"budgets.row:raise"`` answers the wish "raise" of that menu, whose value is then what follows the colon.
    """

    commands: tuple[Command, ...] = ()
    actions: Mapping[str, Answering] = field(default_factory=dict)
    views: Mapping[str, Answering] = field(default_factory=dict)
    closed: Mapping[str, Answering] = field(default_factory=dict)
    shortcuts: Mapping[str, Answering] = field(default_factory=dict)
    options: Mapping[str, Answering] = field(default_factory=dict)
    events: Mapping[str, Answering] = field(default_factory=dict)


class DuplicateName(ValueError):
    """Two rooms (or one, twice) claim the same name."""


@dataclass(frozen=True)
class Router:
    """All routes in one: kind of payload to name to listener, and noun to verb to command."""

    listeners: Mapping[str, Mapping[str, Answering]]
    nouns: Mapping[str, Mapping[str, Command]]
    prefix: str = ""

    def find(self, kind: str, name: str) -> Answering | None:
        """Return who answers this name, if anybody does."""
        return self.listeners[kind].get(name)

    def find_wish(self, name: str, value: str) -> tuple[Answering, str] | None:
        """Return who answers this wish of a menu, and the value that remains; None if it has no wish of its own."""
        wish, mark, rest = value.partition(":")
        found = self.listeners["action"].get(f"{name}:{wish}") if mark else None
        return (found, rest) if found is not None else None

    def slash(self, noun: str = ROOT) -> str:
        """Say the shortest slash command of a noun, with its prefix."""
        return f"/{self.prefix}{noun}" if noun == ROOT or self.has_alias(noun) else f"{self.slash()} {noun}"

    def has_alias(self, noun: str) -> bool:
        """Tell whether the noun is a slash command of its own: one with verbs that ask for it."""
        return any(verb and command.slash for verb, command in self.nouns[noun].items())

    def read(self, slash: str, text: str) -> tuple[str, str]:
        """Return the name of a typed command as far as it is known (noun and verb), and the rest as it was typed.

        A name is logged and recorded, and a person may type anything after a slash, a key too: what is not known stays
        in the rest.
        """
        noun, rest = slash.removeprefix("/").removeprefix(self.prefix).lower(), text.strip()
        if noun == ROOT:
            noun, after = _word(rest)
            if noun not in self.nouns:
                return "", rest
            rest = after
        if noun not in self.nouns:
            return "", f"{noun} {rest}".rstrip()
        verb, after = _word(rest)
        return (f"{noun} {verb}".rstrip(), after) if verb in self.nouns[noun] else (noun, rest)


def join(routes: Sequence[Routes], prefix: str = "") -> Router:
    """Put all routes together; raise DuplicateName where two claim one name."""
    listeners = {
        "action": _merged("action", (each.actions for each in routes)),
        "view": _merged("view", (each.views for each in routes)),
        "view_closed": _merged("view_closed", (each.closed for each in routes)),
        "shortcut": _merged("shortcut", (each.shortcuts for each in routes)),
        "options": _merged("options", (each.options for each in routes)),
        "event": _merged("event", (each.events for each in routes)),
    }
    nouns: dict[str, dict[str, Command]] = {}
    for command in (command for each in routes for command in each.commands):
        if command.noun == ROOT:
            raise DuplicateName(f"command {ROOT}: the name of the desk itself")
        verbs = nouns.setdefault(command.noun, {})
        for verb in (command.verb, *command.aliases):
            if verb in verbs or verb == "help":
                raise DuplicateName(f"command {command.noun} {verb}")
            verbs[verb] = command
    return Router(listeners, nouns, prefix)


def _merged(kind: str, parts: Iterable[Mapping[str, Answering]]) -> Mapping[str, Answering]:
    merged: dict[str, Answering] = {}
    for name, listener in (pair for part in parts for pair in part.items()):
        if name in merged:
            raise DuplicateName(f"{kind} {name}")
        merged[name] = listener
    return merged


def _word(text: str) -> tuple[str, str]:
    first, *rest = text.split(maxsplit=1) or [""]
    return first.lower(), rest[0] if rest else ""

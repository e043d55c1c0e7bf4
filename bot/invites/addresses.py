"""Addresses and domains as people type them, and which of them can be invited."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from bot.errors import NotUnderstood
from bot.invites.operations import MOST_DOMAINS
from bot.providers.ids import email_of
from bot.providers.roles import ROLES, role_named
from bot.providers.values import Role
from bot.slack.typed import as_typed
from bot.slack.words import cut

SHOWN = 60
AROUND = "\"'`“”„«»()[]<>.,;:"
ANY = frozenset({"any", "anybody", "anyone", "none", "all", "*"})
LINKING = frozenset({"as", "and", "to"})
_APART = re.compile(r"[\s,;]+")
_DOMAIN = re.compile(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])")


@dataclass(frozen=True)
class Sorting:
    """Addresses by what can be done with them: ``send`` are those that nothing speaks against."""

    send: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    invited: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


def read_invitation(typed: str) -> tuple[tuple[str, ...], Role]:
    """Read ``ana@acme.com, bo@acme.com as admin``: the addresses, each once, and the scope (member by default).

    Raises:
        NotUnderstood: a word is neither; the text names it, with the scope that it is most like.
    """
    emails: list[str] = []
    scope: Role = "member"
    for word in _words(typed):
        named = role_named(word)
        if "@" in word:
            emails.append(_address(word))
        elif named is not None:
            scope = named
        elif word.casefold() not in LINKING:
            raise _not_understood(word)
    if not emails:
        raise NotUnderstood("Whom? Type one or more addresses: /members invite ana@acme.com [as admin]")
    return _each_once(emails), scope


def read_addresses(typed: str) -> tuple[str, ...]:
    """Read addresses, each once, in the order in which they were typed.

    Raises:
        NotUnderstood: there is none, or a word is none.
    """
    words = _words(typed)
    if not words:
        raise NotUnderstood("Type at least one address, such as ana@acme.com.")
    return _each_once([_address(word) for word in words])


def read_domains(typed: str) -> tuple[str, ...]:
    """Read ``acme.com, @beta.io``; ``any`` means no limit.

    Raises:
        NotUnderstood: a word is no domain, or there are too many.
    """
    words = [word.casefold().rpartition("@")[2] for word in _words(typed)]
    if words and all(word in ANY for word in words):
        return ()
    for word in words:
        if _DOMAIN.fullmatch(word) is None:
            raise NotUnderstood(f"{cut(word, SHOWN)} is not a domain such as acme.com. Nothing changed.")
    if len(words) > MOST_DOMAINS:
        raise NotUnderstood(f"At most {MOST_DOMAINS} domains; these are {len(words)}. Nothing changed.")
    return tuple(dict.fromkeys(words))


def sort_out(
    emails: Iterable[str], members: Collection[str], invited: Collection[str], domains: Collection[str]
) -> Sorting:
    """Tell which addresses can be invited; two spellings of case are one mailbox.

    ``members`` and ``invited`` are addresses already there; ``domains`` are those allowed, any if there are none.
    """
    there = {email.casefold() for email in members}
    waiting = {email.casefold() for email in invited}
    kinds: dict[str, list[str]] = {"send": [], "members": [], "invited": [], "outside": []}
    for email in _each_once(emails):
        plain = email.casefold()
        if plain in there:
            kinds["members"].append(email)
        elif plain in waiting:
            kinds["invited"].append(email)
        else:
            kinds["send" if is_allowed(email, domains) else "outside"].append(email)
    return Sorting(**{kind: tuple(found) for kind, found in kinds.items()})


def is_allowed(email: str, domains: Collection[str]) -> bool:
    """Tell whether an address is at one of these domains exactly (a part of one has to be named itself)."""
    return not domains or email.casefold().rpartition("@")[2] in domains


def near(emails: Iterable[str], typed: str) -> str | None:
    """Return the address that is most like what was typed, if any is."""
    names = {name: email for email in emails for name in (email.casefold(), email.casefold().partition("@")[0])}
    found = get_close_matches(as_typed(typed).casefold(), names, n=1)
    return names[found[0]] if found else None


def _words(typed: str) -> list[str]:
    words = (word.strip(AROUND) for word in _APART.split(as_typed(typed)))
    return [word for word in words if word]


def _address(word: str) -> str:
    try:
        return email_of(word)
    except NotUnderstood:
        raise NotUnderstood(
            f"{cut(word, SHOWN)} is not an e-mail address that Keydesk can use; it looks like ana@acme.com."
        ) from None


def _not_understood(word: str) -> NotUnderstood:
    meant = get_close_matches(word.casefold(), ROLES, n=1)
    suggestion = f" Did you mean {meant[0]}?" if meant else ""
    return NotUnderstood(
        f"I do not understand {cut(word, SHOWN)}.{suggestion} Type addresses, then as owner, admin or member. "
        "Nothing was sent."
    )


def _each_once(emails: Iterable[str]) -> tuple[str, ...]:
    seen: dict[str, str] = {}
    for email in emails:
        seen.setdefault(email.casefold(), email)
    return tuple(seen.values())

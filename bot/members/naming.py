"""Which member somebody means: a name, an address or an id, as people type them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from bot.errors import NotUnderstood
from bot.providers.roles import ROLES, role_named
from bot.providers.values import Role
from bot.slack.typed import as_typed
from bot.slack.words import cut, listed
from bot.store.members import Member

SHOWN = 60
LONGEST = 300
QUOTES = "\"'`“”„«»()[],;"
ALIKE = 0.6  # of 1.0: one letter wrong in four, or two that changed places
LINKING = frozenset({"as", "to", "is", "="})


def tidied(typed: str) -> str:
    """Return a name without what Slack and people put around it: ``<mailto:a@b.c|a@b.c>``, ``@ana``, quotes."""
    text = " ".join(as_typed(typed[:LONGEST]).split())
    return text.strip(QUOTES + " ").removeprefix("@").strip(QUOTES + " ").casefold()


def meant(members: Sequence[Member], typed: str) -> list[Member]:
    """Return whom the words fit best: an exact id, address or name, else part of a name, else of any of them."""
    wanted = tidied(typed)
    if not wanted:
        return []
    for fits in (_is_exactly, _is_called, _is_partly, _holds):
        found = [member for member in members if fits(member, wanted)]
        if found:
            return found
    return []


def unknown(members: Iterable[Member], typed: str, project: str) -> NotUnderstood:
    """Return the error that says that nobody is called so, with the nearest name."""
    near = nearest(members, typed)
    suggestion = f" Did you mean {near}?" if near else ""
    shown = cut(tidied(typed), SHOWN)
    return NotUnderstood(f"{project} has no member {shown}.{suggestion} /members list shows all of them.")


def nearest(members: Iterable[Member], typed: str) -> str | None:
    """Return the address (or name) of the member that is most like what was typed, if any is."""
    names: dict[str, str] = {}
    for member in members:
        for name in (member.email, member.email.partition("@")[0], member.name, member.first_name):
            names.setdefault(name.casefold(), member.email or member.label)
    names.pop("", None)
    found = get_close_matches(tidied(typed), names, n=1, cutoff=ALIKE)
    return names[found[0]] if found else None


def split_scope(typed: str) -> tuple[str, Role | None]:
    """Take the scope off the end of what was typed: ``ana admin``, ``ana as admin``; None where none is there."""
    words = typed.split()
    scope = role_named(words[-1].strip(QUOTES + ".:")) if words else None
    if scope is None:
        return typed.strip(), None
    rest = words[:-1]
    return " ".join(rest[:-1] if rest and rest[-1].casefold() in LINKING else rest), scope


def scope_hint(typed: str) -> str:
    """Return a suggestion where the last word may have been meant as a scope (“ana admn”), else nothing."""
    *name, word = typed.casefold().split() or [""]
    found = get_close_matches(word, ROLES, n=1, cutoff=ALIKE)
    if found:
        return f" For the provider role, did you mean {found[0]}?"
    return f" A provider role is {listed(ROLES, 'or')}." if name else ""


def _is_exactly(member: Member, wanted: str) -> bool:
    return wanted in (member.member_id.casefold(), member.email.casefold(), member.name.casefold())


def _is_called(member: Member, wanted: str) -> bool:
    return wanted in (member.first_name.casefold(), member.last_name.casefold(), _box(member))


def _is_partly(member: Member, wanted: str) -> bool:
    words = [*member.name.casefold().split(), *_box(member).replace("_", ".").replace("-", ".").split(".")]
    return any(word.startswith(wanted) for word in words)


def _holds(member: Member, wanted: str) -> bool:
    return wanted in member.name.casefold() or wanted in member.email.casefold() or member.member_id.startswith(wanted)


def _box(member: Member) -> str:
    return member.email.casefold().partition("@")[0]

"""The words that answer ``help``, a noun alone, and a word that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from bot.slack import words
from bot.slack.blocks import Block, context, header, section
from bot.slack.router import ROOT, Command, Router


def of_everything(router: Router) -> list[Block]:
    """List the nouns and their verbs."""
    lines = [_noun_line(router, noun) for noun in sorted(router.nouns)]
    return [
        header("Keydesk"),
        section("\n".join(lines)),
        context(
            f"Each also works as {words.code(f'{router.slash(ROOT)} <noun> <verb>')}. "
            f"Add `help` to a noun to see how to use it."
        ),
    ]


def of_noun(router: Router, noun: str) -> list[Block]:
    """List a noun's verbs, each with its use."""
    own = {command.verb: command for command in router.nouns[noun].values()}
    lines = [_line(router, command) for command in own.values()]
    return [header(router.slash(noun)), section("\n".join(lines))]


def unknown_noun(router: Router, noun: str) -> list[Block]:
    """Say that there is no such noun, with the nearest one."""
    return [section(_unknown(noun, _nearest(noun, router.nouns))), *of_everything(router)]


def unknown_verb(router: Router, noun: str, verb: str) -> list[Block]:
    """Say that the noun has no such verb, with the nearest one where that only shows something.

    Another one may change something as soon as the proposal is typed.
    """
    verbs = router.nouns[noun]
    near = _nearest(verb, verbs)
    return [section(_unknown(verb, near if near and verbs[near].shows else "")), *of_noun(router, noun)]


def _unknown(word: str, near: str) -> str:
    meant = f" Did you mean {words.code(near)}?" if near else ""
    return f"I do not know {words.code(words.cut(word, 60))}.{meant} Nothing was done."


def _nearest(word: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(word, [each for each in known if each], n=1, cutoff=0.5)), "")


def _noun_line(router: Router, noun: str) -> str:
    verbs = router.nouns[noun]
    told = words.listed(sorted(_shown(verbs)), "or") or verbs[""].summary
    return f"• {words.code(router.slash(noun))}: {told}"


def _line(router: Router, command: Command) -> str:
    typed = " ".join(part for part in (router.slash(command.noun), command.verb, command.usage) if part)
    return f"• {words.code(typed)} – {command.summary}"


def _shown(verbs: Mapping[str, Command]) -> list[str]:
    return [words.code(verb) for verb, command in verbs.items() if verb and verb == command.verb]

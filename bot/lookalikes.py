"""Names that deceive: equal but for what nobody sees, or drawn like one that is there already.

*Equal*: the same without default ignorables, in compatibility form and without regard to case (NFKC, casefold).
*Alike*: another name with the same skeleton, by the confusables of Unicode's security mechanisms
(unicode.org/reports/tr39), as written and without regard to case. *Mixed*: letters of scripts that are not written
together (of one, or Latin with Chinese, Japanese or Korean: the level “highly restrictive” there).
"""

from __future__ import annotations

import hashlib
import importlib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from bot.errors import FormError, LooksAlike
from bot.foreign import without_ignorables

ANYWHERE = frozenset({"COMMON", "INHERITED", "Unknown"})
TOGETHER = (
    frozenset({"LATIN", "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({"LATIN", "HAN", "BOPOMOFO"}),
    frozenset({"LATIN", "HAN", "HANGUL"}),
)


@dataclass(frozen=True)
class Likeness:
    """What is wrong with a name: it is ``equal`` to the ``other`` or ``alike``, or has ``other`` letters mixed in."""

    kind: Literal["equal", "alike", "mixed"]
    other: str


def likeness(name: str, others: Iterable[str]) -> Likeness | None:
    """Compare a name that somebody chose with those that are there; None if it deceives nobody."""
    there = list(others)
    same = folded(name)
    found = next((each for each in there if folded(each) == same), None)
    if found is not None:
        return Likeness("equal", found)
    skeletons = _skeletons(name)
    found = next((each for each in there if skeletons & _skeletons(each)), None)
    if found is not None:
        return Likeness("alike", found)
    strange = _strange_letters(name)
    return Likeness("mixed", strange) if strange else None


def check(names: Mapping[str, tuple[str, Iterable[str]]], answer: str = "") -> None:
    """Refuse names that are taken, and ask once about all that may deceive.

    ``names`` goes from the field of a form to what stands in it and to those that are there already; ``answer`` is what
    was ticked when it was asked.

    Raises:
        FormError: a name is equal to another.
        LooksAlike: one looks like another, or mixes scripts, and nobody has said yet that it is meant.
    """
    found = {field: likeness(name, others) for field, (name, others) in names.items()}
    wrong = {field: said(names[field][0], each) for field, each in found.items() if each is not None}
    for field, each in found.items():
        if each is not None and each.kind == "equal":
            raise FormError(field, f"{wrong[field]} Choose another. Nothing changed.")
    meant = hashlib.sha256("\0".join(names[field][0] for field in wrong).encode()).hexdigest()[:16]
    if wrong and answer != meant:
        raise LooksAlike(next(iter(wrong)), f"{' '.join(wrong.values())} Nothing changed yet.", meant)


def folded(name: str) -> str:
    """Return what is the same for equal names."""
    plain = unicodedata.normalize("NFKC", without_ignorables(name)).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).split())


def said(name: str, found: Likeness) -> str:
    """Say in a sentence what is wrong with a name, with both shown."""
    if found.kind == "equal":
        return f"“{name}” is the same name as “{found.other}”."
    if found.kind == "alike":
        return f"“{name}” looks like “{found.other}”, but is written with other letters."
    return f"“{name}” mixes its letters with others: {found.other}."


def _skeletons(name: str) -> frozenset[str]:
    written = unicodedata.normalize("NFKC", without_ignorables(name))
    return frozenset({_skeleton(written), _skeleton(folded(name)).casefold()})


def _skeleton(text: str) -> str:
    letters = unicodedata.normalize("NFD", " ".join(text.split()))
    return unicodedata.normalize("NFD", "".join(_prototypes().get(letter, letter) for letter in letters))


def _library(part: str) -> Any:
    """Return a part of the library once a name is compared: its tables take 8 MB, and few names are chosen."""
    return importlib.import_module(f"confusable_homoglyphs.{part}")


@cache
def _prototypes() -> Mapping[str, str]:
    """Return what each letter is drawn like: of letters that are drawn alike, always the same one.

    The library tells likeness both ways; a letter with one likeness is the copy, one with several the original.
    """
    confusables_data = _library("confusables").confusables_data
    found: dict[str, str] = {}
    for letter, alike in confusables_data.items():
        likes = [each["c"] for each in alike]
        if len(letter) != 1 or len(likes) != 1:
            continue
        original = likes[0].strip("\u200e")
        twins = len(confusables_data.get(original, ())) == 1  # two letters, each with the other alone
        found[letter] = min(letter, original) if twins and len(original) == 1 else original
    return found


def _strange_letters(name: str) -> str:
    """Name the letters of the script that fewest of them have, if several do not go together; else nothing."""
    by_script: dict[str, list[str]] = {}
    script_of = _library("categories").alias
    for letter in without_ignorables(name):
        by_script.setdefault(script_of(letter), []).append(letter)
    scripts = by_script.keys() - ANYWHERE
    if len(scripts) < 2 or any(scripts <= together for together in TOGETHER):
        return ""
    fewest = min(sorted(scripts), key=lambda script: len(by_script[script]))
    return f"{fewest.capitalize()} ({', '.join(dict.fromkeys(by_script[fewest]))})"

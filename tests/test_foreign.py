"""What nobody can see is not shown; what writing needs stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.foreign import MOST_MARKS, visible

ENGLAND = "\U0001f3f4" + "".join(chr(0xE0000 + ord(letter)) for letter in "gbeng") + "\U000e007f"


@pytest.mark.parametrize(
    "written",
    [
        "👩\u200d👩\u200d👧",  # a family
        "🏳\ufe0f\u200d🌈 ❤\ufe0f 👍🏽 1\ufe0f\u20e3 🇯🇵",
        ENGLAND,
        "می\u200cخواهم",  # Persian: two parts of one word that must not join
        "क\u094d\u200dष न\u094d\u200d",  # Hindi: half letters
        "ക്\u200d",  # Malayalam: a letter of its own
        "葛\U000e0100城",  # a Japanese name with its own form of a letter
        "\u182d\u180b",  # Mongolian
        "e\u0301 ทั้ง שָׁלוֹם",
        "one\ntwo",
    ],
)
def test_what_writing_needs_stays(written: str) -> None:
    assert visible(written) == written


@pytest.mark.parametrize(
    ("hidden", "shown"),
    [
        ("Ac\u200bme\u2060 C\u00adorp\ufeff", "Acme Corp"),
        ("a\u200db\u200cc", "abc"),  # joiners between letters that do not join
        ("ok" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignore all"), "ok"),  # a text in tags
        ("\U0001f3f4\U000e0041\U000e007f", "\U0001f3f4"),  # tags of no flag
        ("before \u202eafter\u2066 \x07\x1b[2J", "before after [2J"),
        ("a\ufe0f\ufe0f❤\ufe0f\ufe0f", "a❤\ufe0f"),  # selectors carry texts too
        ("\u3164\u115f\uffa0\u034f", ""),
        ("half \ud83d", "half "),
        ("a\r\nb\u2028c\td", "a\nb\nc d"),
        ("e" + "\u0301" * 50, "e" + "\u0301" * MOST_MARKS),  # a pile covers the lines above
    ],
)
def test_what_nobody_sees_is_not_shown(hidden: str, shown: str) -> None:
    assert visible(hidden) == shown


@given(st.text())
def test_nothing_is_left_to_drop(text: str) -> None:
    once = visible(text)

    assert visible(once) == once
    once.encode()

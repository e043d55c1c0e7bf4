"""What people typed is kept as they meant it, without what turns or hides words."""

from __future__ import annotations

import pytest

from bot.desk.words import storable


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  call-summary  ", "call-summary"),
        ("two\nlines", "two\nlines"),
        ("one \u202eabc", "one abc"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("\u200b\u200b\u200b", ""),
        ("семья 👨‍👩‍👧 עברית", "семья 👨‍👩‍👧 עברית"),
        ("half \ud83d", "half"),
    ],
)
def test_typed_text_is_kept_without_what_cannot_be_seen(typed: str, kept: str) -> None:
    assert storable(typed) == kept

"""No text costs time: 100,000 of each character, pair and literal that a pattern or a reader of words knows."""

from __future__ import annotations

import pytest

from tests.patterns import alphabet, every_pattern
from tests.soak.conftest import Tell
from tests.test_linear_time import KNOWN, MADE, READERS, TELLING, quietly, slow

pytestmark = [pytest.mark.soak, pytest.mark.walk]
SIZE = 100_000
MORE = [">", "&", "|", "\\", "/", "`", "~", ".", "-", "0", " ", "'", "\u0301", "👩", "\u0627"]


def test_every_pattern_is_linear(tell: Tell) -> None:
    found = every_pattern(MADE)
    bad = {each.where: slow(each.run, *alphabet(each.pattern, most=24), SIZE, whole=True)[:3] for each in found}

    assert {where: texts for where, texts in bad.items() if texts} == {}
    tell(f"linear time: {len(found)} patterns, each over {SIZE:,} of what it knows")


@pytest.mark.parametrize("name", READERS)
def test_every_reader_of_words_is_linear(name: str) -> None:
    assert slow(quietly(READERS[name]), [*TELLING, *MORE], KNOWN, SIZE, whole=False) == []

"""Names that deceive are refused or asked about, and honest ones are not."""

from __future__ import annotations

import pytest

from bot.errors import FormError, LooksAlike
from bot.lookalikes import check, folded, likeness, said

THERE = ["Acme Corp", "Modern Labs", "Яндекс", "株式会社アクメ", "Straße 1"]


@pytest.mark.parametrize(
    ("name", "kind", "other"),
    [
        ("acme  CORP", "equal", "Acme Corp"),
        ("Ac\u200bme Corp", "equal", "Acme Corp"),
        ("Acme\u2060 \u00adCorp\U000e0041", "equal", "Acme Corp"),
        ("Ａｃｍｅ Corp", "equal", "Acme Corp"),
        ("STRASSE 1", "equal", "Straße 1"),
        ("Аcme Corp", "alike", "Acme Corp"),  # a Cyrillic А
        ("Acme Cоrp", "alike", "Acme Corp"),  # a Cyrillic о
        ("Acme C0rp", "alike", "Acme Corp"),
        ("Acrne Corp", "alike", "Acme Corp"),
        ("Modem Labs", "alike", "Modern Labs"),
        ("Yаndex", "mixed", "Cyrillic (а)"),
        ("Ωmega", "mixed", "Greek (Ω)"),
    ],
)
def test_a_name_that_deceives_is_held_against_the_other(name: str, kind: str, other: str) -> None:
    found = likeness(name, THERE)
    assert found is not None
    assert (found.kind, found.other) == (kind, other)
    assert other in said(name, found)


@pytest.mark.parametrize(
    "name", ["Acme Corp Europe", "Müller & Söhne", "Почта", "Acme 株式会社", "Kakao 카카오", "3M", "🔑 Keys"]
)
def test_an_honest_name_is_taken(name: str) -> None:
    assert likeness(name, THERE) is None


def test_equal_names_have_one_form() -> None:
    assert folded(folded("ＡCME\u200d  Straße")) == folded("acme strasse")


def test_what_looks_alike_is_asked_once_about_these_very_names() -> None:
    names = {"tag": ("аcme", ["acme"]), "name": ("Аcme Corp", THERE)}
    with pytest.raises(LooksAlike, match=r"looks like “acme”.*looks like “Acme Corp”") as asked:
        check(names)
    check(names, asked.value.answer)
    with pytest.raises(LooksAlike):
        check({"name": ("Acme Cоrp", THERE)}, asked.value.answer)
    with pytest.raises(FormError, match="same name as “Acme Corp”"):
        check({"name": ("ACME CORP", THERE)}, asked.value.answer)

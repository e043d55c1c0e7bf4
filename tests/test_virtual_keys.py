"""Keys of Keydesk's own: their shape, their checksum, and that no typing slip passes for one."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from bot import virtual_keys


def test_a_new_key_is_whole_and_is_no_other() -> None:
    made = {virtual_keys.make() for _ in range(500)}
    assert len(made) == 500
    assert all(virtual_keys.is_whole(key) and len(key) == 57 for key in made)


@given(place=st.integers(len(virtual_keys.PREFIX), 56), letter=st.sampled_from(virtual_keys.ALPHABET))
def test_one_wrong_letter_is_noticed(place: int, letter: str) -> None:
    key = virtual_keys.make()
    other = key[:place] + letter + key[place + 1 :]
    assert virtual_keys.is_whole(other) == (other == key)


@given(text=st.text(max_size=60))
def test_no_other_text_is_a_key(text: str) -> None:
    assert not virtual_keys.is_whole(text)
    assert not virtual_keys.is_whole(virtual_keys.make() + text + ".")


def test_a_key_is_found_by_its_hash_and_shown_by_four_letters() -> None:
    key = virtual_keys.make()
    assert virtual_keys.hash_of(key) == hashlib.sha256(key.encode()).digest()
    assert virtual_keys.shown(key) == f"kd_live_…{key[47:51]}"


def test_the_shape_finds_a_key_in_a_longer_text() -> None:
    key = virtual_keys.make()
    found = virtual_keys.SHAPE.search(f"export GROQ_API_KEY={key}; run")
    assert found is not None
    assert found[0] == key

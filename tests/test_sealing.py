"""What is sealed opens with the keyring that sealed it, through every rotation, and with nothing else."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.sealing import BAD_KEY, NO_KEY, CannotSeal, CannotUnseal, Keyring, fingerprint, new_key

SECRET = SecretStr("canary-credential")


def keyring(*keys: str) -> Keyring:
    return Keyring(SecretStr(", ".join(keys)))


def test_a_ring_rotates_without_losing_anything() -> None:
    old, new = new_key(), new_key()
    sealed = keyring(old).seal(SECRET)
    assert keyring(new, old).unseal(sealed) == SECRET
    anew = keyring(new, old).reseal(sealed)
    assert keyring(new).unseal(anew) == SECRET
    for lost, of in ((old, anew), (new, sealed)):
        with pytest.raises(CannotUnseal):
            keyring(lost).unseal(of)


@pytest.mark.parametrize(
    ("keys", "problem"),
    [("", NO_KEY), (" , ", NO_KEY), ("short", BAD_KEY), (f"{new_key()},é", BAD_KEY)],
    ids=["none", "blank", "short", "one good, one bad"],
)
def test_a_bad_ring_says_so_and_opens_nothing(keys: str, problem: str) -> None:
    sealed, bad = keyring(new_key()).seal(SECRET), Keyring(SecretStr(keys))
    assert bad.problem == problem
    with pytest.raises(CannotSeal):
        bad.seal(SECRET)
    with pytest.raises(CannotUnseal):
        bad.unseal(sealed)


@pytest.mark.parametrize("damaged", ["", "nonsense", "é"])
def test_what_is_damaged_does_not_open(damaged: str) -> None:
    with pytest.raises(CannotUnseal):
        keyring(new_key()).unseal(damaged)


def test_a_fingerprint_tells_apart_and_gives_nothing_away() -> None:
    marks = {fingerprint(SecretStr(text)) for text in ("one", "two", " one\n")}
    assert len(marks) == 2
    assert all(len(mark) == 8 and int(mark, 16) >= 0 for mark in marks)

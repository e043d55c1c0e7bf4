"""What is known is known for as long as the lease lasts, and replaced at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.gateway.directory import KeysInMemory, KnownKey, OutOfDate, Scope, Upstream
from bot.gateway.windows import Metric
from tests.factories import NOON

KEY = KnownKey(b"hash", "key-1", "project-1", (), Upstream("http://groq", "gsk_secret"))


class Now:
    """Seconds that a test moves."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def test_nothing_is_known_at_first() -> None:
    keys = KeysInMemory(Now())

    assert not keys.is_fresh()
    with pytest.raises(OutOfDate):
        keys.find(b"hash")


def test_what_is_known_counts_from_when_it_was_read() -> None:
    now = Now()
    keys = KeysInMemory(now, lease_seconds=30.0)
    keys.replace([KEY], read_at=990.0)

    now.seconds = 1_020.0
    assert keys.find(b"hash") is KEY
    assert keys.find(b"other") is None

    now.seconds = 1_020.1
    assert not keys.is_fresh()
    with pytest.raises(OutOfDate):
        keys.find(b"hash")


def test_a_key_that_is_known_no_more_is_gone_at_once() -> None:
    keys = KeysInMemory(Now())
    keys.replace([KEY], read_at=1_000.0)
    keys.replace([], read_at=1_000.0)

    assert keys.find(b"hash") is None


def test_a_key_ends_when_it_is_ended_and_at_its_end() -> None:
    assert not KEY.has_ended(NOON)
    assert replace(KEY, is_ended=True).has_ended(NOON)
    assert replace(KEY, ends_at=NOON).has_ended(NOON)
    assert not replace(KEY, ends_at=NOON).has_ended(NOON - timedelta(microseconds=1))


def test_a_model_is_blocked_by_the_list_of_the_project_or_by_a_limit_of_0() -> None:
    organization = Scope("organization", "o", "acme", {"model-b": {Metric.RPM: 30, Metric.TPD: 0}})
    key = replace(KEY, models=frozenset({"model-a", "model-b"}), limits=(organization,))

    assert key.blocked_at("model-a") is None
    assert key.blocked_at("model-b") == "organization"
    assert key.blocked_at("model-c") == "project"


def test_a_model_is_known_by_a_limit_or_by_the_list() -> None:
    organization = Scope("organization", "o", "acme", {"model-a": {Metric.RPM: 30}})
    key = replace(KEY, models=frozenset({"model-b"}), limits=(organization,))

    assert [key.knows(model) for model in ("model-a", "model-b", "model-c")] == [True, True, False]


def test_no_secret_is_in_what_is_printed_of_a_key() -> None:
    assert "gsk_secret" not in repr(KEY)
    assert "hash" not in repr(KEY)

"""Streams are cut where whole events end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.events import DONE, LARGEST_EVENT, Events, EventTooLarge, values

STREAM = b'data: {"a": 1}\n\nevent: x\r\ndata: {"b": 2}\r\n\r\n: still here\n\ndata: [DONE]\n\n'


@given(st.lists(st.integers(0, len(STREAM)), max_size=8))
def test_a_stream_is_the_same_wherever_its_bytes_are_cut(cuts: list[int]) -> None:
    ends = [0, *sorted(cuts), len(STREAM)]
    events = Events()
    passed = [events.feed(STREAM[begin:end]) for begin, end in pairwise(ends)]

    assert b"".join(passed) == STREAM
    assert all(part.endswith((b"\n\n", b"\r\n\r\n")) for part in passed if part)
    assert [value for part in passed for value in values(part)] == [{"a": 1}, {"b": 2}, DONE]


def test_half_an_event_is_never_passed_on() -> None:
    events = Events()

    assert events.feed(b'data: {"a": 1}\n\ndata: {"b"') == b'data: {"a": 1}\n\n'
    assert events.feed(b": 2}\n") == b""
    assert events.feed(b"\ndata") == b'data: {"b": 2}\n\n'


def test_an_event_may_begin_with_empty_lines() -> None:
    assert Events().feed(b"\n\ndata") == b"\n\n"


def test_an_event_without_end_is_not_kept_for_ever() -> None:
    events = Events()
    events.feed(b"x" * LARGEST_EVENT)

    with pytest.raises(EventTooLarge):
        events.feed(b"x")


def test_data_that_is_no_json_is_passed_over() -> None:
    assert values(b"data: {\n\ndata: 7\n\nnothing\n\n") == [7]

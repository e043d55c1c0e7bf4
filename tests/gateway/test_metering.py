"""What answers and streams tell of their usage."""

from __future__ import annotations

from typing import Any

import pytest

from bot.gateway.events import DONE
from bot.gateway.metering import StreamMeter, Usage, usage_in

CHAT = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
RESPONSES = {"input_tokens": 100, "output_tokens": 20, "total_tokens": 120}


@pytest.mark.parametrize(
    ("answer", "usage"),
    [
        ({"usage": CHAT}, Usage(100, 20)),
        ({"x_groq": {"id": "req_1", "usage": CHAT}}, Usage(100, 20)),
        ({"usage": RESPONSES}, Usage(100, 20)),
        ({"type": "response.completed", "response": {"usage": RESPONSES}}, Usage(100, 20)),
        ({"usage": {"prompt_tokens": 5, "total_tokens": 5}}, Usage(5, 0)),
        ({"usage": {**CHAT, "prompt_tokens_details": {"cached_tokens": 64}}}, Usage(100, 20, 64)),
        ({"usage": {**RESPONSES, "input_tokens_details": {"cached_tokens": 64}}}, Usage(100, 20, 64)),
        ({"usage": CHAT, "x_groq": {"usage": {"dram_cached_tokens": 1}}}, Usage(100, 20)),
    ],
)
def test_usage_is_read_where_it_is_told(answer: dict[str, Any], usage: Usage) -> None:
    assert usage_in(answer) == usage


@pytest.mark.parametrize(
    "told",
    [None, 7, {}, {"prompt_tokens": "5"}, {"prompt_tokens": -1}, {"prompt_tokens": True}, {"prompt_tokens": 2**60}],
)
def test_usage_that_makes_no_sense_is_none(told: Any) -> None:
    assert usage_in({"usage": told}) is None
    assert usage_in({"x_groq": {"usage": told}}) is None
    assert usage_in({"x_groq": told, "response": told}) is None


def test_cached_tokens_count_toward_no_limit() -> None:
    usage = Usage(100, 20, 64)

    assert (usage.charged_input, usage.charged) == (36, 56)


def test_more_cached_tokens_than_tokens_free_nothing() -> None:
    usage = usage_in({"usage": {**CHAT, "prompt_tokens_details": {"cached_tokens": 500}}})

    assert usage is not None
    assert usage.charged == 20


def chunk(**delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta}]}


def test_a_stream_without_usage_is_settled_by_what_was_delivered() -> None:
    meter = StreamMeter()
    meter.read(chunk(role="assistant", content=""))
    meter.read(chunk(content="x" * 40))
    meter.read(chunk(reasoning="x" * 40))
    meter.read(chunk(tool_calls=[{"function": {"name": "look", "arguments": "x" * 36}}]))

    assert not meter.has_ended
    assert meter.settled(input_tokens=7) == Usage(7, 30, is_estimated=True)


def test_a_stream_of_responses_is_metered_by_its_deltas_and_its_last_event() -> None:
    meter = StreamMeter()
    meter.read({"type": "response.output_text.delta", "delta": "x" * 40})
    assert meter.settled(7) == Usage(7, 10, is_estimated=True)
    meter.read({"type": "response.completed", "response": {"usage": RESPONSES}})
    assert meter.has_ended
    assert meter.settled(7) == Usage(100, 20)


def test_the_last_chunk_of_a_chat_tells_usage_and_id() -> None:
    meter = StreamMeter()
    meter.read({**chunk(role="assistant"), "x_groq": {"id": "req_1"}})
    meter.read({**chunk(), "x_groq": {"id": "req_1", "usage": CHAT}})
    meter.read(DONE)

    assert meter.has_ended
    assert (meter.upstream_id, meter.settled(7)) == ("req_1", Usage(100, 20))


@pytest.mark.parametrize("event", [{"error": {"message": "over"}}, {"type": "error", "message": "over"}])
def test_an_error_is_an_end_of_its_own(event: dict[str, Any]) -> None:
    meter = StreamMeter()
    meter.read(event)

    assert meter.has_ended
    assert meter.has_failed


@pytest.mark.parametrize("event", [None, 7, [], {"choices": 7}, {"choices": [7]}, chunk(content=7, tool_calls=[7])])
def test_events_of_another_shape_are_read_over(event: Any) -> None:
    meter = StreamMeter()
    meter.read(event)

    assert meter.settled(0).output_tokens == 0

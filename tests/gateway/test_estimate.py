"""What admission reserves for a body."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from bot.gateway import estimate
from bot.gateway.estimate import DEFAULT_OUTPUT, MEDIA_TOKENS, MESSAGE_TOKENS, Demand


def chat(*contents: Any, **more: Any) -> Demand:
    return estimate.of_chat({"messages": [{"role": "user", "content": each} for each in contents], **more})


def test_text_is_a_quarter_of_its_bytes() -> None:
    assert chat("x" * 400).input_tokens == 100 + MESSAGE_TOKENS
    assert chat("å" * 400).input_tokens == 200 + MESSAGE_TOKENS
    assert chat([{"type": "text", "text": "x" * 40}]).input_tokens == 10 + MESSAGE_TOKENS


def test_tools_are_a_third_of_their_bytes() -> None:
    tools = [{"type": "function", "function": {"name": "x" * 300}}]
    written = len(b'[{"type":"function","function":{"name":""}}]') + 300

    assert chat("", tools=tools).input_tokens == -(-written // 3) + MESSAGE_TOKENS


def test_media_in_base64_is_no_text() -> None:
    url = "data:image/png;base64," + base64.b64encode(bytes(300_000)).decode()
    image = {"type": "image_url", "image_url": {"url": url}}

    assert chat([image]).input_tokens == MEDIA_TOKENS + MESSAGE_TOKENS
    item = {"role": "user", "content": [{"type": "input_image", "image_url": url}]}
    assert estimate.of_responses({"input": [item]}).input_tokens == MEDIA_TOKENS + MESSAGE_TOKENS


@pytest.mark.parametrize(
    ("asked", "output"),
    [
        ({}, DEFAULT_OUTPUT),
        ({"max_tokens": 10}, 10),
        ({"max_tokens": 10, "max_completion_tokens": 20}, 20),
        ({"max_tokens": 10, "n": 3}, 30),
        ({"max_tokens": 0}, DEFAULT_OUTPUT),
        ({"max_tokens": "many"}, DEFAULT_OUTPUT),
        ({"max_tokens": True}, DEFAULT_OUTPUT),
        ({"max_tokens": -5}, DEFAULT_OUTPUT),
        ({"max_tokens": 10**30, "n": 10**30}, 10**9),
    ],
)
def test_output_is_the_maximum_of_the_call_or_the_setting(asked: dict[str, Any], output: int) -> None:
    assert chat("hello", **asked).output_tokens == output


def test_responses_tell_their_input_as_text_or_as_items() -> None:
    text = estimate.of_responses({"input": "x" * 40, "instructions": "x" * 40, "max_output_tokens": 7})
    items = estimate.of_responses({"input": [{"role": "user", "content": [{"type": "input_text", "text": "x" * 40}]}]})

    assert text == Demand(20, 7)
    assert items == Demand(10 + MESSAGE_TOKENS, DEFAULT_OUTPUT)


@pytest.mark.parametrize(
    ("given", "tokens"),
    [("x" * 40, 10), (["x" * 40, "x" * 40], 20), ([1, 2, 3], 3), ([[1, 2], [3]], 3), (None, 0), (7, 1)],
)
def test_embeddings_read_and_write_nothing(given: Any, tokens: int) -> None:
    assert estimate.of_embeddings({"input": given}) == Demand(tokens, 0)


@pytest.mark.parametrize(
    "messages", [None, "hello", 7, {"role": "user"}, [None, 7, "x", ["y"]], [{"content": {"a": 1}}]]
)
def test_what_makes_no_sense_is_estimated_too_and_left_to_the_provider(messages: Any) -> None:
    assert estimate.of_chat({"messages": messages}).input_tokens >= 0
    assert estimate.of_responses({"input": messages}).input_tokens >= 0

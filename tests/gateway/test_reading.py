"""What a body asks for is judged once, and sent as it was judged."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from bot.gateway import estimate
from bot.gateway.reading import Asked, BadRequest, judged


def read(body: Any) -> Asked:
    return judged(body if isinstance(body, bytes) else orjson.dumps(body), estimate.of_chat)


def test_a_stream_is_asked_for_by_true_alone() -> None:
    assert [read({"model": "m", "stream": value}).is_stream for value in (True, False, None, "true", 1)] == [
        True,
        False,
        False,
        False,
        False,
    ]


def test_of_a_name_given_twice_the_last_is_judged_and_no_other_sent() -> None:
    asked = read(b'{"model": "a", "n": 1, "model": "b"}')

    assert asked.model == "b"
    assert asked.body == b'{"model":"b","n":1}'


@pytest.mark.parametrize("name", ["Model", "MODEL", "Messages", "max_Tokens", "meſſages", "STREAM"])
def test_a_name_that_some_parsers_take_for_a_judged_one_is_refused(name: str) -> None:
    with pytest.raises(BadRequest, match="lower case"):
        read({"model": "m", name: "x"})


def test_every_model_that_is_named_is_judged() -> None:
    custom = {"models": {"reasoning_model": "a", "answering_model": None}}

    assert read({"model": "groq/compound", "compound_custom": custom}).models == ("groq/compound", "a")
    with pytest.raises(BadRequest):
        read({"model": "groq/compound", "compound_custom": {"models": {"reasoning_model": 7}}})


def test_what_is_wrong_is_told_without_a_word_of_the_body() -> None:
    for body in (b"secret", b'{"model": "secret', b'["secret"]', b'{"secret": 1}', b'{"model": {"secret": 1}}'):
        with pytest.raises(BadRequest) as bad:
            read(body)
        assert "secret" not in str(bad.value)


def test_what_is_nested_beyond_all_measure_is_refused() -> None:
    deep = b'{"model": "m", "x": ' + b"[" * 400 + b"]" * 400 + b"}"

    with pytest.raises(BadRequest):
        read(deep)

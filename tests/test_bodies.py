"""Bodies of answers: what they come to in JSON, how large they may be, and that nobody waits while they are read."""

from __future__ import annotations

import asyncio
import gc
import gzip
import json
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.bodies import (
    MOST_VALUES,
    PARSED_AT_ONCE,
    PARSED_HERE,
    TooLarge,
    Undecodable,
    parsed,
    plain,
    read_beginning,
    read_body,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
MEGABYTE = 2**20
STILL_SECONDS = 0.1


async def pieces(body: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@settings(max_examples=settings().max_examples // 2)
@given(JSON, st.integers(1, 9), st.booleans())
async def test_json_means_the_same_in_whatever_pieces_and_escapes_it_comes(
    value: object, size: int, escaped: bool
) -> None:
    body = json.dumps(value, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    text = await read_body(pieces(body, size))
    assert text.isascii()
    assert await parsed(text) == json.loads(body.decode("utf-8", "replace"))


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP", "deflate"])
async def test_a_packed_body_is_unpacked(encoding: str) -> None:
    body = b'{"name": "' + "字幕".encode() * 100_000 + b'"}'
    packed = zlib.compress(body) if encoding == "deflate" else gzip.compress(body)
    assert await parsed(await read_body(pieces(packed), encoding)) == json.loads(body)
    assert await read_body(pieces(b""), encoding) == ""


@pytest.mark.parametrize(
    ("body", "encoding"),
    [(gzip.compress(b"{}")[:-9], "gzip"), (b"no gzip", "gzip"), (b"{}", "br"), (b"{}", "gzip, gzip")],
    ids=["cut", "not packed", "unknown", "packed twice"],  # a packed body tells the second at which it was packed
)
async def test_what_is_packed_otherwise_or_cut_is_no_body(body: bytes, encoding: str) -> None:
    with pytest.raises(Undecodable):
        await read_body(pieces(body), encoding)


async def test_the_beginning_of_a_long_body_is_read_and_no_more() -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield b"no such key " * 100

    assert await read_beginning(endless(), "", 20) == "no such key no such "
    assert read == 1


def test_escapes_are_read_for_people() -> None:
    assert plain(r"caf\u00e9 \ud83d\ude00 \n") == r"café 😀 \n"


async def test_a_mark_of_byte_order_before_json_is_ignored() -> None:
    assert await parsed(await read_body(pieces(b'\xef\xbb\xbf{"a": 1}'))) == {"a": 1}


@pytest.mark.parametrize("length", [10, PARSED_HERE, PARSED_AT_ONCE])
async def test_numbers_and_names_are_read_alike_however_long_the_text_is(length: int) -> None:
    text = json.dumps({"a": 1.25, "b": [1, None, True, "字", {}], "filling": "x" * length})
    value = await parsed(text, Decimal)
    assert (value["a"], value["b"]) == (Decimal("1.25"), [1, None, True, "字", {}])


@pytest.mark.parametrize("text", ["", "null", "{", '{"a": ', "<html>", "[" * 200_000, '"' + "x" * PARSED_AT_ONCE])
async def test_what_cannot_be_read_is_none(text: str) -> None:
    assert await parsed(text) is None


async def test_a_text_of_too_many_values_is_not_read() -> None:
    assert await parsed("[" + "0," * MOST_VALUES + "0]") is None


async def bomb() -> AsyncIterator[bytes]:
    """A gigabyte in less than a megabyte, as it was sent."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield packer.compress(b'{"projects": "') + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush what is packed depends on nothing before it: packed once, it can be sent again and again.
    megabyte = packer.compress(b"a" * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    for _ in range(1000):
        yield megabyte


async def endless() -> AsyncIterator[bytes]:
    while True:
        yield b"a" * MEGABYTE


@pytest.mark.parametrize(("body", "encoding"), [(bomb(), "gzip"), (endless(), "")], ids=["packed", "endless"])
async def test_a_body_without_end_takes_little_memory_and_holds_nobody_up(
    body: AsyncIterator[bytes], encoding: str
) -> None:
    tracemalloc.start()
    try:
        async with asyncio.timeout(60):
            with pytest.raises(TooLarge):
                await read_body(body, encoding)
        assert tracemalloc.get_traced_memory()[1] < 100 * MEGABYTE
    finally:
        tracemalloc.stop()


async def test_the_loop_goes_on_while_a_large_report_is_read() -> None:
    row = {"hours": 1.25, "requests": 17, "grouping": {"start": "2026-11-01", "accessor": "a", "models": None}}
    body = json.dumps({"results": [row] * 30_000}).encode()
    gc.collect()  # what earlier tests left behind is not collected within the measured time
    stillest, last, running = 0.0, time.process_time(), True

    async def beat() -> None:
        # Processor time of this process, so that what else the machine does is not counted.
        nonlocal stillest, last
        while running:
            await asyncio.sleep(0)
            now = time.process_time()
            stillest, last = max(stillest, now - last), now

    beating = asyncio.create_task(beat())
    value = await parsed(await read_body(pieces(body)), Decimal)
    running = False
    await beating
    assert len(value["results"]) == 30_000
    assert stillest < STILL_SECONDS

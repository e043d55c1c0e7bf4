"""The bodies of answers, read within bounds.

Whoever answers decides neither how much memory we need nor how long our loop stands still: a body is decoded in small
pieces up to a limit, and a large JSON text is parsed by a thread that lets the loop run.
"""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import json
import re
import zlib
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from json.decoder import JSONArray, JSONObject  # type: ignore[attr-defined]  # typeshed leaves the two out
from json.scanner import py_make_scanner  # type: ignore[attr-defined]  # as well
from typing import Any

LARGEST_BODY = 32 * 2**20  # characters, decoded
PIECE = 128 * 1024  # bytes decoded before others get their turn
PARSED_HERE = 256 * 1024  # characters of JSON that the loop itself parses: a few milliseconds,
VALUES_HERE = 5_000  # if there are no more values than these
PARSED_AT_ONCE = 2**20  # that a thread parses in one go: while it does, for some 30 ms, nothing else runs
MOST_VALUES = 1_000_000  # in one JSON text; each takes about a hundred bytes of memory
ENCODINGS = "gzip, deflate"  # what we ask for, and understand

_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
_BYTE_ORDER_MARK = r"\ufeff"  # as `read_body` writes it
ReadNumber = Callable[[str], Any]


class TooLarge(Exception):
    """The body is larger than we read."""


class Undecodable(Exception):
    """The body is encoded in a way that we did not ask for, or is cut or broken."""


async def read_body(chunks: AsyncIterable[bytes], encoding: str = "", largest: int = LARGEST_BODY) -> str:
    """Return a whole body as ASCII text in which JSON means the same: what is beyond ASCII is written as JSON escapes.

    So the text takes a byte for each character, whatever alphabets are in it. ``encoding`` is the answer's
    Content-Encoding. Bytes that are no UTF-8 are replaced, whatever character set the answer claims.

    Raises:
        TooLarge: it has more than ``largest`` characters.
        Undecodable: its encoding is none of `ENCODINGS`, or is broken.
    """
    text = await read_beginning(chunks, encoding, largest + 1)
    if len(text) > largest:
        raise TooLarge
    return text


async def read_beginning(chunks: AsyncIterable[bytes], encoding: str, most: int) -> str:
    """Return a body as `read_body` does, cut after ``most`` characters.

    Raises:
        Undecodable: its encoding is none of `ENCODINGS`, or is broken.
    """
    body, utf8 = bytearray(), codecs.getincrementaldecoder("utf-8")("replace")
    async for piece in _decoded(chunks, encoding):
        body += _as_ascii(utf8.decode(piece))
        if len(body) >= most:
            break
    else:
        body += _as_ascii(utf8.decode(b"", final=True))
    del body[most:]
    return body.decode("ascii")


async def parsed(text: str, number: ReadNumber = float) -> Any:
    """Return the JSON value of a text from `read_body`; None if it is null, empty, unreadable or of too many values.

    ``number`` reads what is written with a point or an exponent. A mark of byte order before the value is ignored.
    """
    text = text.removeprefix(_BYTE_ORDER_MARK)
    if len(text) <= PARSED_HERE and _values(text) <= VALUES_HERE:
        return _value_of(text, json.JSONDecoder(parse_float=number))
    return await asyncio.to_thread(_parsed_aside, text, number)


def beginning_parsed(text: str) -> Any:
    """Return the JSON value of a short text, such as one from `read_beginning`; None as `parsed` does."""
    return _value_of(text.removeprefix(_BYTE_ORDER_MARK), json.JSONDecoder())


def plain(text: str) -> str:
    """Return a text from `read_body` with its escapes read, for people and patterns."""
    return re.sub(r"(?:\\u[0-9a-f]{4})+", lambda found: str(json.loads(f'"{found[0]}"')), text)


async def _decoded(chunks: AsyncIterable[bytes], encoding: str) -> AsyncIterator[bytes]:
    name = encoding.strip().lower()
    if name not in {"", "identity", "gzip", "x-gzip", "deflate"}:
        raise Undecodable(name)
    inflate = zlib.decompressobj(wbits=47) if name not in {"", "identity"} else None  # gzip or zlib, as it says
    empty = True
    async for chunk in chunks:
        empty = empty and not chunk
        for piece in _pieces(inflate, chunk):
            yield piece
            await asyncio.sleep(0)
    if inflate is not None and not empty and not inflate.eof:
        raise Undecodable("cut")


def _pieces(inflate: Any, chunk: bytes) -> Iterator[bytes]:
    if inflate is None:
        yield from (chunk[start : start + PIECE] for start in range(0, len(chunk), PIECE))
        return
    while not inflate.eof:
        try:
            piece = inflate.decompress(chunk, PIECE)
        except zlib.error:
            raise Undecodable("broken") from None
        chunk = inflate.unconsumed_tail
        if not (piece or chunk):
            return
        yield piece


def _as_ascii(text: str) -> bytes:
    if not text.isascii():
        text = _BEYOND_ASCII.sub(lambda found: json.dumps(found[0])[1:-1], text)
    return text.encode("ascii")


def _parsed_aside(text: str, number: ReadNumber) -> Any:
    if _values(text) > MOST_VALUES:
        return None
    decoder = json.JSONDecoder if len(text) <= PARSED_AT_ONCE else _PatientDecoder
    return _value_of(text, decoder(parse_float=number))


def _values(text: str) -> int:
    return sum(text.count(sign) for sign in ",[{")


def _value_of(text: str, decoder: json.JSONDecoder) -> Any:
    # RecursionError: a body of a hundred thousand opening brackets.
    with contextlib.suppress(ValueError, RecursionError):
        return decoder.decode(text)
    return None


class _PatientDecoder(json.JSONDecoder):
    """Parses in Python, several times slower: the parser in C lets no other thread run until it is through."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.parse_object, self.parse_array = JSONObject, JSONArray
        self.scan_once = py_make_scanner(self)

"""Bodies of answers as the world sends them: pages of gateways, halves, lists, bombs, drips, and odd fields."""

from __future__ import annotations

import asyncio
import json
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any

from aiohttp import web

MEGABYTE = 2**20
PAGE = "<html><body><h1>It works</h1></body></html>"
ERROR = {"err_code": "INTERNAL_SERVER_ERROR", "err_msg": "Something went wrong.", "request_id": "r-1"}
MODERN_ERROR = {"category": "INTERNAL_SERVER_ERROR", "message": "Internal server error.", "details": "Try again."}
# What is answered with status 200 in place of the answer.
SAYINGS: dict[str, str] = {
    "object": "{}",
    "html_bom": f"\ufeff{PAGE}",
    "html_comment": f"<!-- cached -->\n{PAGE}",
    "html_div": "<div>Just a moment…</div>",
    "error_object": json.dumps(ERROR),
    "modern_error": json.dumps(MODERN_ERROR),
    "list": "[]",
    "text": "OK",
}
# A 404 of somebody between us and Deepgram: Go's router and Kubernetes' default backend, a bare proxy, Kong.
FOREIGN_404S: dict[str, str] = {
    "404_plain": "404 page not found\n",
    "404_empty": "",
    "404_foreign": json.dumps({"message": "no Route matched with those values", "request_id": "r-1"}),
}
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def changed(body: bytes, change: Callable[[Any], Any]) -> bytes:
    """Return a JSON body with something done to its value; another body as it is."""
    try:
        return json.dumps(change(json.loads(body))).encode()
    except ValueError:
        return body


def with_field(name: str, value: Any, *, absent: bool) -> Callable[[Any], Any]:
    """Give every field of this name, however deep, this value, or take it out."""

    def change(found: Any) -> Any:
        if isinstance(found, list):
            return [change(each) for each in found]
        if not isinstance(found, dict):
            return found
        kept = {key: change(each) for key, each in found.items() if not (absent and key == name)}
        return kept | ({name: value} if name in kept else {})

    return change


def undashed(found: Any) -> Any:
    """Write every id without its dashes."""
    return json.loads(_UUID.sub(lambda id_: id_[0].replace("-", ""), json.dumps(found)))


async def streamed(kind: str, request: web.Request, seconds: float) -> web.StreamResponse:
    """Answer 200 with one of the long ones: ``large`` (50 MB), ``gzip_bomb``, ``endless``, ``drip``."""
    answer = web.StreamResponse(headers={"Content-Type": "application/json"})
    if kind == "gzip_bomb":
        answer.headers["Content-Encoding"] = "gzip"
    await answer.prepare(request)
    pieces = {"large": _large, "gzip_bomb": _bomb, "endless": _endless, "drip": _drip}[kind]()
    try:
        for piece in pieces:
            await answer.write(piece)
            await asyncio.sleep(seconds if kind == "drip" else 0)
    except (ConnectionError, RuntimeError):  # the client has gone
        pass
    return answer


def _large() -> Iterator[bytes]:
    yield b'{"message": "'
    yield from (b"a" * MEGABYTE for _ in range(50))
    yield b'"}'


def _bomb() -> Iterator[bytes]:
    """A gigabyte in less than a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    yield packer.compress(b'{"message": "') + packer.flush(zlib.Z_FULL_FLUSH)
    # After a full flush what is packed depends on nothing before it: packed once, it can be sent again and again.
    megabyte = packer.compress(b"a" * MEGABYTE) + packer.flush(zlib.Z_FULL_FLUSH)
    yield from (megabyte for _ in range(1000))


def _endless() -> Iterator[bytes]:
    yield b'{"message": "'
    while True:
        yield b"a" * MEGABYTE


def _drip() -> Iterator[bytes]:
    yield b'{"message": "'
    while True:
        yield b"a"

"""Keys of Keydesk's own, for providers that its gateway stands in front of: made, checked by form, and hashed.

`kd_live_`, 43 characters of base62 that hold 256 bits, and six that hold their CRC32: a secret scanner matches the
shape and can tell a key from a word that looks like one. Only the SHA-256 of a key is ever kept.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "kd_live_"
ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
RANDOM_BITS = 256
RANDOM_CHARACTERS = 43  # 62 ** 43 is more than 2 ** 256
CHECKSUM_CHARACTERS = 6  # 62 ** 6 is more than 2 ** 32
SHAPE = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{RANDOM_CHARACTERS + CHECKSUM_CHARACTERS}}}")


def make() -> str:
    """Return a new key."""
    body = PREFIX + _base62(secrets.randbits(RANDOM_BITS), RANDOM_CHARACTERS)
    return body + _checksum(body)


def is_whole(text: str) -> bool:
    """Tell whether this has the shape and the checksum of a key: whatever has not was never given to anybody."""
    body, checksum = text[:-CHECKSUM_CHARACTERS], text[-CHECKSUM_CHARACTERS:]
    return SHAPE.fullmatch(text) is not None and checksum == _checksum(body)


def hash_of(key: str) -> bytes:
    """Return the SHA-256 by which a key is found: 32 bytes. A key has 256 bits, so no salt is needed."""
    return hashlib.sha256(key.encode()).digest()


def shown(key: str) -> str:
    """Return what may be shown of a key: its prefix, and the four characters before its checksum."""
    return f"{PREFIX}…{key[-CHECKSUM_CHARACTERS - 4 : -CHECKSUM_CHARACTERS]}"


def _checksum(body: str) -> str:
    return _base62(zlib.crc32(body.encode()), CHECKSUM_CHARACTERS)


def _base62(number: int, width: int) -> str:
    found = ""
    for _ in range(width):
        number, digit = divmod(number, len(ALPHABET))
        found = ALPHABET[digit] + found
    return found

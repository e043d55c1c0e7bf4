"""The door of every text that Slack brings: too long ones are cut, what cannot be kept is replaced, once, for all.

JSON can carry half of a surrogate pair (RFC 8259, section 8.2) and U+0000; no answer can carry the one, and PostgreSQL
keeps neither. Nothing is left out in their place: a forged value would become a good one by it (Unicode Technical
Report 36, section 3.5).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

LONGEST = 12_000  # twenty of the longest addresses in one command, each of them twice, as Slack writes them

_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_REPLACED = "\N{REPLACEMENT CHARACTER}"


def bounded(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the payload with texts of at most ``LONGEST`` characters that can be kept; itself where all are."""
    return _mended(body) if _is_odd(body) else body


def _is_odd(part: Any) -> bool:
    if isinstance(part, str):
        return len(part) > LONGEST or "\x00" in part or (not part.isascii() and _UNKEPT.search(part) is not None)
    if isinstance(part, Mapping):
        return any(map(_is_odd, part.values()))
    return isinstance(part, list) and any(map(_is_odd, part))


def _mended(part: Any) -> Any:
    if isinstance(part, str):
        return _UNKEPT.sub(_REPLACED, part[:LONGEST])
    if isinstance(part, Mapping):
        return {name: _mended(each) for name, each in part.items()}
    return [_mended(each) for each in part] if isinstance(part, list) else part

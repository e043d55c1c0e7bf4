"""One thing that was looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Check:
    """One thing that was looked at: whether it is well, and in words what was found or how to mend it."""

    name: str
    ok: bool
    text: str


def as_lines(checks: Iterable[Check]) -> str:
    """Write checks for people, one a line."""
    return "\n".join(f"{'ok  ' if check.ok else 'MEND'}  {check.name}: {check.text}" for check in checks)


def as_json_text(checks: Iterable[Check]) -> str:
    """Write checks for programs: ``{"ok": bool, "checks": [{"name": str, "ok": bool, "text": str}]}``.

    Names stay what they are; there may be more of them later, and several of one name. A text is for people.
    """
    found = [asdict(check) for check in checks]
    return json.dumps({"ok": all(check["ok"] for check in found), "checks": found}, ensure_ascii=False)

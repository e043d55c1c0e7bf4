"""How what a digest says of the moment of its posting is kept: later only its figures are brought up to date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from bot.digests.service import Digest, Snapshot

_SNAPSHOT = TypeAdapter(Snapshot)


def kept(digest: Digest) -> dict[str, Any]:
    """Return what is stored beside the message, as JSON."""
    stored: dict[str, Any] = _SNAPSHOT.dump_python(digest.snapshot, mode="json")
    return stored


def as_posted(digest: Digest, stored: Mapping[str, Any]) -> Digest:
    """Return a digest of newer figures that says the same of its moment as the message that stands there."""
    return replace(digest, snapshot=_SNAPSHOT.validate_python(_of_today(stored)))


def _of_today(stored: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return it as it is kept now: before, the balances of all projects were added up into one."""
    before = stored.get("balance") or {}
    if "balances" in stored or before.get("amount") is None:
        return stored
    left = {"project": "All projects", "amount": before["amount"], "days": before.get("days")}
    return {**stored, "balances": [left]}

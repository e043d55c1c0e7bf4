"""Splits: by what a provider tells a project's figures, under which name, and what it does not split by."""

from __future__ import annotations

from collections.abc import Collection as Some
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from bot.store.collections import Collection

TRIED_EVERY = timedelta(days=1)


@dataclass(frozen=True)
class NotSplit:
    """Why something is not split, and when that was asked last."""

    why: str
    tried_at: datetime


@dataclass(frozen=True)
class Splits:
    """``names`` are dimensions that the provider knows by another name, ``untold`` those by which it does not split."""

    names: Mapping[str, str] = field(default_factory=dict)
    untold: Mapping[str, NotSplit] = field(default_factory=dict)

    def is_due(self, dimension: str, now: datetime) -> bool:
        """Tell whether it is to be asked for: what was not told is tried again once a day."""
        known = self.untold.get(dimension)
        return known is None or now - known.tried_at >= TRIED_EVERY

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        untold = {each: [known.why, known.tried_at.isoformat()] for each, known in self.untold.items()}
        return {"names": dict(self.names), "untold": untold}


def of(session: Session, project_id: str) -> Splits:
    """Return how the figures of a project can be split, as far as was seen."""
    row = session.get(Collection, project_id)
    return Splits() if row is None else _read(row.splits)


def untold(session: Session, project_ids: Some[str] | None, dimensions: Some[str]) -> list[tuple[str, str, str]]:
    """Return by which of these dimensions projects are not split, as (project, dimension, why)."""
    found = select(Collection.project_id, Collection.splits).order_by(col(Collection.project_id))
    if project_ids is not None:
        found = found.where(col(Collection.project_id).in_(project_ids))
    return [
        (project_id, dimension, known.why)
        for project_id, stored in (session.exec(found) if dimensions else ())
        for dimension, known in _read(stored).untold.items()
        if dimension in dimensions
    ]


def note(session: Session, project_id: str, found: Splits) -> None:
    """Note what was seen."""
    row = session.get(Collection, project_id)
    if row is not None and row.splits != found.as_json():
        row.splits = found.as_json()


def _read(stored: Mapping[str, Any]) -> Splits:
    found = {each: NotSplit(why, datetime.fromisoformat(at)) for each, (why, at) in stored.get("untold", {}).items()}
    return Splits(stored.get("names", {}), found)

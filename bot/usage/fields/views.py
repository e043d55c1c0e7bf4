"""What people see of what was used."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.providers.line_items import line_item_named
from bot.providers.port import Vendor
from bot.providers.usage import UsageFields, UsedModel
from bot.slack import blocks
from bot.slack.words import NOTHING, cut, escape, when

Block = dict[str, Any]

NAME_SHOWN = 60
MOST_SHOWN = 15


@dataclass(frozen=True)
class Used:
    """What occurred in a project on these days (UTC, both included).

    ``line_items`` maps identifiers to the provider's own names; None where those may not be read.
    """

    project_id: str
    project: str
    first: date
    last: date
    fields: UsageFields
    line_items: Mapping[str, str] | None
    read_at: datetime


def used(seen: Used, vendor: Vendor) -> list[Block]:
    """Draw what was used; long lists say how many more there are, and the file has all."""
    lists = columns(seen)
    value = f"{seen.project_id}:{seen.first}:{seen.last}"
    export = blocks.button("CSV by direct message", "usage.fields.export", value)
    nothing = [blocks.section("Nothing was used on these days.")] if not any(items for _, items in lists) else []
    return [
        blocks.header(f"What {cut(seen.project, NAME_SHOWN)} used"),
        *(nothing or [blocks.section(f"*{name}* ({len(items)})\n{_shown(items)}") for name, items in lists]),
        blocks.context(f"{seen.first} to {seen.last}, days of UTC · read from {vendor.name} {when(seen.read_at)}"),
        *([] if nothing else [blocks.actions(export)]),
    ]


def columns(seen: Used) -> list[tuple[str, list[str]]]:
    """Return (what, everything of it that occurred), sorted, in plain text."""
    fields, items = seen.fields, seen.line_items
    billed = [] if items is None else [("Line items", sorted(line_item_name(*item) for item in items.items()))]
    return [
        ("Tags", sorted(fields.tags or ())),
        ("Models", sorted({model_name(model) for model in fields.models})),
        ("Methods", sorted(fields.processing_methods)),
        ("Features", sorted(fields.features)),
        ("Languages", sorted(fields.languages)),
        *billed,
    ]


def line_item_name(identifier: str, name: str) -> str:
    """Say which line item, in our words and in the provider's: “nova-3 (streaming), Nova - 3 (Stream)”."""
    ours = line_item_named(identifier)
    return f"{ours}, {name}" if name and name != ours else ours


def model_name(model: UsedModel) -> str:
    """Say which model: “general nova-3 (en), 2025-04-17”, as far as it is told."""
    name = f"{model.name or model.model_id}{f' ({model.language})' if model.language else ''}"
    return f"{name}, {model.version}" if model.version else name


def _shown(items: Sequence[str]) -> str:
    named = [escape(cut(item, NAME_SHOWN)) for item in items[:MOST_SHOWN]]
    more = [f"and {len(items) - MOST_SHOWN} more"] if len(items) > MOST_SHOWN else []
    return " · ".join([*named, *more]) or NOTHING

"""What people see of models."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from bot.models.service import Models, shown_name
from bot.providers.port import Vendor
from bot.providers.speech_models import SpeechModel, Voice
from bot.slack import blocks
from bot.slack.pages import WORDS_LONGEST
from bot.slack.words import count, cut, duration, escape, when

Block = dict[str, Any]

NAME_SHOWN = 60
LANGUAGES_IN_LIST = 100
FOREIGN_SHOWN = 400
ID_LONGEST = 100  # a button carries it whole or not at all
KINDS = {"stt": "speech to text", "tts": "text to speech"}


def model_list(seen: Models) -> list[Block]:
    """Draw a page of models."""
    value = f"{seen.project_id}:{seen.wanted.typed[:WORDS_LONGEST]}"
    again = blocks.button(f"Refresh from {seen.vendor.name}", "models.refresh", f"{seen.page.number}:{value}")
    versions = ", replaced versions too" if seen.wanted.outdated else ""
    return [
        blocks.header(f"Models of {seen.project}"),
        *_rows(seen),
        blocks.context(f"{count(seen.page.total, 'model')}{versions} · {fresh(seen.read_at, seen.now, seen.vendor)}"),
        *blocks.paging("models.list", seen.page.number, seen.page.pages, value),
        blocks.actions(again),
    ]


def details(model: SpeechModel, project: str, vendor: Vendor, read_at: datetime, now: datetime) -> list[Block]:
    """Draw one model."""
    fields = [
        ("Kind", KINDS[model.kind]),
        ("Architecture", _foreign(model.architecture)),
        ("Version", _foreign(model.version)),
        ("Languages", _foreign(", ".join(model.languages))),
        *_abilities(model),
        *_voice(model.voice),
        ("Project", _foreign(project)),
        ("Id", _foreign(model.model_id)),
    ]
    return [
        blocks.header(f"Model {cut(shown_name(model), NAME_SHOWN) or '–'}"),
        blocks.section(fields=[f"*{label}*\n{text}" for label, text in fields]),
        blocks.context(fresh(read_at, now, vendor)),
    ]


def fresh(read_at: datetime, now: datetime, vendor: Vendor) -> str:
    """Say how old the list is."""
    age = now - read_at
    old = "just now" if age < timedelta(minutes=1) else f"{duration(age)} ago"
    return f"read from {vendor.name} {when(read_at)}, {old}"


def _rows(seen: Models) -> list[Block]:
    if seen.page.items:
        return [_row(model, seen.project_id) for model in seen.page.items]
    if seen.wanted.words:
        words = escape(" ".join(seen.wanted.words)[:WORDS_LONGEST])
        return [blocks.section(f"No model matches “{words}”. `/keydesk models list` shows all.")]
    return [blocks.section(f"{seen.vendor.name} tells of no model in this project.")]


def _row(model: SpeechModel, project_id: str) -> Block:
    name = escape(cut(shown_name(model), NAME_SHOWN)) or "(no name)"
    languages = escape(cut(", ".join(model.languages), LANGUAGES_IN_LIST)) or "no language told"
    version = escape(cut(model.version, NAME_SHOWN)) or "unknown"
    ways = [word for word, able in (("batch", model.batch), ("streaming", model.streaming)) if able]
    parts = [languages, f"version {version}", *([" and ".join(ways)] if ways else [])]
    return blocks.section(
        f"*{name}* · {KINDS[model.kind]}\n{' · '.join(parts)}", accessory=_show_button(model, project_id)
    )


def _show_button(model: SpeechModel, project_id: str) -> Block | None:
    if len(model.model_id) > ID_LONGEST:
        return None
    return blocks.button("Details", "models.show", f"{project_id}:{model.model_id}")


def _abilities(model: SpeechModel) -> list[tuple[str, str]]:
    if model.kind == "tts":
        return []  # The provider tells these of listening models only
    told = (("batch", model.batch), ("streaming", model.streaming), ("formatted output", model.formatted_output))
    return [("Offers", ", ".join(f"{name}: {_answer(able)}" for name, able in told))]


def _answer(able: bool | None) -> str:
    return {True: "yes", False: "no", None: "unknown"}[able]


def _voice(voice: Voice | None) -> list[tuple[str, str]]:
    if voice is None:
        return []
    sound = ", ".join(filter(None, (voice.accent, voice.age, *voice.tags)))
    return [("Voice", _foreign(sound)), ("Made for", _foreign(", ".join(voice.use_cases)))]


def _foreign(text: str) -> str:
    return escape(cut(text, FOREIGN_SHOWN)) or "–"

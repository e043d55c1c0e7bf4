"""Searching a project's models, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches

from bot.errors import NotUnderstood
from bot.providers.port import Vendor
from bot.providers.speech_models import SpeechModel
from bot.slack.pages import WORDS_LONGEST, Page

OUTDATED = "outdated"
FACETS = ("stt", "tts", "batch", "streaming")


@dataclass(frozen=True)
class ModelsWanted:
    """What was searched for, as it was typed; the word ``outdated`` asks for replaced versions too."""

    typed: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The words that a model must match, lower case."""
        return tuple(word for word in self._all() if word != OUTDATED)

    @property
    def outdated(self) -> bool:
        """Whether replaced versions are wanted too."""
        return OUTDATED in self._all()

    def _all(self) -> list[str]:
        return self.typed.lower().split()


@dataclass(frozen=True)
class Models:
    """One page of the models of a project that match, and when the list was read."""

    project_id: str
    project: str
    wanted: ModelsWanted
    page: Page[SpeechModel]
    read_at: datetime
    now: datetime
    vendor: Vendor


def search(models: Sequence[SpeechModel], words: Iterable[str]) -> list[SpeechModel]:
    """Return the models that match every word (lower case).

    ``stt``, ``tts``, ``batch`` and ``streaming`` filter; a word that is some model's language filters by language
    (``en`` also finds ``en-US``, and not every ``general``); any other is looked for in names and architectures.
    """
    languages = {code for model in models for code in _codes(model)}
    found = list(models)
    for word in words:
        found = [model for model in found if _matches(model, word, languages)]
    return found


def named(models: Sequence[SpeechModel], wanted: str) -> list[SpeechModel]:
    """Return the models with this id, else with this full name, else this short name, else of this architecture."""
    word = wanted.strip().lower()
    for name_of in (_model_id, _canonical_name, _name, _architecture):
        found = [model for model in models if name_of(model).lower() == word]
        if found:
            return found
    return []


def unknown(models: Sequence[SpeechModel], wanted: str) -> NotUnderstood:
    """Return the error that says that there is no such model, with the nearest name."""
    names = {shown_name(model).lower() for model in models}
    near = get_close_matches(wanted.strip().lower()[:WORDS_LONGEST], sorted(names), n=1)
    meant = f" Did you mean {near[0][:WORDS_LONGEST]}?" if near else ""
    return NotUnderstood(f"There is no model {wanted.strip()[:60]}.{meant} See all with /keydesk models list.")


def shown_name(model: SpeechModel) -> str:
    """Return the name that requests use, as far as it was told."""
    return model.canonical_name or model.name


def _matches(model: SpeechModel, word: str, languages: set[str]) -> bool:
    if word in FACETS:
        return word in _facets(model)
    if word in languages:
        return word in _codes(model)
    return any(
        word in text.lower() for text in (model.name, model.canonical_name, model.architecture, *model.languages)
    )


def _facets(model: SpeechModel) -> set[str]:
    return {model.kind, *(["batch"] if model.batch else []), *(["streaming"] if model.streaming else [])}


def _codes(model: SpeechModel) -> set[str]:
    codes = {language.lower() for language in model.languages}
    return codes | {code.partition("-")[0] for code in codes}


def _model_id(model: SpeechModel) -> str:
    return model.model_id


def _canonical_name(model: SpeechModel) -> str:
    return model.canonical_name


def _name(model: SpeechModel) -> str:
    return model.name


def _architecture(model: SpeechModel) -> str:
    return model.architecture

"""What the provider calls its models, remembered for an hour: figures and requests know their ids alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.errors import ProviderError
from bot.providers.speech_models import SpeechModel

REMEMBERED = timedelta(hours=1)
MOST_REMEMBERED = 100  # projects


class KnownModels(Protocol):
    """The provider's list of models."""

    async def project_models(self, project_id: str, *, include_outdated: bool = False) -> list[SpeechModel]:
        """Return the models that a project may use."""
        ...


@dataclass(frozen=True)
class _Told:
    names: Mapping[str, str]
    read_at: datetime


class ModelNames:
    """Reads names by id. Where the provider does not tell, there are none, and ids are shown."""

    def __init__(self, models: KnownModels, clock: Clock) -> None:
        self._models = models
        self._clock = clock
        self._told: dict[str, _Told] = {}

    async def read(self, project_id: str) -> Mapping[str, str]:
        """Return the names of the models that one project may use, replaced versions too."""
        now, told = self._clock.now(), self._told.get(project_id)
        if told is None or now - told.read_at > REMEMBERED:
            try:
                models = await self._models.project_models(project_id, include_outdated=True)
            except ProviderError:
                return {} if told is None else told.names
            told = _Told({model.model_id: model.canonical_name or model.name for model in models}, now)
            if len(self._told) >= MOST_REMEMBERED:
                self._told.clear()
            self._told[project_id] = told
        return told.names

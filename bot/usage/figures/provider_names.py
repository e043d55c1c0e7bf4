"""What Deepgram calls its models and line items, remembered for an hour: figures know their ids alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.errors import ProviderError
from bot.providers.deepgram.billing import BillingFields
from bot.providers.deepgram.speech_models import SpeechModel

REMEMBERED = timedelta(hours=1)
LOOKED_BACK = timedelta(days=92)
MOST_REMEMBERED = 100  # projects and dimensions
NAMED = ("model", "line item")


class Namers(Protocol):
    """The provider's lists of names; `bot.providers.deepgram.client.Deepgram` satisfies it."""

    async def project_models(self, project_id: str, *, include_outdated: bool = False) -> list[SpeechModel]:
        """Return the models that a project may use."""
        ...

    async def billing_fields(
        self, project_id: str, *, start: date | None = None, end: date | None = None
    ) -> BillingFields:
        """Return what was billed in a period."""
        ...


@dataclass(frozen=True)
class _Told:
    names: Mapping[str, str]
    read_at: datetime


class ProviderNames:
    """Reads names by id. Where Deepgram does not tell, there are none, and ids are shown."""

    def __init__(self, namers: Namers, clock: Clock) -> None:
        self._namers = namers
        self._clock = clock
        self._told: dict[tuple[str, str], _Told] = {}

    async def read(self, dimension: str, project_id: str) -> Mapping[str, str]:
        """Return the names of a dimension's values, as one project sees them."""
        now, key = self._clock.now(), (dimension, project_id)
        told = self._told.get(key)
        if told is None or now - told.read_at > REMEMBERED:
            try:
                told = _Told(await self._ask(dimension, project_id), now)
            except ProviderError:
                return {} if told is None else told.names
            if len(self._told) >= MOST_REMEMBERED:
                self._told.clear()
            self._told[key] = told
        return told.names

    async def _ask(self, dimension: str, project_id: str) -> Mapping[str, str]:
        if dimension == "model":
            models = await self._namers.project_models(project_id, include_outdated=True)
            return {model.model_id: model.canonical_name or model.name for model in models}
        today = self._clock.now().date()
        return (await self._namers.billing_fields(project_id, start=today - LOOKED_BACK, end=today)).line_items

"""Each project's models, remembered for ten minutes: one call to the provider answers every search and page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.providers.offers import OffersModels
from bot.providers.speech_models import SpeechModel

REMEMBERED = timedelta(minutes=10)
MOST_REMEMBERED = 20  # lists; a list holds some hundred models


@dataclass(frozen=True)
class ModelListing:
    """The models that a project may use, with or without replaced versions, and when that was read."""

    models: tuple[SpeechModel, ...]
    outdated: bool
    read_at: datetime


class ModelCatalogue:
    """Reads lists of models and remembers them in this process. Two who ask at once may both read: that is harmless."""

    def __init__(self, speech: OffersModels, clock: Clock) -> None:
        self._speech = speech
        self._clock = clock
        self._listings: dict[tuple[str, bool], ModelListing] = {}

    async def read(self, project_id: str, *, outdated: bool = False) -> ModelListing:
        """Return a project's models, with ``outdated`` also versions that were replaced.

        Raises:
            ProviderError: the provider did not tell.
        """
        remembered = self._listings.get((project_id, outdated))
        if remembered is not None and self._clock.now() - remembered.read_at < REMEMBERED:
            return remembered
        models = await self._speech.project_models(project_id, include_outdated=outdated)
        listing = ModelListing(tuple(models), outdated, self._clock.now())
        self._remember((project_id, outdated), listing)
        return listing

    def forget(self, project_id: str) -> None:
        """Ask the provider again the next time."""
        for outdated in (False, True):
            self._listings.pop((project_id, outdated), None)

    def _remember(self, key: tuple[str, bool], listing: ModelListing) -> None:
        self._listings.pop(key, None)
        self._listings[key] = listing
        while len(self._listings) > MOST_REMEMBERED:  # dicts keep their order: the first was read longest ago
            del self._listings[next(iter(self._listings))]

"""Models: what a project may use."""

from __future__ import annotations

from bot.models.catalogue import Catalogue
from bot.models.listeners import ModelListeners
from bot.room import Deps, Room


def room(deps: Deps) -> Room:
    """Put the room together."""
    catalogue = Catalogue(deps.deepgram, deps.clock)
    return Room("models", routes=(ModelListeners(deps.clock, catalogue).door(),))

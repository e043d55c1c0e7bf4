"""Models: what a project may use."""

from __future__ import annotations

from bot.models.catalogue import ModelCatalogue
from bot.models.listeners import ModelListeners
from bot.policy import Right, Role
from bot.providers.port import Capability
from bot.room import Deps, Quick, Room

RIGHTS = {"models.list": Right(Role.READER)}


def room(deps: Deps) -> Room:
    """Put the room together."""
    catalogue = ModelCatalogue(deps.providers, deps.clock)
    return Room(
        "models",
        capability=Capability.MODELS,
        rights=RIGHTS,
        quick=(Quick("models.list", "Models", "models.list"),),
        routes=(ModelListeners(deps.clock, catalogue).routes(),),
    )

"""How the provider's projects are called here."""

from __future__ import annotations

from bot.projects.operations import NAME_LONGEST
from bot.providers.values import Project as Told
from bot.slack.words import cut


def name_of(told: Told) -> str:
    """Return the name under which a project is known here: what is longer at the provider is cut."""
    return cut(told.name, NAME_LONGEST) or told.project_id

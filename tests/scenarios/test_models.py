"""Models, asked from Slack."""

from __future__ import annotations

from tests.scenarios.people import MARIA
from tests.world import world


async def test_models_are_searched_paged_shown_and_remembered(sqlite_url: str) -> None:
    async with world(sqlite_url) as here:
        maria = await here.page(MARIA)
        await maria.types("/projects use production")
        await maria.reads("production · yours")
        await maria.types("/keydesk models list outdated")
        await maria.reads("12 models, replaced versions too")
        await maria.presses("Next page")
        await maria.reads("Page 2 of 2")
        await maria.types("/keydesk models list tts en")
        await maria.reads("2 models ·")
        here.deepgram.faults.add("503", "GET", "models", times=9)
        await maria.types("/keydesk models show nova-3-medical")
        await maria.reads("Model nova-3-medical")
        await maria.types("/keydesk models show general")
        await maria.reads("3 models ·")
        await maria.presses("Details")
        await maria.reads("batch: ")
        await maria.types("/keydesk models show base-general")
        await maria.reads("Model base-general")
        await maria.types("/keydesk models show nova-3-medcal")
        await maria.reads("Did you mean nova-3-medical?")
        here.move(minutes=10)
        await maria.types("/keydesk models list")
        await maria.reads("while trying to list the models")

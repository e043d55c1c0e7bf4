"""What people type and press about models."""

from __future__ import annotations

from bot.clock import Clock
from bot.desk.entrance import ProjectEntrance
from bot.errors import NotUnderstood
from bot.models import service, views
from bot.models.catalogue import Catalogue, Listing
from bot.models.service import Models, Wanted
from bot.providers.deepgram.speech_models import SpeechModel
from bot.slack.call import Call
from bot.slack.names import Command, Door
from bot.slack.pages import WORDS_LONGEST, page_of, read_page_in
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.store.projects import Project


class ModelListeners:
    """Answers `/keydesk models` and its buttons; reads only."""

    def __init__(self, entrance: ProjectEntrance, clock: Clock, catalogue: Catalogue) -> None:
        self._entrance = entrance
        self._clock = clock
        self._catalogue = catalogue

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command(
                    "models",
                    "list",
                    self.list_models,
                    "[words]",
                    "the models of your project",
                    ("ls", "search"),
                    slash=False,
                ),
                Command("models", "show", self.show, "<name or id>", "one model", ("get",), slash=False),
            ),
            actions={"models.list": self.turn, "models.refresh": self.refresh, "models.show": self.show_pressed},
        )

    async def list_models(self, call: Call) -> None:
        """List the models of the chosen project."""
        await call.show(await self._page(call, await self._project(call, ""), call.text, 1))

    async def turn(self, call: Call) -> None:
        """Show another page."""
        number, project, typed = await self._pressed(call)
        await call.show_instead(await self._page(call, project, typed, number))

    async def refresh(self, call: Call) -> None:
        """Read the models from the provider now."""
        number, project, typed = await self._pressed(call)
        self._catalogue.forget(project.id)
        await call.show_instead(await self._page(call, project, typed, number))

    async def show(self, call: Call) -> None:
        """Show the model that was named; where several are, list them."""
        await self._show(call, await self._project(call, ""), call.text)

    async def show_pressed(self, call: Call) -> None:
        """Show the model whose button was pressed."""
        project_id, _, model_id = call.value.partition(":")
        await self._show(call, await self._project(call, project_id), model_id)

    async def _show(self, call: Call, project: Project, wanted: str) -> None:
        if not wanted.strip():
            raise NotUnderstood("Which model? Type /keydesk models show <name or id>; /keydesk models list shows all.")
        listing, found = await self._named(call, project, wanted)
        if not found:
            raise service.unknown(listing.models, wanted)
        if len(found) > 1:
            typed = f"{service.OUTDATED} {wanted}" if listing.outdated else wanted
            await call.show(await self._page(call, project, typed, 1))
            return
        await call.show(views.details(found[0], project.name, listing.read_at, self._clock.now()))

    async def _pressed(self, call: Call) -> tuple[int, Project, str]:
        number, project_id, typed = read_page_in(call.value)
        return number, await self._project(call, project_id), typed

    async def _page(self, call: Call, project: Project, typed: str, number: int) -> list[views.Block]:
        wanted = Wanted(typed.strip()[:WORDS_LONGEST])
        listing = await self._read(call, project, outdated=wanted.outdated)
        page = page_of(service.search(listing.models, wanted.words), number)
        return views.model_list(Models(project.id, project.name, wanted, page, listing.read_at, self._clock.now()))

    async def _named(self, call: Call, project: Project, wanted: str) -> tuple[Listing, list[SpeechModel]]:
        """Look among the present models, then among the replaced ones too."""
        present = await self._read(call, project)
        found = service.named(present.models, wanted)
        if found:
            return present, found
        every = await self._read(call, project, outdated=True)
        return every, service.named(every.models, wanted)

    async def _read(self, call: Call, project: Project, *, outdated: bool = False) -> Listing:
        reading = self._catalogue.read(project.id, outdated=outdated)
        return await told_if_slow(reading, call.tell, f"Reading the models of {escape(project.name)} from Deepgram…")

    async def _project(self, call: Call, wanted: str) -> Project:
        _, project = await self._entrance.enter(call, "models.list", wanted)
        return project

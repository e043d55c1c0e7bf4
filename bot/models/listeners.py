"""What people type and press about models."""

from __future__ import annotations

from bot.access.access import Access
from bot.access.places import by, chosen
from bot.clock import Clock
from bot.errors import NotUnderstood
from bot.models import service, views
from bot.models.catalogue import ModelCatalogue, ModelListing
from bot.models.service import Models, ModelsWanted
from bot.providers.speech_models import SpeechModel
from bot.slack.call import Call
from bot.slack.pages import WORDS_LONGEST, page_of, read_page_in
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape

MAY_READ = "models.list"


class ModelListeners:
    """Answers `/keydesk models` and its buttons; reads only."""

    def __init__(self, clock: Clock, catalogue: ModelCatalogue) -> None:
        self._clock = clock
        self._catalogue = catalogue

    def routes(self) -> Routes:
        """Return what this room answers to."""
        list_, show = Route(self.list_models, MAY_READ, chosen), Route(self.show, MAY_READ, chosen)
        listed, shown = by(lambda call: read_page_in(call.value)[1]), by(lambda call: call.value.partition(":")[0])
        about = "the models of your project"
        return Routes(
            commands=(
                Command("models", "list", list_, "[words]", about, ("ls", "search"), slash=False, shows=True),
                Command("models", "show", show, "<name or id>", "one model", ("get",), slash=False, shows=True),
            ),
            actions={
                "models.list": Route(self.turn, MAY_READ, listed, in_place=True),
                "models.refresh": Route(self.refresh, MAY_READ, listed, in_place=True),
                "models.show": Route(self.show_pressed, MAY_READ, shown),
            },
        )

    async def list_models(self, call: Call, access: Access) -> list[views.Block]:
        """List the models of the chosen project."""
        return await self._page(call, access, call.text, 1)

    async def turn(self, call: Call, access: Access) -> list[views.Block]:
        """Show another page."""
        number, _, typed = read_page_in(call.value)
        return await self._page(call, access, typed, number)

    async def refresh(self, call: Call, access: Access) -> list[views.Block]:
        """Read the models from the provider now."""
        self._catalogue.forget(access.there.id)
        return await self.turn(call, access)

    async def show(self, call: Call, access: Access) -> list[views.Block]:
        """Show the model that was named; where several are, list them."""
        return await self._shown(call, access, call.text)

    async def show_pressed(self, call: Call, access: Access) -> list[views.Block]:
        """Show the model whose button was pressed."""
        return await self._shown(call, access, call.value.partition(":")[2])

    async def _shown(self, call: Call, access: Access, wanted: str) -> list[views.Block]:
        if not wanted.strip():
            raise NotUnderstood("Which model? Type /keydesk models show <name or id>; /keydesk models list shows all.")
        listing, found = await self._named(call, access, wanted)
        if not found:
            raise service.unknown(listing.models, wanted)
        if len(found) > 1:
            typed = f"{service.OUTDATED} {wanted}" if listing.outdated else wanted
            return await self._page(call, access, typed, 1)
        return views.details(found[0], access.there.name, access.vendor, listing.read_at, self._clock.now())

    async def _page(self, call: Call, access: Access, typed: str, number: int) -> list[views.Block]:
        wanted = ModelsWanted(typed.strip()[:WORDS_LONGEST])
        listing = await self._read(call, access, outdated=wanted.outdated)
        page = page_of(service.search(listing.models, wanted.words), number)
        now, project = self._clock.now(), access.there
        seen = Models(project.id, project.name, wanted, page, listing.read_at, now, access.vendor)
        return views.model_list(seen)

    async def _named(self, call: Call, access: Access, wanted: str) -> tuple[ModelListing, list[SpeechModel]]:
        """Look among the present models, then among the replaced ones too."""
        present = await self._read(call, access)
        found = service.named(present.models, wanted)
        if found:
            return present, found
        every = await self._read(call, access, outdated=True)
        return every, service.named(every.models, wanted)

    async def _read(self, call: Call, access: Access, *, outdated: bool = False) -> ModelListing:
        project = access.there
        words = f"Reading the models of {escape(project.name)} from {access.vendor.name}…"
        return await told_if_slow(self._catalogue.read(project.id, outdated=outdated), call.tell, words)

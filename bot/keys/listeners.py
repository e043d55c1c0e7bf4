"""What people type and press about keys."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from sqlmodel import Session

from bot.clock import Clock
from bot.desk.entrance import answer
from bot.desk.service import Desk, Held
from bot.desk.views import read_value
from bot.errors import BotError, CouldNotCheck, FormError, NotAllowed, NotUnderstood, ProviderError
from bot.keys import about, asking, customer_choice, listing, request_form, service, views
from bot.keys.intent import Shown, note_refused_opening, opening
from bot.keys.making import KeyMaking
from bot.keys.mirroring import KeyMirror
from bot.keys.operations import CreateKey, EndKey
from bot.operation import Actor
from bot.people import People
from bot.slack.call import Call, OpenView, Outcome
from bot.slack.names import Command, Door
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.store import keys, seen
from bot.store import people as people_rows
from bot.store.database import Database
from bot.store.keys import Key
from bot.store.roles import WORKSPACE

Block = views.Block

ONE_MOMENT = "One moment…"


class KeyListeners:
    """Answers `/keys` and the buttons of keys."""

    def __init__(
        self,
        desk: Desk,
        database: Database,
        people: People,
        clock: Clock,
        making: KeyMaking,
        mirror: KeyMirror,
    ) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._clock = clock
        self._making = making
        self._mirror = mirror

    def door(self) -> Door:
        """Return what this room answers to."""
        return Door(
            commands=(
                Command("keys", "request", self.request, "[project]", "ask for a key", aliases=("new", "create")),
                Command("keys", "list", self.list_keys, "[words]", "keys of your project", aliases=("ls", "search")),
                Command("keys", "mine", self.list_mine, "[words]", "your own keys"),
                Command("keys", "show", self.show, "<id>", "one key", aliases=("get",)),
                Command("keys", "revoke", self.revoke, "<id>", "end a key for good", aliases=("end", "delete")),
            ),
            actions={
                "keys.request": self.request,
                "keys.request.project": self.project_chosen,
                "keys.open": self.open_key,
                "keys.end": self.end,
                "keys.end_leaked": self.end_leaked,
                "keys.row": self.row,
                "keys.list": self.turn_list,
                "keys.mine": self.turn_mine,
                "keys.refresh": self.refresh,
            },
            views={"keys.request": self.ask},
            options={"keys.request.project": self.projects_like, "keys.request.customer": self.customers_like},
            shortcuts={"keys.request": self.request, "keys.request_about": self.request_about},
        )

    # --- asking ---

    async def request(self, call: Call) -> None:
        """Open the form; at once for people known here, after a look at their profile for others."""
        known = await self._people.known(call.team_id, call.user_id)
        guess = Actor(call.team_id, call.user_id)
        form = await self._form(guess, call.text or call.value) if known else None
        opened = await call.open(request_form.request_form(form) if form else views.saying("Request a key", ONE_MOMENT))
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._database.read(lambda session: self._desk.permit(session, actor, "keys.create"))
        if form is None:
            await opened.update(request_form.request_form(await self._form(actor, call.text or call.value)))

    async def request_about(self, call: Call) -> None:
        """Open the form with what the message says as the draft of the purpose."""
        opened = await call.open(views.saying("Request a key", ONE_MOMENT))
        actor = await self._people.judge(call.team_id, call.user_id)

        def draft(session: Session) -> str:
            self._desk.permit(session, actor, "keys.create")
            named = people_rows.named(session, actor.team_id, about.mentioned(call.payload))
            return about.purpose_from(call.payload, {user_id: person.name for user_id, person in named.items()})

        purpose = await self._database.read(draft)
        await opened.update(request_form.request_form(replace(await self._form(actor, ""), purpose=purpose)))

    async def project_chosen(self, call: Call) -> None:
        """Redraw the form for the project that was chosen in it; what was typed stays."""
        view = call.view or {}
        actor = await self._people.judge(call.team_id, call.user_id)
        form = await self._form(actor, request_form.chosen_project(call.state))
        typed, billed = request_form.typed_purpose(call.state), request_form.billed_so_far(call.state)
        form = replace(form, purpose=typed, billed=billed)
        await OpenView(call.web, str(view.get("id", "")), view.get("hash")).update(request_form.request_form(form))

    async def projects_like(self, call: Call) -> None:
        """Offer projects, from the mirror."""
        if not await self._people.known(call.team_id, call.user_id):
            await call.ack(options=[])
            return
        found = await self._database.read(lambda session: asking.projects_like(session, call.value))
        await call.ack(options=request_form.options(found))

    async def customers_like(self, call: Call) -> None:
        """Offer customers, from the catalogue."""
        if not await self._people.known(call.team_id, call.user_id):
            await call.ack(options=[])
            return
        actor = Actor(call.team_id, call.user_id)
        found = await self._database.read(lambda session: asking.customers_like(session, actor, call.value))
        await call.ack(options=customer_choice.customer_options(found, call.value))

    async def ask(self, call: Call) -> None:
        """Take in the form."""
        operation = request_form.read_request_form(call.state)
        opened = await call.ack_update(views.saying("Request a key", "Asking…"))
        actor = Actor(call.team_id, call.user_id)
        try:
            actor = await self._people.judge(call.team_id, call.user_id)
        except CouldNotCheck as problem:
            await self._bring_back(opened, actor, operation, problem)
            return
        try:
            await self._database.read(lambda session: service.check(session, actor, operation))
            outcome = await self._desk.submit(operation, actor, call.view_id)
        except (FormError, NotAllowed, CouldNotCheck) as problem:
            await self._bring_back(opened, actor, operation, problem)
            return
        if isinstance(outcome, Held):
            request, deciders = outcome.request, outcome.deciders
            text = await self._database.read(lambda session: asking.confirmation(session, request, deciders))
            await opened.update(views.asked(*text))

    async def _bring_back(self, opened: OpenView, actor: Actor, typed: CreateKey, problem: BotError) -> None:
        """Show the form again with what is wrong: what was typed must not be lost."""
        form = await self._form(actor, typed.project_id)
        billed = await self._database.read(lambda session: asking.billed_to(session, actor, typed.customer))
        form = replace(form, typed=typed, problem=problem.text, billed=billed)
        await opened.update(request_form.request_form(form))

    async def _form(self, actor: Actor, words: str) -> request_form.Form:
        now = self._clock.now()
        return await self._database.read(lambda session: asking.form(session, self._desk, actor, words, now))

    # --- opening ---

    async def open_key(self, call: Call) -> None:
        """Make the key and show it once, in a window that was opened first."""
        request_id, _ = read_value(call.value)
        guess = Actor(call.team_id, call.user_id)
        refusal = await self._database.write(
            lambda session: note_refused_opening(session, request_id, guess, self._clock.now())
        )
        if refusal is not None:
            # Told beside the windows, never in one: it would stand on top of the one that shows the key.
            await call.tell(escape(refusal.text))
            return
        try:
            await self._make_and_show(call, request_id)
        finally:
            await self._database.write(lambda session: seen.unnote(session, opening(request_id)))

    async def _make_and_show(self, call: Call, request_id: str) -> None:
        opened = await call.open(views.saying("Your key", "Creating your key…"))
        actor = await self._people.judge(call.team_id, call.user_id)

        async def show(shown: Shown) -> Outcome:
            value = shown.secret.get_secret_value()
            return await opened.reveal(views.secret(shown.key, shown.operation, shown.project, value))

        await self._making.create_and_show(request_id, actor, show)

    # --- lists ---

    async def list_keys(self, call: Call) -> None:
        """List the keys of the chosen project, or of all."""
        actor = await self._people.judge(call.team_id, call.user_id)
        project_id = await self._database.read(lambda session: asking.chosen_id(session, actor))
        wanted = listing.Wanted(project_id=project_id, words=call.text.strip())
        drawn = await self._list(actor, wanted)
        now = self._clock.now()
        if project_id is not None and not await self._mirror.look(project_id, now):
            # Among thousands of projects its turn may be far off, and nothing read is not nothing there.
            reading = self._mirror.refresh(project_id, now)
            with contextlib.suppress(ProviderError):  # the list says so, below what is known without
                await told_if_slow(reading, call.tell, "Reading the keys from Deepgram…")
            drawn = await self._list(actor, wanted)
        await call.show(drawn)

    async def list_mine(self, call: Call) -> None:
        """List one's own keys, in every project."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show(await self._list(actor, listing.Wanted(owner=actor.user_id, words=call.text.strip())))

    async def turn_list(self, call: Call) -> None:
        """Show another page of a project's keys."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show_instead(await self._list(actor, listing.read_wanted(call.value, owner=None)))

    async def turn_mine(self, call: Call) -> None:
        """Show another page of one's own keys."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await call.show_instead(await self._list(actor, listing.read_wanted(call.value, owner=actor.user_id)))

    async def refresh(self, call: Call) -> None:
        """Read a project's keys from the provider now."""
        actor = await self._people.judge(call.team_id, call.user_id)
        wanted = listing.read_wanted(call.value, owner=None)
        if wanted.project_id is None:
            raise NotUnderstood("Choose a project first: /projects use <name>.")
        await call.say_replace("Reading the keys from Deepgram…")
        try:
            await self._mirror.refresh(wanted.project_id, self._clock.now())
        finally:
            await call.show_instead(await self._list(actor, wanted))

    async def _list(self, actor: Actor, wanted: listing.Wanted) -> list[Block]:
        now, reader = self._clock.now(), listing.Reader(self._desk, actor)

        def drawn(session: Session) -> list[Block]:
            self._desk.permit(session, actor, "keys.list", wanted.project_id or WORKSPACE)
            return listing.draw(session, reader, wanted, now)

        return await self._database.read(drawn)

    # --- one key ---

    async def show(self, call: Call) -> None:
        """Show one key."""
        actor = await self._people.judge(call.team_id, call.user_id)
        key = await self._database.read(lambda session: service.find(session, call.text))
        await self._show(call, actor, key.id, ask=False)

    async def revoke(self, call: Call) -> None:
        """Ask before a key is ended."""
        actor = await self._people.judge(call.team_id, call.user_id)
        key = await self._database.read(lambda session: service.find(session, call.text))
        await self._show(call, actor, key.id, ask=True)

    async def row(self, call: Call) -> None:
        """Do what was chosen in a row's menu."""
        actor = await self._people.judge(call.team_id, call.user_id)
        wish, _, key_id = call.value.partition(":")
        await self._show(call, actor, key_id, ask=wish == "end")

    async def end(self, call: Call) -> None:
        """End a key: the button has asked."""
        await self._end(call, leaked=False)

    async def end_leaked(self, call: Call) -> None:
        """End a key that leaked: at once, and all Owners are told."""
        await self._end(call, leaked=True)

    async def _end(self, call: Call, *, leaked: bool) -> None:
        actor = await self._people.judge(call.team_id, call.user_id)
        key = await self._database.read(lambda session: keys.get(session, call.value))
        if key is None:
            raise NotUnderstood("There is no such key. Nothing changed.")
        outcome = await self._desk.submit(EndKey(project_id=key.project_id, key_id=key.id, leaked=leaked), actor)
        said = await self._database.read(lambda session: answer(session, actor, outcome, "the key works on"))
        await call.tell(escape(said))

    async def _show(self, call: Call, actor: Actor, key_id: str, *, ask: bool) -> None:
        now, reader = self._clock.now(), listing.Reader(self._desk, actor)
        key = await self._database.read(lambda session: self._permitted(session, actor, key_id))
        if key is not None:
            await self._mirror.read_details(key)
        blocks = await self._database.read(lambda session: listing.draw_one(session, reader, key_id, now, ask=ask))
        await call.show(blocks)

    def _permitted(self, session: Session, actor: Actor, key_id: str) -> Key | None:
        key = keys.get(session, key_id)
        if key is not None:
            self._desk.permit(session, actor, "keys.show", key.project_id)
        return key

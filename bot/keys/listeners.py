"""What people type and press about keys."""

from __future__ import annotations

import contextlib
from dataclasses import replace

from sqlmodel import Session

from bot.access.access import Access
from bot.access.places import chosen_if_any, of_row, workspace
from bot.clock import Clock
from bot.desk.outcomes import answer
from bot.desk.service import Desk, Ran
from bot.desk.views import read_value
from bot.errors import BotError, NotUnderstood, ProviderError
from bot.keys import about, customer_choice, form_data, listing, request_form, service, views
from bot.keys.intent import Shown, note_refused_opening, opening
from bot.keys.making import KeyMaking
from bot.keys.mirroring import KeyMirror
from bot.keys.operations import CreateKey, EndKey
from bot.operation import Actor
from bot.slack.call import Call, OpenView, Outcome
from bot.slack.entering import saying
from bot.slack.router import Command, Routes
from bot.slack.routes import MEMBER, Admit, Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.store import deliveries, projects
from bot.store import people as people_rows
from bot.store.database import Database
from bot.store.keys import Key

Block = views.Block


class KeyListeners:
    """Answers `/keys` and the buttons of keys."""

    def __init__(self, desk: Desk, database: Database, clock: Clock, making: KeyMaking, mirror: KeyMirror) -> None:
        self._desk = desk
        self._database = database
        self._clock = clock
        self._making = making
        self._mirror = mirror

    def routes(self) -> Routes:
        """Return what this room answers to; whoever owns a key ends it by that, whatever their role."""
        request = Route(self.request, "keys.create", workspace, window=request_form.TITLE)
        request_about = Route(self.request_about, "keys.create", workspace, window=request_form.TITLE)
        list_ = Route(self.list_keys, "keys.list", chosen_if_any)
        mine = Route(self.list_mine, "keys.list", workspace)
        show = Route(self.show, "keys.show", of_row(_of_typed))
        revoke = Route(self.revoke, "keys.show", of_row(_of_typed))
        return Routes(
            commands=(
                Command("keys", "request", request, "[project]", "ask for a key", aliases=("new", "create")),
                Command("keys", "list", list_, "[words]", "keys of your project", aliases=("ls", "search"), shows=True),
                Command("keys", "mine", mine, "[words]", "your own keys", shows=True),
                Command("keys", "show", show, "<id>", "one key", aliases=("get",), shows=True),
                Command("keys", "revoke", revoke, "<id>", "revoke a key for good", aliases=("end", "delete")),
            ),
            actions={
                "keys.request": request,
                "keys.request.project": Route(self.project_chosen, MEMBER, workspace),
                "keys.open": Route(self.open_key, MEMBER, workspace, late=True),
                "keys.end": Route(self.end, MEMBER, workspace),
                "keys.end_leaked": Route(self.end_leaked, MEMBER, workspace),
                "keys.row:show": Route(self.show_pressed, "keys.show", of_row(_of_pressed)),
                "keys.row:end": Route(self.ask_to_end, "keys.show", of_row(_of_pressed)),
                "keys.list": Route(self.turn_list, "keys.list", of_row(_of_list), in_place=True),
                "keys.mine": Route(self.turn_mine, "keys.list", workspace, in_place=True),
                "keys.refresh": Route(self.refresh, "keys.list", of_row(_of_list)),
            },
            views={"keys.request": self._asked()},
            options={
                "keys.request.project": Route(self.projects_like, MEMBER, workspace),
                "keys.request.customer": Route(self.customers_like, MEMBER, workspace),
            },
            shortcuts={"keys.request": request, "keys.request_about": request_about},
        )

    def _asked(self) -> Route:
        return Route(
            self.ask,
            MEMBER,  # their role counts in the project that they chose: the desk judges it, and the form comes back
            workspace,
            window=request_form.TITLE,
            waits="Asking…",
            reads=_read_request,
            back=self.ask_again,
        )

    # --- asking ---

    async def request(self, call: Call, access: Access) -> Block:
        """Draw the form."""
        return request_form.request_form(await self._form(access.actor, call.text or call.value))

    async def request_about(self, call: Call, access: Access) -> Block:
        """Draw the form with what the message says as the draft of the purpose."""
        team_id, message = access.actor.team_id, call.payload

        def draft(session: Session) -> str:
            named = people_rows.named(session, team_id, about.mentioned(message))
            return about.purpose_from(message, {user_id: person.name for user_id, person in named.items()})

        purpose = await self._database.read(draft)
        return request_form.request_form(replace(await self._form(access.actor, ""), purpose=purpose))

    async def project_chosen(self, call: Call, access: Access) -> None:
        """Redraw the form for the project that was chosen in it; what was typed stays."""
        view = call.view or {}
        form = await self._form(access.actor, request_form.chosen_project(call.state))
        typed, billed = request_form.typed_purpose(call.state), request_form.billed_so_far(call.state)
        form = replace(form, purpose=typed, billed=billed)
        await OpenView(call.web, str(view.get("id", "")), view.get("hash")).update(request_form.request_form(form))

    async def projects_like(self, call: Call, _access: Access) -> list[Block]:
        """Offer projects, from the mirror."""
        found = await self._database.read(lambda session: form_data.projects_like(session, call.value))
        return request_form.options(found)

    async def customers_like(self, call: Call, access: Access) -> list[Block]:
        """Offer customers, from the catalogue."""
        found = await self._database.read(lambda session: form_data.customers_like(session, access.actor, call.value))
        return customer_choice.customer_options(found, call.value)

    async def ask(self, call: Call, access: Access) -> Block | str:
        """Take in the form."""
        actor, operation = access.actor, call.form
        outcome = await self._desk.submit(operation, actor, call.view_id)
        if isinstance(outcome, Ran):
            return outcome.text
        project = await self._database.read(lambda session: projects.name_of(session, operation.project_id))
        return views.asked(project, outcome.who)

    async def ask_again(self, call: Call, actor: Actor, problem: BotError) -> Block:
        """Draw the form again with what is wrong: what was typed must not be lost."""
        typed: CreateKey = call.form
        form = await self._form(actor, typed.project_id)
        billed = await self._database.read(lambda session: form_data.billed_to(session, actor, typed.customer))
        return request_form.request_form(replace(form, typed=typed, problem=problem.text, billed=billed))

    async def _form(self, actor: Actor, words: str) -> request_form.KeyRequestForm:
        now = self._clock.now()
        return await self._database.read(lambda session: form_data.form(session, self._desk, actor, words, now))

    # --- opening ---

    async def open_key(self, call: Call, admit: Admit) -> None:
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
            await self._make_and_show(call, admit, request_id)
        except BaseException:  # once it was delivered, its row says so to whoever presses again
            await self._database.write(lambda session: deliveries.unnote(session, opening(request_id)))
            raise

    async def _make_and_show(self, call: Call, admit: Admit, request_id: str) -> None:
        opened = await call.open(saying("Your key", "Creating your key…"))
        access: Access = await admit()

        async def show(shown: Shown) -> Outcome:
            value = shown.secret.get_secret_value()
            return await opened.reveal(views.secret(shown.key, shown.operation, shown.project, value, shown.vendor))

        await self._making.create_and_show(request_id, access.actor, show)

    # --- lists ---

    async def list_keys(self, call: Call, access: Access) -> list[Block]:
        """List the keys of the chosen project, or of all."""
        project_id = access.project.id if access.project is not None else None
        if project_id is not None:
            await self._read_once(call, access)
        return await self._list(access.actor, listing.KeysWanted(project_id=project_id, words=call.text.strip()))

    async def _read_once(self, call: Call, access: Access) -> None:
        """Read the keys now if they never were: among thousands of projects the turn of one may be far off."""
        now, project_id = self._clock.now(), access.there.id
        if not await self._mirror.look(project_id, now):
            reading = self._mirror.refresh(project_id, now)
            with contextlib.suppress(ProviderError):  # the list says so, below what is known without
                await told_if_slow(reading, call.tell, f"Reading the keys from {access.vendor.name}…")

    async def list_mine(self, call: Call, access: Access) -> list[Block]:
        """List one's own keys, in every project."""
        actor = access.actor
        return await self._list(actor, listing.KeysWanted(owner=actor.user_id, words=call.text.strip()))

    async def turn_list(self, call: Call, access: Access) -> list[Block]:
        """Show another page of a project's keys."""
        return await self._list(access.actor, listing.read_wanted(call.value, owner=None))

    async def turn_mine(self, call: Call, access: Access) -> list[Block]:
        """Show another page of one's own keys."""
        return await self._list(access.actor, listing.read_wanted(call.value, owner=access.actor.user_id))

    async def refresh(self, call: Call, access: Access) -> None:
        """Read a project's keys from the provider now."""
        wanted = listing.read_wanted(call.value, owner=None)
        if wanted.project_id is None:
            raise NotUnderstood("Choose a project first: /projects use <name>.")
        await call.say_replace(f"Reading the keys from {access.vendor.name}…")
        try:
            await self._mirror.refresh(wanted.project_id, self._clock.now())
        finally:
            await call.show_instead(await self._list(access.actor, wanted))

    async def _list(self, actor: Actor, wanted: listing.KeysWanted) -> list[Block]:
        now, reader = self._clock.now(), listing.KeyReader(self._desk, actor)
        return await self._database.read(lambda session: listing.draw(session, reader, wanted, now))

    # --- one key ---

    async def show(self, call: Call, access: Access) -> list[Block]:
        """Show one key."""
        return await self._one(await self._database.read(lambda s: service.find(s, call.text)), access, ask=False)

    async def revoke(self, call: Call, access: Access) -> list[Block]:
        """Ask before a key is ended."""
        return await self._one(await self._database.read(lambda s: service.find(s, call.text)), access, ask=True)

    async def show_pressed(self, call: Call, access: Access) -> list[Block]:
        """Show the key of a row."""
        return await self._one(await self._pressed(call), access, ask=False)

    async def ask_to_end(self, call: Call, access: Access) -> list[Block]:
        """Ask before the key of a row is ended."""
        return await self._one(await self._pressed(call), access, ask=True)

    async def end(self, call: Call, access: Access) -> str:
        """End a key: the button has asked."""
        return await self._end(call, access.actor, leaked=False)

    async def end_leaked(self, call: Call, access: Access) -> str:
        """End a key that leaked: at once, and all Owners are told."""
        return await self._end(call, access.actor, leaked=True)

    async def _end(self, call: Call, actor: Actor, *, leaked: bool) -> str:
        key = await self._pressed(call)
        outcome = await self._desk.submit(EndKey(project_id=key.project_id, key_id=key.id, leaked=leaked), actor)
        return await self._database.read(lambda session: answer(session, actor, outcome, "the key works on"))

    async def _pressed(self, call: Call) -> Key:
        return await self._database.read(lambda session: service.the_key(session, call.value))

    async def _one(self, key: Key, access: Access, *, ask: bool) -> list[Block]:
        now, reader = self._clock.now(), listing.KeyReader(self._desk, access.actor)
        await self._mirror.read_details(key)
        return await self._database.read(lambda session: listing.draw_one(session, reader, key.id, now, ask=ask))


def _read_request(call: Call) -> CreateKey:
    return request_form.read_request_form(call.state)


def _of_typed(session: Session, _actor: Actor, call: Call) -> str:
    return service.find(session, call.text).project_id


def _of_pressed(session: Session, _actor: Actor, call: Call) -> str:
    return service.the_key(session, call.value).project_id


def _of_list(_session: Session, _actor: Actor, call: Call) -> str:
    """Return the project of a list, or an empty text for the list of all."""
    return listing.read_wanted(call.value, owner=None).project_id or ""

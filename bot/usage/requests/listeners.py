"""What people type and press about requests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlmodel import Session

from bot.access.access import Access
from bot.access.exports import Exports
from bot.access.places import Find as Place
from bot.access.places import by, of_row, workspace
from bot.errors import BotError
from bot.operation import Actor
from bot.slack.blocks import Block
from bot.slack.call import Call
from bot.slack.entering import saying
from bot.slack.pages import read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.waiting import told_if_slow
from bot.slack.words import count
from bot.spending.key_names import key_with_owner
from bot.store import keys, people, projects
from bot.store.database import Database
from bot.store.projects import Project
from bot.usage.requests import form, form_options, views
from bot.usage.requests.export import MOST_ROWS, Export, export
from bot.usage.requests.form import TITLE, RecordsForm
from bot.usage.requests.form_options import Option
from bot.usage.requests.parser import read_words
from bot.usage.requests.question import Asked, RecordsQuestion, carried
from bot.usage.requests.service import RequestReading, project_of

MAY_READ = "usage.requests"
READING = "Reading the requests…"
READING_ONE = "Reading the request…"
FILE = "CSV"
COLLECTING = "Collecting the requests…"

Find = Callable[[Session, Actor, str, str], list[Option]]
"""Finds what a select offers: for a person, in a project, by what was typed."""


class RequestListeners:
    """Answers `/usage requests`; reads only. ``files`` is the client that sends files."""

    def __init__(self, database: Database, reading: RequestReading, exports: Exports) -> None:
        self._database = database
        self._reading = reading
        self._exports = exports

    def routes(self) -> Routes:
        """Return what these listeners answer to."""
        usage = "[failed] [today] [customer:acme] [id]"
        requests = Route(self.requests, MAY_READ, _of_typed, window=TITLE)
        listed, shown = by(lambda call: _question(call).project), by(lambda call: _pressed(call)[0])
        return Routes(
            commands=(Command("usage", "requests", requests, usage, "single requests", ("request",), shows=True),),
            actions={
                "usage.requests": requests,
                "usage.requests.turn": Route(self.turn, MAY_READ, listed, in_place=True),
                "usage.requests.change": Route(self.change, MAY_READ, listed, in_place=True),
                "usage.requests.show": Route(self.show, MAY_READ, shown, window=TITLE, waits=READING_ONE),
                "usage.requests.again": Route(self.show, MAY_READ, shown, in_place=True),
                "usage.requests.export": Route(self.export, MAY_READ, listed, window=FILE, waits=COLLECTING),
            },
            views={"usage.requests": self._form_route()},
            options={
                "usage.requests.project": self._options(form_options.projects_like, workspace),
                "usage.requests.key": self._options(form_options.keys_like, of_row(_of_form)),
                "usage.requests.customer": self._options(form_options.customers_like, of_row(_of_form)),
            },
        )

    def _form_route(self) -> Route:
        named = by(lambda call: call.form.project)
        return Route(self.ask, MAY_READ, named, window=TITLE, waits=READING, reads=_read_form, back=self.ask_again)

    # --- asking ---

    async def requests(self, call: Call, access: Access) -> Block:
        """Show what the typed words ask for; without words, the form."""
        if call.text.strip():
            return await self._answer(call, access, read_words(call.text))
        return form.request_form(await self._form(access.actor, Asked()))

    async def ask(self, call: Call, access: Access) -> Block:
        """Show what the form asks for."""
        return await self._answer(call, access, call.form)

    async def ask_again(self, call: Call, actor: Actor, problem: BotError) -> Block:
        """Draw the form again with what was chosen."""
        return form.request_form(await self._form(actor, call.form, problem.text))

    async def change(self, call: Call, access: Access) -> Block:
        """Draw the form again, as it was filled in."""
        return form.request_form(await self._form(access.actor, _question(call)))

    async def _answer(self, call: Call, access: Access, asked: Asked) -> Block:
        question = await self._reading.question(access, asked)
        if question.request_id:
            return await self._one(call, access, question.request_id)
        return await self._page(call, access, question, 1)

    async def _form(self, actor: Actor, asked: Asked, problem: str = "") -> RecordsForm:
        def read(session: Session) -> RecordsForm:
            project = projects.get(session, asked.project) or projects.chosen(session, actor.team_id, actor.user_id)
            known = keys.by_provider_ids(session, [asked.key]).get(asked.key) if asked.key else None
            owner = people.get(session, actor.team_id, known.owner) if known is not None and known.owner else None
            name = key_with_owner(asked.key, known, owner.name if owner is not None else None) if known else ""
            filled = asked.model_copy(update={"project": project.id if project is not None else ""})
            return RecordsForm(filled, project.name if project is not None else "", name, problem)

        return await self._database.read(read)

    # --- looking ---

    async def turn(self, call: Call, access: Access) -> Block:
        """Show another page."""
        return await self._page(call, access, _question(call), read_page(call.value)[0])

    async def show(self, call: Call, access: Access) -> Block:
        """Show one request: on top of the list, or once more in its window."""
        return await self._one(call, access, _pressed(call)[1])

    async def _page(self, call: Call, access: Access, question: RecordsQuestion, number: int) -> Block:
        reading = self._reading.page(access, question, number)
        found = await told_if_slow(reading, partial(_working, call), f"{READING} Page {number}.")
        return views.request_list(found, access.vendor)

    async def _one(self, call: Call, access: Access, request_id: str) -> Block:
        reading = self._reading.one(access, request_id)
        return views.details(await told_if_slow(reading, partial(_working, call), READING_ONE), access.vendor)

    # --- the file ---

    async def export(self, call: Call, access: Access) -> Block:
        """Send everything that matches as CSV, in a direct message; the window on top tells how far it is."""
        actor, question = access.actor, _question(call)

        async def told(rows: int) -> None:
            await _working(call, f"{COLLECTING} {count(rows, 'row')} so far.", FILE)

        made = await export(self._reading.every(question), partial(self._reading.lines, actor, question), told)
        comment = _comment(made)
        await self._exports.send(access, f"requests-{question.end:%Y-%m-%d}.csv", made.content, comment)
        return saying(FILE, f"{comment} It is in your direct messages.")

    # --- what the form offers ---

    def _options(self, find: Find, place: Place) -> Route:
        """Return the route of a select, judged in a place: whichever project is chosen, another one can be."""

        async def offer(call: Call, access: Access) -> list[Block]:
            project_id = form.chosen_project(call.state)
            found = await self._database.read(lambda s: find(s, access.actor, project_id, call.value))
            return form.options(found)

        return Route(offer, MAY_READ, place)


def _of_typed(session: Session, actor: Actor, call: Call) -> Project | None:
    """Find the project of what was typed; the form opens without one, too."""
    if call.text.strip():
        return project_of(session, actor, read_words(call.text))
    return projects.chosen(session, actor.team_id, actor.user_id)


def _of_form(_session: Session, _actor: Actor, call: Call) -> str:
    return form.chosen_project(call.state)


def _read_form(call: Call) -> Asked:
    return form.read_request_form(call.state)


def _question(call: Call) -> RecordsQuestion:
    return carried(call.metadata)


def _pressed(call: Call) -> tuple[str, str]:
    project_id, _, request_id = call.value.partition(":")
    return project_id, request_id


async def _working(call: Call, words: str, title: str = TITLE) -> None:
    call.opened = call.opened or call.acted_in  # from now on an error replaces these words; before, it stands on top
    if call.opened is not None:
        await call.opened.update(saying(title, words))


def _comment(made: Export) -> str:
    if made.cut:
        return f"The newest {MOST_ROWS:,} requests; *more match*. For the others choose a shorter period."
    return f"{count(made.rows, 'request')}, all that match."

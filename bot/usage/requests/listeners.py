"""What people type and press about requests."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sqlmodel import Session

from bot.desk.service import Desk
from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.people import People
from bot.slack.call import Call, OpenView
from bot.slack.files import send_file
from bot.slack.names import Command, Door
from bot.slack.pages import read_page
from bot.slack.waiting import told_if_slow
from bot.slack.web import SlackWeb
from bot.slack.words import count
from bot.store import keys, people, projects
from bot.store.database import Database
from bot.usage.requests import form, offering, views
from bot.usage.requests.export import MOST_ROWS, Export, export
from bot.usage.requests.form import Form
from bot.usage.requests.offering import Option
from bot.usage.requests.question import Asked, Question, carried
from bot.usage.requests.service import MAY_READ, RequestReading
from bot.usage.requests.wording import read_words

ONE_MOMENT = "One moment…"
READING = "Reading the requests from Deepgram…"
READING_ONE = "Reading the request from Deepgram…"

Find = Callable[[Session, Actor, str, str], list[Option]]
"""Finds what a select offers: for a person, in a project, by what was typed."""


class RequestListeners:
    """Answers `/usage requests`; reads only. ``files`` is the client that sends files."""

    def __init__(
        self, desk: Desk, database: Database, people: People, reading: RequestReading, files: SlackWeb
    ) -> None:
        self._desk = desk
        self._database = database
        self._people = people
        self._reading = reading
        self._files = files

    def door(self) -> Door:
        """Return what these listeners answer to."""
        usage = "[failed] [today] [customer:acme] [id]"
        return Door(
            commands=(Command("usage", "requests", self.requests, usage, "single requests", ("request",)),),
            actions={
                "usage.requests": self.requests,
                "usage.requests.turn": self.turn,
                "usage.requests.change": self.change,
                "usage.requests.show": self.show,
                "usage.requests.again": self.again,
                "usage.requests.export": self.export,
            },
            views={"usage.requests": self.ask},
            options={
                "usage.requests.project": self.projects_like,
                "usage.requests.key": self.keys_like,
                "usage.requests.customer": self.customers_like,
            },
        )

    # --- asking ---

    async def requests(self, call: Call) -> None:
        """Show what the typed words ask for; without words, the form."""
        opened = await call.open(views.saying(ONE_MOMENT))
        actor = await self._people.judge(call.team_id, call.user_id)
        if call.text.strip():
            await self._answer(opened, actor, read_words(call.text))
        else:
            await opened.update(form.request_form(await self._form(actor, Asked())))

    async def ask(self, call: Call) -> None:
        """Show what the form asks for."""
        asked = form.read_request_form(call.state)
        opened = await call.ack_update(views.saying(READING))
        actor = await self._people.judge(call.team_id, call.user_id)
        try:
            await self._answer(opened, actor, asked)
        except NotUnderstood as problem:  # what was chosen must not be lost: the form comes back with what is wrong
            await opened.update(form.request_form(await self._form(actor, asked, problem.text)))

    async def change(self, call: Call) -> None:
        """Bring the form back, as it was filled in."""
        actor = await self._people.judge(call.team_id, call.user_id)
        question = _question(call)
        await _window(call).update(form.request_form(await self._form(actor, question)))

    async def _answer(self, opened: OpenView, actor: Actor, asked: Asked) -> None:
        question = await self._reading.question(actor, asked)
        if question.request_id:
            await self._show_one(opened, actor, question.project, question.request_id)
        else:
            await self._show_page(opened, actor, question, 1)

    async def _form(self, actor: Actor, asked: Asked, problem: str = "") -> Form:
        def read(session: Session) -> Form:
            project = projects.get(session, asked.project) or projects.chosen(session, actor.team_id, actor.user_id)
            known = keys.by_provider_ids(session, [asked.key]).get(asked.key) if asked.key else None
            owner = people.get(session, actor.team_id, known.owner) if known is not None and known.owner else None
            name = offering.key_name(known, owner.name if owner is not None else "") if known is not None else ""
            filled = asked.model_copy(update={"project": project.id if project is not None else ""})
            return Form(filled, project.name if project is not None else "", name, problem)

        return await self._database.read(read)

    # --- looking ---

    async def turn(self, call: Call) -> None:
        """Show another page."""
        actor = await self._people.judge(call.team_id, call.user_id)
        number, _ = read_page(call.value)
        await self._show_page(_window(call), actor, _question(call), number, call)

    async def show(self, call: Call) -> None:
        """Show one request on top of the list."""
        opened = await _on_top(call, views.saying(READING_ONE))
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._show_one(opened, actor, *_pressed(call))

    async def again(self, call: Call) -> None:
        """Read the request that is shown once more."""
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._show_one(_window(call), actor, *_pressed(call), call)

    async def _show_page(
        self, opened: OpenView, actor: Actor, question: Question, number: int, call: Call | None = None
    ) -> None:
        reading = self._reading.page(actor, question, number)
        found = await told_if_slow(reading, partial(_working, opened, call), f"{READING} Page {number}.")
        await opened.update(views.request_list(found))

    async def _show_one(
        self, opened: OpenView, actor: Actor, project_id: str, request_id: str, call: Call | None = None
    ) -> None:
        reading = self._reading.one(actor, project_id, request_id)
        one = await told_if_slow(reading, partial(_working, opened, call), READING_ONE)
        await opened.update(views.details(one))

    # --- the file ---

    async def export(self, call: Call) -> None:
        """Send everything that matches as CSV, in a direct message; the window on top tells how far it is."""
        opened = await _on_top(call, views.saying("Collecting the requests…", "CSV"))
        actor = await self._people.judge(call.team_id, call.user_id)
        question = _question(call)

        async def told(rows: int) -> None:
            await opened.update(views.saying(f"Collecting the requests… {count(rows, 'row')} so far.", "CSV"))

        made = await export(self._reading.every(actor, question), partial(self._reading.lines, actor, question), told)
        comment = _comment(made)
        await send_file(self._files, actor.user_id, f"requests-{question.end:%Y-%m-%d}.csv", made.content, comment)
        await opened.update(views.saying(f"{comment} It is in your direct messages.", "CSV"))

    # --- what the form offers ---

    async def projects_like(self, call: Call) -> None:
        """Offer projects."""
        await self._offer(call, offering.projects_like)

    async def keys_like(self, call: Call) -> None:
        """Offer keys of the project that is chosen so far."""
        await self._offer(call, offering.keys_like)

    async def customers_like(self, call: Call) -> None:
        """Offer tags of the project that is chosen so far."""
        await self._offer(call, offering.customers_like)

    async def _offer(self, call: Call, find: Find) -> None:
        actor, project_id = Actor(call.team_id, call.user_id), form.chosen_project(call.state)

        def read(session: Session) -> list[Option]:
            may = self._desk.may(session, actor, MAY_READ, project_id)
            return find(session, actor, project_id, call.value) if may else []

        known = await self._people.known(call.team_id, call.user_id)
        await call.ack(options=form.options(await self._database.read(read) if known else []))


def _question(call: Call) -> Question:
    return carried(str((call.view or {}).get("private_metadata", "")))


async def _on_top(call: Call, view: form.Block) -> OpenView:
    """Open a window over the one that was acted in, if there is one."""
    return await (call.push(view) if call.view else call.open(view))


def _window(call: Call) -> OpenView:
    view = call.view or {}
    return OpenView(call.web, str(view.get("id", "")), view.get("hash"))


def _pressed(call: Call) -> tuple[str, str]:
    project_id, _, request_id = call.value.partition(":")
    return project_id, request_id


async def _working(opened: OpenView, call: Call | None, words: str) -> None:
    if call is not None:
        call.opened = opened  # from now on an error replaces these words; before, it stands on top of the list
    await opened.update(views.saying(words))


def _comment(made: Export) -> str:
    if made.cut:
        return f"The newest {MOST_ROWS:,} requests; *more match*. For the others choose a shorter period."
    return f"{count(made.rows, 'request')}, all that match."

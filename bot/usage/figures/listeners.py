"""What people type and press about usage and spending."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from sqlmodel import Session

from bot.access.access import Access
from bot.access.exports import Exports
from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.slack.blocks import Block
from bot.slack.call import Call
from bot.slack.files import csv_bytes
from bot.slack.pages import read_page
from bot.slack.router import Command, Routes
from bot.slack.routes import Answer, Route
from bot.slack.typed import as_typed
from bot.slack.waiting import told_if_slow
from bot.slack.words import escape
from bot.spending.periods import Period
from bot.store.projects import Project
from bot.usage.figures import views
from bot.usage.figures.footnotes import definition
from bot.usage.figures.parser import read_words
from bot.usage.figures.question import EVERYWHERE, Question
from bot.usage.figures.scope import project_of
from bot.usage.figures.service import FiguresReading

MAY_READ = "usage.figures"
MAY_READ_OWN = "usage.mine"
SLOW = "Reading today's figures from the provider…"
OUTDATED = "This menu is from another version of Keydesk. Type /usage again."

Asks = Callable[[Actor, Call], Question]
"""Reads the question out of what somebody typed or pressed; raises `NotUnderstood`."""

Answers = Callable[[Call, Access, Question], Awaitable[Answer]]


class FiguresListeners:
    """Answers `/usage`; reads only. ``files`` is the client that sends files."""

    def __init__(self, reading: FiguresReading, exports: Exports) -> None:
        self._reading = reading
        self._exports = exports

    def routes(self) -> Routes:
        """Return what these listeners answer to."""
        words = "[week] [by customer] [in production]"
        usage, mine = _route(_typed, self.figures), _route(_typed_of_own, self.answer)
        return Routes(
            commands=(
                Command("usage", "", usage, words, "what was used and spent", words=True),
                Command("usage", "mine", mine, "[month] [by key]", "what your own keys used and spent", shows=True),
            ),
            actions={
                "usage.figures.period": _route(_other_days, self.answer, in_place=True),
                "usage.figures.by": _route(_split_otherwise, self.answer, in_place=True),
                "usage.figures.measure": _route(_in_other_order, self.answer, in_place=True),
                "usage.figures.closer": _route(_one_row, self.answer, in_place=True),
                "usage.figures.turn": _route(_turned, self.turn, in_place=True),
                "usage.figures.export": _route(_pressed, self.export),
            },
        )

    async def figures(self, call: Call, access: Access, question: Question) -> list[Block]:
        """Answer the typed words; without words, show the chosen project at a glance."""
        if as_typed(call.text):
            return await self.answer(call, access, question)
        return views.overview(await told_if_slow(self._reading.overview(access, question), call.tell, SLOW))

    async def answer(self, call: Call, access: Access, question: Question, number: int = 1) -> list[Block]:
        """Answer a question, by its first page."""
        return views.answer(await told_if_slow(self._reading.answer(access, question, number), call.tell, SLOW))

    async def turn(self, call: Call, access: Access, question: Question) -> list[Block]:
        """Show another page."""
        return await self.answer(call, access, question, read_page(call.value)[0])

    async def export(self, call: Call, access: Access, question: Question) -> str:
        """Send every row as CSV, in a direct message."""
        seen, rows = await told_if_slow(self._reading.every(access, question), call.tell, SLOW)
        content = csv_bytes(views.file_header(seen), views.file_rows(seen, rows))
        comment = ". ".join([f"Usage of {seen.place.project}, {views.asked(seen)}", *definition(seen)])
        await self._exports.send(access, f"usage-{seen.place.days.end}.csv", content, escape(comment))
        return "The file is in your direct messages."


def _route(asks: Asks, answers: Answers, *, in_place: bool = False) -> Route:
    """Return the route of a question: it is asked in its own project, for one's own figures or for anybody's."""

    async def listener(call: Call, access: Access) -> Answer:
        return await answers(call, access, asks(access.actor, call))

    def needs(actor: Actor, call: Call) -> str:
        return reading_of(asks(actor, call), actor)

    def place(session: Session, actor: Actor, call: Call) -> Project | None:
        return project_of(session, actor, asks(actor, call))

    return Route(listener, needs, place, in_place=in_place)


# --- what is asked ---


def _typed(_: Actor, call: Call) -> Question:
    words = as_typed(call.text)
    return read_words(words) if words else Question(by="day")


def _typed_of_own(actor: Actor, call: Call) -> Question:
    return own(read_words(as_typed(call.text)), actor)


def _other_days(_: Actor, call: Call) -> Question:
    return _asked_before(call).model_copy(update={"period": Period(name=call.value)})


def _split_otherwise(_: Actor, call: Call) -> Question:
    return _asked_before(call).split_by(call.value)


def _in_other_order(_: Actor, call: Call) -> Question:
    return _asked_before(call).model_copy(update={"measure": call.value})


def _one_row(_: Actor, call: Call) -> Question:
    return _asked_before(call).narrowed(call.value)


def _turned(_: Actor, call: Call) -> Question:
    return read_words(read_page(call.value)[1])


def _pressed(_: Actor, call: Call) -> Question:
    return read_words(call.value)


def own(question: Question, actor: Actor) -> Question:
    """Narrow a question to the person's own keys, in all projects unless one is named.

    Raises:
        NotUnderstood: it asks for somebody else's.
    """
    if dict(question.only).get("person", "me") not in {"me", actor.user_id}:
        raise NotUnderstood("/usage mine tells of your own keys alone. Type /usage person:ana for somebody else's.")
    only = dict(question.only) | {"person": actor.user_id}
    return question.model_copy(
        update={
            "only": tuple(only.items()),
            "by": question.by or "key",
            "project": question.project or EVERYWHERE,
        }
    )


def reading_of(question: Question, actor: Actor) -> str:
    """Return what has to be allowed: one's own figures, or anybody's."""
    return MAY_READ_OWN if dict(question.only).get("person") == actor.user_id else MAY_READ


def _asked_before(call: Call) -> Question:
    """Return the question that the menu's block carries in words.

    Raises:
        NotUnderstood: it carries none.
    """
    actions = call.payload.get("actions") or [{}]
    words = str(actions[0].get("block_id") or "")
    if not words or not call.value:
        raise NotUnderstood(OUTDATED)
    return read_words(words)

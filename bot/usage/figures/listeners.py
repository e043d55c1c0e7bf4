"""What people type and press about usage and spending."""

from __future__ import annotations

from collections.abc import Callable

from bot.errors import NotUnderstood
from bot.operation import Actor
from bot.people import People
from bot.slack.call import Call
from bot.slack.files import csv_bytes, send_file
from bot.slack.names import Command, Door
from bot.slack.pages import read_page
from bot.slack.typed import as_typed
from bot.slack.waiting import told_if_slow
from bot.slack.web import SlackWeb
from bot.slack.words import escape, fallback_text
from bot.spending.periods import Period
from bot.usage.figures import views
from bot.usage.figures.question import EVERYWHERE, Question
from bot.usage.figures.service import MAY_READ, MAY_READ_OWN, FiguresReading
from bot.usage.figures.wording import read_words

SLOW = "Reading today's figures from Deepgram…"
OUTDATED = "This menu is from another version of Keydesk. Type /usage again."


class FiguresListeners:
    """Answers `/usage`; reads only. ``files`` is the client that sends files."""

    def __init__(self, people: People, reading: FiguresReading, files: SlackWeb) -> None:
        self._people = people
        self._reading = reading
        self._files = files

    def door(self) -> Door:
        """Return what these listeners answer to."""
        usage = "[week] [by customer] [in production]"
        mine = Command("usage", "mine", self.mine, "[month] [by key]", "what your own keys used and spent")
        return Door(
            commands=(Command("usage", "", self.figures, usage, "what was used and spent", words=True), mine),
            actions={
                "usage.figures.period": self.change_period,
                "usage.figures.by": self.change_by,
                "usage.figures.measure": self.change_measure,
                "usage.figures.closer": self.look_closer,
                "usage.figures.turn": self.turn,
                "usage.figures.export": self.export,
            },
        )

    async def figures(self, call: Call) -> None:
        """Answer the typed words; without words, show the chosen project at a glance."""
        actor = await self._people.judge(call.team_id, call.user_id)
        typed = as_typed(call.text)
        if typed:
            seen = await told_if_slow(self._reading.answer(actor, read_words(typed)), call.tell, SLOW)
            blocks = views.answer(seen)
        else:
            blocks = views.overview(
                await told_if_slow(self._reading.overview(actor, Question(by="day")), call.tell, SLOW)
            )
        await call.tell(fallback_text(blocks), blocks)

    async def mine(self, call: Call) -> None:
        """Show what the person's own keys used."""
        actor = await self._people.judge(call.team_id, call.user_id)
        question = own(read_words(as_typed(call.text)), actor)
        seen = await told_if_slow(self._reading.answer(actor, question, reading=MAY_READ_OWN), call.tell, SLOW)
        blocks = views.answer(seen)
        await call.tell(fallback_text(blocks), blocks)

    # --- pressing ---

    async def change_period(self, call: Call) -> None:
        """Ask the same of other days."""
        await self._redraw(call, lambda asked: asked.model_copy(update={"period": Period(name=call.value)}))

    async def change_by(self, call: Call) -> None:
        """Split it another way; the measure stays where it is known that way."""
        await self._redraw(call, lambda asked: asked.split_by(call.value))

    async def change_measure(self, call: Call) -> None:
        """Order it by another measure."""
        await self._redraw(call, lambda asked: asked.model_copy(update={"measure": call.value}))

    async def look_closer(self, call: Call) -> None:
        """Show one row by itself, split further."""
        await self._redraw(call, lambda asked: asked.narrowed(call.value))

    async def turn(self, call: Call) -> None:
        """Show another page."""
        actor = await self._people.judge(call.team_id, call.user_id)
        number, words = read_page(call.value)
        await self._show(call, actor, read_words(words), number)

    async def export(self, call: Call) -> None:
        """Send every row as CSV, in a direct message."""
        actor = await self._people.judge(call.team_id, call.user_id)
        question = read_words(call.value)
        reading = self._reading.every(actor, question, reading_of(question, actor))
        seen, rows = await told_if_slow(reading, call.tell, SLOW)
        content = csv_bytes(views.file_header(seen), views.file_rows(seen, rows))
        comment = f"Usage of {seen.place.project}, {views.asked(seen)}"
        await send_file(self._files, actor.user_id, f"usage-{seen.place.days.end}.csv", content, escape(comment))
        await call.tell("The file is in your direct messages.")

    async def _redraw(self, call: Call, change: Callable[[Question], Question]) -> None:
        actor = await self._people.judge(call.team_id, call.user_id)
        await self._show(call, actor, change(read_words(_carried(call))), 1)

    async def _show(self, call: Call, actor: Actor, question: Question, number: int) -> None:
        answering = self._reading.answer(actor, question, number, reading_of(question, actor))
        blocks = views.answer(await told_if_slow(answering, call.tell, SLOW))
        await call.say_replace(fallback_text(blocks), blocks)


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


def _carried(call: Call) -> str:
    """Return the words that the menu's block carries.

    Raises:
        NotUnderstood: it carries none.
    """
    actions = call.payload.get("actions") or [{}]
    words = str(actions[0].get("block_id") or "")
    if not words or not call.value:
        raise NotUnderstood(OUTDATED)
    return words

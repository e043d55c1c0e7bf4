"""A room that Keydesk does not have, in one file: what a room declares is all that the rest has to know of it.

People propose the motto of a project by a command and its form; another Owner approves it; Keydesk hangs it up. The
record is its only table, and nothing in ``bot/`` names it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar

from pydantic import Field
from sqlmodel import Session, col, select

from bot import audit
from bot.access.access import Access
from bot.access.places import by, named
from bot.app import app_manifest, unconnected
from bot.desk.service import Held
from bot.engine.port import Job
from bot.errors import BotError, FormError
from bot.operation import Actor, Description, Operation, OperationKind
from bot.policy import Right, Role, held
from bot.room import Deps, JobKind, Quick, Room, kinds_of
from bot.slack import blocks
from bot.slack.blocks import Block
from bot.slack.call import Call
from bot.slack.router import Command, Routes
from bot.slack.routes import Route
from bot.slack.state import written
from bot.slack.words import escape
from bot.store.record import Entry
from bot.store.requests import Request
from tests.roles.table import table
from tests.scenarios.forging import forge_action, hears
from tests.scenarios.people import AMARA, LIWEI, OLENA
from tests.scenarios.test_roles import holds
from tests.waiting import until
from tests.world import World, world

TITLE = "Propose a motto"
EVERY = timedelta(hours=1)


# --- the room ---


class HangMotto(Operation):
    """A motto for everybody who works in a project."""

    kind: ClassVar[str] = "mottos.hang"

    words: str = Field(min_length=1, max_length=80)


def room(deps: Deps) -> Room:
    """Put the room together."""
    mottos = Mottos(deps)
    return Room(
        "mottos",
        routes=(mottos.routes(),),
        rights={
            "mottos.hang": Right(Role.DEVELOPER, held("What everybody reads takes an Owner's approval.")),
            "mottos.show": Right(Role.READER),
        },
        kinds=kinds_of(OperationKind(HangMotto, describe=describe, execute=mottos.hang)),
        jobs=(JobKind("mottos.count", mottos.count, at_start=True),),
        quick=(Quick("mottos.hang", "Motto", "mottos.hang"),),
    )


class Mottos:
    """Answers `/mottos`, hangs up what was approved, and counts what hangs."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def routes(self) -> Routes:
        """Return what this room answers to."""
        ask = Route(self.ask, "mottos.hang", named, window=TITLE)
        show = Route(self.show, "mottos.show", named)
        hang = Route(
            self.propose, "mottos.hang", by(lambda call: call.metadata), window=TITLE, reads=read_form, back=self.again
        )
        return Routes(
            commands=(
                Command("mottos", "propose", ask, "[project]", "propose a motto"),
                Command("mottos", "show", show, "[project]", "the motto that hangs", shows=True),
            ),
            actions={"mottos.hang": ask},
            views={"mottos.hang": hang},
        )

    async def ask(self, _: Call, access: Access) -> Block:
        """Draw the form."""
        return form(access.there.id)

    async def propose(self, call: Call, access: Access) -> str:
        """Ask for it."""
        outcome = await self._deps.desk.submit(call.form, access.actor, call.view_id)
        return "Asked. Another Owner can approve it." if isinstance(outcome, Held) else outcome.text

    async def again(self, call: Call, _: Actor, problem: BotError) -> Block:
        """Draw the form with what was typed."""
        return form(call.metadata, call.form.words, problem.text)

    async def show(self, _: Call, access: Access) -> str:
        """Say what hangs."""
        project = access.there
        return await self._deps.database.read(lambda session: newest(session, project.id)) or "No motto hangs here."

    async def hang(self, operation: HangMotto, actor: Actor) -> str:
        """Hang it up."""
        now, place = self._deps.clock.now(), operation.project_id
        await self._deps.database.write(
            lambda session: audit.note(
                session, actor, "mottos.hung", place, now, project_id=place, words=operation.words
            )
        )
        return f"It hangs: {operation.words}"

    async def count(self, ref: str, now: datetime) -> None:
        """Write down every hour how many hang."""

        def write(session: Session) -> None:
            hung = len(session.exec(select(Entry).where(col(Entry.name) == "mottos.hung")).all())
            audit.note(session, audit.KEYDESK, "mottos.counted", ref, now, team_id=self._deps.team_id, hung=hung)
            self._deps.engine.later(session, Job("mottos.count", ref), now + EVERY)

        await self._deps.database.write(write)


def describe(_session: Session, operation: HangMotto, _requester: str) -> Description:
    """Draw the approver's card."""
    return Description(
        title="A motto",
        wish="to hang up a motto",
        why="",
        fields=(("Motto", escape(operation.words)),),
        risk=("Low", "It can be replaced."),
    )


def form(project_id: str, words: str = "", problem: str = "") -> Block:
    """Draw the form."""
    field = blocks.input_("Motto", "words", blocks.text_input("words", initial=words, max_length=80))
    drawn = [*blocks.problem(problem), field]
    return blocks.modal("mottos.hang", TITLE, drawn, submit="Propose", close="Cancel", private_metadata=project_id)


def read_form(call: Call) -> HangMotto:
    """Read the form; raise FormError if nothing was typed."""
    words = written(call.state, "words").strip()
    if not words:
        raise FormError("words", "Say what it is.")
    return HangMotto(project_id=call.metadata, words=words)


def newest(session: Session, project_id: str) -> str | None:
    """Return the motto that was hung last in a project, or None."""
    hung = select(Entry).where(col(Entry.name) == "mottos.hung", col(Entry.subject) == project_id)
    found = session.exec(hung.order_by(col(Entry.at).desc())).first()
    return str(found.detail["words"]) if found is not None else None


# --- what follows from it ---


async def test_the_story_of_a_motto(sqlite_url: str) -> None:
    async with world(sqlite_url, more=(room,)) as here:
        amara, liwei, olena = await here.page(AMARA), await here.page(LIWEI), await here.page(OLENA)
        await until(lambda: "mottos.counted" in recorded(here))
        await amara.types("/keydesk help")
        await amara.reads("• `/mottos`: `propose` or `show`")
        await amara.types("/mottos help")
        await amara.reads("• `/mottos propose [project]` – propose a motto")
        await amara.types("/mottos shwo production")
        await amara.reads("Did you mean `show`?")
        await amara.opens_home()
        await amara.sees(lambda page: page.find("Motto", None))

        holds(here, OLENA, Role.READER)
        await olena.types("/mottos propose production")
        await olena.reads_in_window("This takes the role Developer, and yours here is Reader.")
        assert ("access.refused", OLENA, "mottos.hang") in subjects(here)

        await amara.types("/mottos propose production")
        await amara.reads_in_window("Motto")
        assert "Say what it is." in str(await amara.fills(words=" "))
        await amara.fills(words="measure twice")
        await amara.reads_in_window("Asked. Another Owner can approve it.")
        await amara.closes()
        await amara.reads("A motto: waiting for a decision")
        await liwei.reads("wants to hang up a motto")
        await forge_action(here, AMARA, "desk.approve", waiting(here))
        await hears(here, AMARA, "You asked for this, so someone else must decide.")
        await liwei.presses("Approve")
        await amara.reads("A motto: done")
        await amara.types("/mottos show production")
        await amara.reads("measure twice")
        assert {"desk.held", "desk.approved", "mottos.hang.started", "mottos.hang.succeeded"} <= set(recorded(here))
        await liwei.presses("Details")
        await liwei.reads_in_window("done: mottos hang")


def recorded(here: World) -> list[str]:
    """Return the names of all entries of the record."""
    return [name for name, _, _ in subjects(here)]


def subjects(here: World) -> list[tuple[str, str, str]]:
    """Return who did what about what, in the record."""
    with here.database.reading() as session:
        return [(entry.name, entry.actor, entry.subject) for entry in session.exec(select(Entry))]


def waiting(here: World) -> str:
    """Return what the buttons of the one request carry while it waits."""
    with here.database.reading() as session:
        (found,) = session.exec(select(Request))
        assert found.state == "waiting"
        return f"{found.id}.{found.version}"


def test_a_room_stands_in_the_manifest_and_in_the_table_of_roles() -> None:
    commands = {each["command"]: each for each in app_manifest(more=(room,))["features"]["slash_commands"]}
    assert commands["/mottos"]["usage_hint"] == "[propose | show | help]"
    assert "mottos" in commands["/keydesk"]["usage_hint"]
    drawn = table(unconnected((room,)).policy.rights)
    assert "| `mottos.hang` | – | ✓ | ✓ |" in drawn
    assert "| `mottos.show` | ✓ | ✓ | ✓ |" in drawn

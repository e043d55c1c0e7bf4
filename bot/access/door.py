"""The door: who calls is authenticated and authorised here, once, before any listener runs."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from bot.access.access import Access
from bot.access.refusals import Refusals
from bot.errors import NotAllowed, NotOffered, NotUnderstood
from bot.operation import Actor
from bot.people import People
from bot.policy import Policy
from bot.slack.call import Call
from bot.slack.routes import MEMBER, Route
from bot.store.database import Database
from bot.vendors import vendors_in


@dataclass(frozen=True)
class Denied:
    """Who may not do or read this, by the name that its room declares, and why."""

    name: str
    access: Access
    why: NotAllowed


class Door:
    """Lets people pass to a route, or says why not, and has it written down."""

    def __init__(
        self, database: Database, people: People, refusals: Refusals, fixed: frozenset[str], policy: Policy
    ) -> None:
        self._database = database
        self._people = people
        self._refusals = refusals
        self._fixed = fixed
        self._policy = policy

    async def admit(self, call: Call, route: Route) -> Access:
        """Return the access of whoever calls, as `bot.slack.routes.Doorkeeper` says."""
        actor = await self.authenticate(call)
        found = await self._database.read(lambda session: self._found(session, call, route, actor))
        if isinstance(found, Denied):
            place = found.access.project.id if found.access.project is not None else ""
            await self._note(actor.user_id, found.name, found.why, place)
            raise found.why
        return found

    async def authenticate(self, call: Call) -> Actor:
        """Return who calls.

        Raises:
            NotAllowed: a guest, a bot, somebody from elsewhere, or a deactivated account; it is on the record.
            CouldNotCheck: Slack did not say; nothing may change.
        """
        try:
            return await self._people.authenticate(call.team_id, call.user_id)
        except NotAllowed as refusal:
            await self._note(call.user_id, call.name or "help", refusal)
            raise

    async def note_refusal(self, call: Call, route: Route, access: Access, refusal: NotAllowed) -> None:
        """Write down what a listener refused, as `bot.slack.routes.Doorkeeper` says."""
        name = _needed(route, access.actor, call)
        place = access.project.id if access.project is not None else ""
        await self._note(access.actor.user_id, call.name if name == MEMBER else name, refusal, place)

    async def remembered(self, call: Call, route: Route) -> Access | None:
        """Return the same for options: from what is remembered, because Slack waits for them."""
        if not await self._people.known(call.team_id, call.user_id):
            return None
        actor = Actor(call.team_id, call.user_id)
        try:
            found = await self._database.read(lambda session: self._found(session, call, route, actor))
        except (NotUnderstood, NotOffered):
            return None
        return found if isinstance(found, Access) else None

    async def _note(self, user_id: str, wanted: str, refusal: NotAllowed, place: str = "") -> None:
        if not refusal.on_record:
            refusal.on_record = True
            await self._refusals.note(user_id, wanted, refusal.text, place)

    def _found(self, session: Session, call: Call, route: Route, actor: Actor) -> Access | Denied:
        project, name = route.project(session, actor, call), _needed(route, actor, call)
        if name == MEMBER:
            return Access(actor, project, None, vendors_in(session), self._policy)
        access = Access.load(session, actor, project, self._fixed, self._policy)
        denial, lack = access.denial(name), access.lack(name)
        if denial is None and lack is not None:  # whoever asks, so it is no refusal for the record
            raise lack
        return access if denial is None else Denied(name, access, denial)


def _needed(route: Route, actor: Actor, call: Call) -> str:
    return route.needs if isinstance(route.needs, str) else route.needs(actor, call)

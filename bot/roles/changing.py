"""How roles are changed, so that an Owner who can act always remains."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from sqlmodel import Session

from bot import audit
from bot.clock import Clock
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import FormError, NotAllowed, NotUnderstood
from bot.groups import Groups
from bot.operation import Actor, Stakes
from bot.people import People
from bot.roles import effects, proposals, service
from bot.roles.effects import Effects
from bot.roles.operations import ChangeDefaultRole, MakeOwner, SetRole
from bot.slack.words import escape
from bot.store import group_owners, people, persons, projects, roles
from bot.store.database import Database
from bot.store.roles import WORKSPACE, RoleDefault, RoleHeld

NO_OWNER_LEFT = "This would leave {place} without an Owner who can act. Nothing changed; name another Owner first."
OTHER_OWNERS = (
    "This would change who is Owner or who approves keys, which another Owner must approve. Nothing changed: ask for "
    "it again."
)
FIXED = "{who} is named in KEYDESK_OWNERS and always an Owner. That list is changed where Keydesk is installed."


class RoleChange:
    """Carries out `SetRole`, `MakeOwner`, `TakeOwner` and `ChangeDefaultRole`; doing so twice does no harm."""

    def __init__(
        self, database: Database, engine: Engine, clock: Clock, desk: Desk, people_: People, groups: Groups
    ) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._desk = desk
        self._people = people_
        self._groups = groups

    async def as_asked(self, wish: SetRole, actor: Actor) -> SetRole:
        """Return the operation that a wish amounts to, now that Slack was asked about every Owner.

        Raises:
            FormError: it takes a reason.
            CouldNotCheck: Slack did not say who the Owners are.
        """
        wish = await self._database.read(lambda session: _by_one_id(session, actor.team_id, wish))
        if wish.groups and wish.role is not None:
            await self._groups.read_now()  # what a role for a group does depends on who is in it
        await self._meet_owners(actor.team_id)
        concerned = await self._database.read(
            lambda session: effects.of_wish(session, self._desk, wish, actor).concerned
        )
        await self._people.look_again(concerned)  # whoever left loses nothing; that is believed for a minute only
        return await self._database.read(lambda session: proposals.as_asked(session, self._desk, actor, wish))

    async def default_as_asked(self, wish: ChangeDefaultRole, actor: Actor) -> ChangeDefaultRole:
        """Return the same, with the default that it replaces."""
        before = await self._database.read(lambda session: self._desk.roles_in(session, actor.team_id).default)
        return wish.model_copy(update={"before": before.stored})

    # --- what the desk asks ---

    def stakes(self, session: Session, operation: SetRole, actor: Actor, now: datetime) -> Stakes:
        """Tell who would lose something; that it changes who decides is told by the kind of operation."""
        del now
        return Stakes(concerned=effects.of_wish(session, self._desk, operation, actor).concerned)

    def default_stakes(self, session: Session, operation: ChangeDefaultRole, actor: Actor, now: datetime) -> Stakes:
        """Tell whether others would decide by another default, and who would no more."""
        del now
        found = effects.of_default(session, self._desk, operation, actor)
        return Stakes(widens=bool(found.deciding), concerned=found.concerned)

    def default_moved(self, session: Session, operation: ChangeDefaultRole, team_id: str) -> str | None:
        """Say what the default is now if it is not what this was to replace, or None."""
        now = self._desk.roles_in(session, team_id).default
        if operation.before in (None, now.stored):
            return None
        return f"The default is {now.word} now, which it was not when this was asked. Ask again if it is still wanted."

    async def set_role(self, operation: SetRole, actor: Actor) -> str:
        """Give, lower or take away a role, and return what to tell.

        Raises:
            FormError: somebody is no member, the group is not there, or the configuration says who they are.
            NotAllowed: no Owner would be left, or another Owner must agree first.
            CouldNotCheck: Slack did not say who they are.
        """
        if operation.role is not None:
            await self._check_holders(operation)
        await self._meet_owners(actor.team_id)
        try:
            return await self._database.write(partial(self._set, operation=operation, actor=actor))
        except NotAllowed as refusal:
            await self._database.write(partial(self._note_refused, operation=operation, actor=actor, why=refusal.text))
            refusal.on_record = True
            raise

    async def set_default(self, operation: ChangeDefaultRole, actor: Actor) -> str:
        """Change the role of everybody to whom none was given."""
        return await self._database.write(partial(self._set_default, operation=operation, actor=actor))

    async def _meet_owners(self, team_id: str) -> None:
        """Have it read who the Owners are: of whom Slack was never asked, nobody knows whether they can act."""
        await self._people.require_profiles(
            await self._database.read(lambda session: self._desk.roles_in(session, team_id).as_last_held().owners())
        )

    async def _check_holders(self, operation: SetRole) -> None:
        for user_id in operation.people:
            if not await self._people.is_member(user_id):
                raise FormError("people", "Roles are for full, active members of this workspace.")
        if operation.groups:
            known = {group.id: group.members for group in await self._groups.read_now()}
            if not known.keys() >= set(operation.groups):
                raise FormError("group", "This user group is no longer there. Choose another one.")
            if any(known[group] is None for group in operation.groups):
                raise FormError("group", "Slack does not say who is in this user group. Choose another one.")

    # --- in one transaction, alone ---

    def _set(self, session: Session, operation: SetRole, actor: Actor) -> str:
        now = self._clock.now()
        roles.alone(session)  # two owners who demote each other must come one after the other
        self._desk.access(session, actor, operation.project_id).require(operation.kind)
        self._check(session, operation, actor)
        before = self._owners(session, actor, operation.project_id)
        was = proposals.given(session, actor.team_id, operation)
        found = effects.of_wish(session, self._desk, operation, actor)
        _write(session, operation, actor, now)
        session.flush()
        self._check_owners(session, before, operation, actor)
        audit.note(
            session,
            actor,
            "roles.changed",
            _subject(operation),
            now,
            project_id=operation.project_id,
            before=dict(was),
            operation=operation.model_dump(mode="json"),
        )
        self._tell_losers(session, operation, found, actor, now)
        self._desk.void_moved(session, actor.team_id, now, *(kind.kind for kind, _ in proposals.HELD))
        self._let_follow(session, actor.team_id, self._concerned(session, actor.team_id, operation), now)
        if operation.role == "owner":  # of whoever is in a group that got it, Slack may never have been asked
            self._engine.later(session, Job("people.load", "all"), now)
        return proposals.changed_text(session, actor.team_id, operation)

    def _check(self, session: Session, operation: SetRole, actor: Actor) -> None:
        here = self._desk.roles_in(session, actor.team_id)
        for user_id in operation.people:
            if user_id in here.fixed and operation.role != "owner":
                raise FormError("people", FIXED.format(who=service.called(session, actor.team_id, "person", user_id)))
        if operation.project_id != WORKSPACE and projects.get(session, operation.project_id) is None:
            raise FormError("project", "This project is no longer there. Choose another one.")
        why = proposals.moved(session, operation, actor.team_id)
        if why is not None and proposals.given(session, actor.team_id, operation) != _wanted(operation):
            raise NotUnderstood(why)
        found = effects.of_wish(session, self._desk, operation, actor)
        if found.kind not in (SetRole, type(operation)):
            raise NotAllowed(OTHER_OWNERS)
        if found.kind is MakeOwner and found.takes:
            raise NotAllowed(proposals.MIXED)

    def _owners(self, session: Session, actor: Actor, project_id: str) -> dict[str, frozenset[str]]:
        """Return the owners who can act in every place that a change may concern."""
        places = {WORKSPACE, project_id, *roles.lowering_projects(session, actor.team_id)}
        return {place: self._desk.policy_context(session, actor.team_id, place).owners for place in places}

    def _check_owners(
        self, session: Session, before: dict[str, frozenset[str]], operation: SetRole, actor: Actor
    ) -> None:
        after = self._owners(session, actor, operation.project_id)
        for place, owners in after.items():
            if not owners and (place == WORKSPACE or before.get(place)):
                name = "Keydesk" if place == WORKSPACE else projects.name_of(session, place)
                raise NotAllowed(NO_OWNER_LEFT.format(place=name))

    def _concerned(self, session: Session, team_id: str, operation: SetRole) -> set[str]:
        groups = roles.groups(session, team_id, operation.groups)
        return set(operation.people).union(*(group.members for group in groups))

    def _set_default(self, session: Session, operation: ChangeDefaultRole, actor: Actor) -> str:
        now = self._clock.now()
        roles.alone(session)
        self._desk.access(session, actor).require(operation.kind)
        before = self._desk.roles_in(session, actor.team_id).default
        why = self.default_moved(session, operation, actor.team_id)
        if why is not None and before.stored != operation.role:
            raise NotUnderstood(why)
        found = effects.of_default(session, self._desk, operation, actor)
        session.merge(
            RoleDefault(team_id=actor.team_id, role=operation.role, set_by=actor.user_id, set_at=now),
        )
        note = {"before": before.stored, "after": operation.role}
        audit.note(session, actor, "roles.default_changed", actor.team_id, now, **note)
        self._tell_losers(session, operation, found, actor, now)
        self._desk.void_moved(session, actor.team_id, now, operation.kind)
        everybody = people.at_home(session, actor.team_id, now - service.HOME_OPEN_FOR)
        self._let_follow(session, actor.team_id, everybody, now)
        return f"Whoever was given no role is {operation.role.capitalize()} from now on."

    def _tell_losers(
        self, session: Session, operation: SetRole | ChangeDefaultRole, found: Effects, actor: Actor, now: datetime
    ) -> None:
        """Tell at once who may do less, or approves keys no more, in words that name the place and who did it."""
        place = projects.name_of(session, operation.project_id) if operation.project_id != WORKSPACE else "Keydesk"
        for user_id, was, will in found.lowered:
            text = f"You are {will.word} in *{escape(place)}* now, and were {was.word}"
            self._inform(session, frozenset({user_id}), text, actor, now)
        for project_id, _, lost in found.deciding:
            name = escape(projects.name_of(session, project_id))
            self._inform(session, lost, f"You do not approve keys of *{name}* any more", actor, now)

    def _inform(self, session: Session, who: frozenset[str], what: str, actor: Actor, now: datetime) -> None:
        able = people.able(session, actor.team_id, who - {actor.user_id})
        self._desk.inform(session, actor.team_id, able, f"{what}: <@{actor.user_id}> changed roles.", now)

    def _let_follow(self, session: Session, team_id: str, concerned: Iterable[str], now: datetime) -> None:
        """Draw again what depends on roles: the pages of those concerned, and the cards that wait for a decision."""
        for user_id in concerned:
            self._engine.enqueue(session, Job("home.refresh", user_id, now.isoformat()), now)
        self._desk.redraw_waiting(session, team_id, now)

    def _note_refused(self, session: Session, operation: SetRole, actor: Actor, why: str) -> None:
        audit.note(
            session,
            actor,
            "roles.refused",
            _subject(operation),
            self._clock.now(),
            project_id=operation.project_id,
            operation=operation.model_dump(mode="json"),
            why=why,
        )


def _by_one_id(session: Session, team_id: str, wish: SetRole) -> SetRole:
    """Return the same wish with each person once, by the id that stands for them."""
    one = persons.known(session, team_id)
    return wish.model_copy(update={"people": tuple(dict.fromkeys(map(one.of, wish.people)))})


def _write(session: Session, operation: SetRole, actor: Actor, now: datetime) -> None:
    for holder_kind, holder in operation.holders:
        if holder_kind == "group" and operation.project_id == WORKSPACE:
            _write_group(session, operation, actor, holder, now)
        for other in persons.known(session, actor.team_id).ids(holder) - {holder}:
            roles.take_away(session, actor.team_id, operation.project_id, holder_kind, other)
        if operation.role is None:
            roles.take_away(session, actor.team_id, operation.project_id, holder_kind, holder)
            continue
        row = RoleHeld(
            team_id=actor.team_id,
            project_id=operation.project_id,
            holder_kind=holder_kind,
            holder=holder,
            role=operation.role,
            set_by=actor.user_id,
            set_at=now,
        )
        session.merge(row)


def _write_group(session: Session, operation: SetRole, actor: Actor, group_id: str, now: datetime) -> None:
    """Let an owning group make Owner whom those saw who decided, and nobody else.

    Who is Owner by it no more, and in it all the same, counts as one who left: no edit of a group makes them nobody.
    """
    if operation.role == "owner":
        one, group = persons.known(session, actor.team_id), roles.group(session, actor.team_id, group_id)
        seen = proposals.shown(session, actor.team_id, operation, group_id)
        over = group_owners.confirm(session, actor.team_id, group_id, seen, now)
        members = one.each(group.members) if group is not None else frozenset[str]()
        roles.keep_former(session, actor.team_id, group_id, over & members, now)
        return
    roles.forget_former(session, actor.team_id, group_id)
    group_owners.forget(session, actor.team_id, group_id)


def _wanted(operation: SetRole) -> dict[str, str | None]:
    return {holder: operation.role for _, holder in operation.holders}


def _subject(operation: SetRole) -> str:
    if not operation.holders:
        raise NotUnderstood("Nobody was named. Nothing changed.")
    return operation.holders[0][1]

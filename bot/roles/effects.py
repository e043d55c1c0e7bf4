"""What a change of roles does to others: who becomes Owner or is it no more, and who decides about keys by it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from sqlmodel import Session

from bot.desk.judging import KNOWN_FOR
from bot.desk.service import Desk
from bot.operation import Actor
from bot.policy import DECIDES, Role
from bot.role_assignments import Roles
from bot.roles.operations import ChangeDeciders, ChangeDefaultRole, MakeOwner, SetRole, TakeOwner
from bot.store import group_owners, people, projects, roles
from bot.store.roles import WORKSPACE

Change = Callable[[Roles], Roles]


@dataclass(frozen=True)
class Effects:
    """Whom a change makes Owner, or takes it from, and whose deciding about keys it changes.

    People are user ids; ``group_made`` tells that a group gets Owner that had it not, whoever is in it, or for good
    without people who left it. ``deciding`` are (project id, who decides there by it, who does no more), ``lowered``
    those with less than before, as (user id, before, after).
    Whoever left the workspace loses nothing, and what people give up themselves is their own business: neither counts.
    """

    makes: frozenset[str] = frozenset()
    group_made: bool = False
    takes: frozenset[str] = frozenset()
    deciding: tuple[tuple[str, frozenset[str], frozenset[str]], ...] = ()
    lowered: tuple[tuple[str, Role, Role], ...] = ()

    @property
    def concerned(self) -> frozenset[str]:
        """Who would lose something."""
        return self.takes.union(*(lost for _, _, lost in self.deciding))

    @property
    def kind(self) -> type[SetRole]:
        """What the change amounts to: what takes two Owners is of a kind of its own."""
        if self.makes or self.group_made:
            return MakeOwner
        if self.takes:
            return TakeOwner
        return ChangeDeciders if self.deciding else SetRole


def of_wish(session: Session, desk: Desk, wish: SetRole, actor: Actor) -> Effects:
    """Return what this change of a role does, by what stands in the rows now."""
    role = Role.read(wish.role) if wish.role is not None else None
    members = {group.group_id: frozenset(group.members) for group in roles.groups(session, actor.team_id, wish.groups)}
    here = _in_groups(desk.roles_in(session, actor.team_id, wish.project_id), members)

    def change(before: Roles) -> Roles:
        known = _in_groups(before, members)
        changed = known.with_changed if wish.project_id == WORKSPACE else known.with_lowered
        return changed(wish.people, wish.groups, role)

    owning = {group: members.get(group, frozenset()) for group in wish.owning_groups}
    absent = group_owners.absent(session, actor.team_id, owning)
    after = change(here)
    views = ((here, after), (here.as_last_held(), after.as_last_held()))  # what Slack did not say may be either
    places = _approvers(session) if wish.project_id == WORKSPACE else _approvers_of(session, wish.project_id)
    return _counted(
        session,
        actor,
        Effects(
            makes=frozenset[str]().union(*(then.owners() - now.owners() for now, then in views)),
            group_made=bool(absent)
            or (wish.project_id == WORKSPACE and here.makes_owner(wish.people, wish.groups, role)),
            takes=frozenset[str]().union(*(now.owners() - then.owners() for now, then in views)),
            deciding=tuple(_deciding(session, desk, actor, places, change)),
            lowered=tuple(_lowered(here, after, {*wish.people}.union(*(here.members.get(g, ()) for g in wish.groups)))),
        ),
    )


def of_default(session: Session, desk: Desk, wish: ChangeDefaultRole, actor: Actor) -> Effects:
    """Return what another default does."""
    default = Role.read(wish.role)
    places = _approvers(session)
    found = _deciding(session, desk, actor, places, lambda before: replace(before, default=default))
    return _counted(session, actor, Effects(deciding=tuple(found)))


def _in_groups(here: Roles, members: Mapping[str, frozenset[str]]) -> Roles:
    """Return the roles with those people, too, who are in groups that hold none yet."""
    return replace(here, members={**members, **here.members})


def _lowered(before: Roles, after: Roles, holders: Iterable[str]) -> Iterator[tuple[str, Role, Role]]:
    for user_id in sorted(holders):
        if after.of(user_id) < before.of(user_id):
            yield user_id, before.of(user_id), after.of(user_id)


def _approvers(session: Session) -> dict[str, frozenset[str]]:
    return {project_id: frozenset(listed) for project_id, listed in projects.approvers_by_project(session) if listed}


def _approvers_of(session: Session, project_id: str) -> dict[str, frozenset[str]]:
    return {project_id: frozenset(projects.settings(session, project_id).approvers)}


def _deciding(
    session: Session, desk: Desk, actor: Actor, approvers: dict[str, frozenset[str]], change: Change
) -> Iterator[tuple[str, frozenset[str], frozenset[str]]]:
    """Yield the projects in which other approvers decide by this change: most read the workspace's roles alone."""
    everywhere = desk.roles_in(session, actor.team_id)
    lowering = set(roles.lowering_projects(session, actor.team_id))
    for project_id, listed in approvers.items():
        here = desk.roles_in(session, actor.team_id, project_id) if project_id in lowering else everywhere
        views = (here, here.as_last_held())  # what Slack did not say may be either
        moved = [(now.at_least(DECIDES, listed), change(now).at_least(DECIDES, listed)) for now in views]
        new = frozenset[str]().union(*(after - before for before, after in moved))
        lost = frozenset[str]().union(*(before - after for before, after in moved))
        if new or lost:
            yield project_id, new, lost


def _counted(session: Session, actor: Actor, found: Effects) -> Effects:
    """Leave out who left, as read within a minute, and what the actor gives up."""
    gone = people.left(session, actor.team_id, found.concerned, datetime.now(UTC) - KNOWN_FOR) | {actor.user_id}
    deciding = tuple((place, new, lost - gone) for place, new, lost in found.deciding)
    return replace(found, takes=found.takes - gone, deciding=tuple(each for each in deciding if each[1] or each[2]))

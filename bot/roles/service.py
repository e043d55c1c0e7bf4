"""What people see of roles, read from the local store."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk
from bot.operation import Actor
from bot.policy import Role
from bot.role_assignments import Roles
from bot.roles.operations import SetRole
from bot.slack.typed import as_typed, by_id
from bot.slack.words import listed
from bot.store import group_owners, people, projects, roles
from bot.store.roles import WORKSPACE, RoleHeld

PAGE = 10
LOWERED_SHOWN = 5
HOME_OPEN_FOR = timedelta(hours=8)


@dataclass(frozen=True)
class RoleRow:
    """A role that somebody holds somewhere; texts are plain. ``project`` is None for the workspace.

    ``waiting`` is how many joined a group that makes Owners, and are not confirmed.
    """

    role: str
    holder: str
    project: str | None
    set_by: str
    set_at: datetime
    value: str
    waiting: int = 0


@dataclass(frozen=True)
class RolePage:
    """What one person sees of roles; pages count from 1. ``lowered`` are (project, role) pairs, cut to a few."""

    mine: str
    because: str
    lowered: tuple[tuple[str, str], ...]
    lowered_total: int
    default: str
    fixed: str
    rows: tuple[RoleRow, ...]
    total: int
    number: int
    words: str
    may_change: bool

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True)
class RoleForm:
    """What the form shows at first; ids with their names. ``problem`` says what was wrong with ``typed``.

    ``no_groups`` says why no user group, or an old list of them, can be chosen; the field needs ``any_group``.
    """

    typed: SetRole
    group: tuple[str, str] | None
    project: tuple[str, str] | None
    fixed: str
    problem: str = ""
    no_groups: str = ""
    any_group: bool = True


def page(session: Session, desk: Desk, actor: Actor, typed: str, number: int) -> RolePage:
    """Return a page of roles, with the reader's own first."""
    team, wanted = actor.team_id, meant(session, actor.team_id, typed)
    found, total = roles.page(session, team, wanted, limit=PAGE, offset=(number - 1) * PAGE)
    if not found and number > 1:  # roles have gone since the page before was drawn
        return page(session, desk, actor, typed, max(1, -(-total // PAGE)))
    here = desk.roles_in(session, team)
    lowered = _lowered(session, desk, actor, here)
    people.named(session, team, [who for held in found for who in (held.holder, held.set_by)])  # all of them at once
    return RolePage(
        mine=here.in_workspace(actor.user_id).word,
        because=_because(session, here, actor),
        lowered=tuple(lowered[:LOWERED_SHOWN]),
        lowered_total=len(lowered),
        default=here.default.word,
        fixed=words.people_of(session, team, here.fixed) if here.fixed else "",
        rows=tuple(_row(session, held) for held in found),
        total=total,
        number=number,
        words=typed,
        may_change=desk.access(session, actor).can(SetRole.kind),
    )


def meant(session: Session, team_id: str, typed: str) -> str:
    """Return what the words mean: a role, or the id of a person, a group or a project; else the words."""
    wanted = as_typed(by_id(typed)).strip().removeprefix("@").casefold()
    singular = wanted.removesuffix("s")
    if singular in roles.ROLES:
        return singular
    for group in roles.groups(session, team_id):
        if wanted in (group.group_id.casefold(), group.handle.casefold(), group.name.casefold()):
            return group.group_id
    for person in people.called(session, team_id, [wanted]):
        return person.user_id
    project = projects.named(session, wanted) if wanted else None
    return project.id if project is not None else typed.strip()


def _because(session: Session, here: Roles, actor: Actor) -> str:
    user_id = actor.user_id
    if user_id in here.fixed:
        return "named in KEYDESK_OWNERS"
    own = roles.get(session, actor.team_id, WORKSPACE, "person", user_id)
    if own is not None:
        return f"given to you by {words.people_of(session, actor.team_id, [own.set_by])}"
    role = here.in_workspace(user_id)
    through = [group for group in here.groups_of(user_id) if here.workspace.groups.get(group) is role]
    if through:
        return "through " + listed(called(session, actor.team_id, "group", group) for group in sorted(through))
    higher = here.withheld(user_id)
    if higher is not None:
        return f"Slack has not told for a while who is in the user group that makes you {higher.word}"
    if user_id in here.former_holders():
        return "the default: the user group that made you Owner has changed"
    return "the default: nobody gave you another one"


def _lowered(session: Session, desk: Desk, actor: Actor, here: Roles) -> list[tuple[str, str]]:
    own, found = here.persons.ids(actor.user_id), []
    groups = [group.group_id for group in roles.groups(session, actor.team_id) if own.intersection(group.members)]
    for project_id in roles.lowering_projects(session, actor.team_id, [*own, *groups]):
        there = desk.roles_in(session, actor.team_id, project_id)
        if there.of(actor.user_id) < there.in_workspace(actor.user_id):
            found.append((projects.name_of(session, project_id), there.of(actor.user_id).word))
    return sorted(found)


def _row(session: Session, held: RoleHeld) -> RoleRow:
    return RoleRow(
        role=Role.read(held.role).word,
        holder=called(session, held.team_id, held.holder_kind, held.holder),
        project=projects.name_of(session, held.project_id) if held.project_id != WORKSPACE else None,
        set_by=words.people_of(session, held.team_id, [held.set_by]),
        set_at=held.set_at,
        value=f"{held.holder_kind}:{held.holder}:{held.project_id}",
        waiting=_waiting(session, held),
    )


def _waiting(session: Session, held: RoleHeld) -> int:
    """Return how many wait to be Owner by this role: only Owner in the workspace is confirmed."""
    if (held.holder_kind, held.role, held.project_id) != ("group", "owner", WORKSPACE):
        return 0
    return group_owners.waiting(session, held.team_id, held.holder)


def called(session: Session, team_id: str, holder_kind: str, holder: str) -> str:
    """Return “@ana”, or “the group @speech-team”."""
    if holder_kind == "person":
        return words.people_of(session, team_id, [holder])
    group = roles.group(session, team_id, holder)
    return f"the group @{group.handle}" if group is not None else f"the group {holder}"


def holders(session: Session, team_id: str, operation: SetRole) -> str:
    """Return whom a change is about, in words."""
    return listed(called(session, team_id, kind, holder) for kind, holder in operation.holders)


# --- the form ---


def form(
    session: Session, desk: Desk, actor: Actor, typed: SetRole, problem: str = "", no_groups: str = ""
) -> RoleForm:
    """Return what the form shows for a wish as far as it is known."""
    here = desk.roles_in(session, actor.team_id)
    project = projects.get(session, typed.project_id) if typed.project_id != WORKSPACE else None
    group = roles.group(session, actor.team_id, typed.groups[0]) if typed.groups else None
    return RoleForm(
        typed=typed,
        group=(group.group_id, f"@{group.handle}") if group is not None else None,
        project=(project.id, project.name) if project is not None else None,
        fixed=words.people_of(session, actor.team_id, here.fixed) if here.fixed else "",
        problem=problem,
        no_groups=no_groups,
        any_group=not no_groups or bool(typed.groups or roles.groups(session, actor.team_id)),
    )


def pressed(session: Session, actor: Actor, value: str) -> SetRole:
    """Return what a row's button stands for: the role that this holder has there; an empty wish for nonsense."""
    holder_kind, _, rest = value.partition(":")
    holder, _, project_id = rest.partition(":")
    held = roles.get(session, actor.team_id, project_id, holder_kind, holder)
    if held is None:
        return SetRole()
    mine = {"people": (holder,)} if holder_kind == "person" else {"groups": (holder,)}
    return SetRole.model_validate({"project_id": project_id, "role": held.role, **mine})


def groups_like(session: Session, team_id: str, typed: str) -> list[tuple[str, str]]:
    """Return (id, handle) of the user groups whose handle or name holds what was typed."""
    wanted = typed.strip().removeprefix("@").casefold()
    return [
        (group.group_id, f"@{group.handle}")
        for group in roles.groups(session, team_id)
        if wanted in group.handle.casefold() or wanted in group.name.casefold()
    ]

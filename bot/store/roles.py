"""Roles: who was given which in the workspace or in a project, the default, and Slack's user groups that hold one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from operator import itemgetter

from sqlalchemy import JSON, func, text
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store import group_owners, persons
from bot.store.columns import UTCDateTime, no_list, one_of
from bot.store.conditional import delete
from bot.store.upsert import insert_into

ROLES = ("reader", "developer", "owner")
HOLDERS = ("person", "group")
GROUPS_BELIEVED = timedelta(minutes=15)
WORKSPACE = ""  # stands for the project id where a role holds in the whole workspace


class RoleHeld(SQLModel, table=True):
    """One role given to a person (``holder`` is a user id) or to a user group (a group id).

    With a ``project_id`` it lowers, in that project only, what its holder has in the workspace.
    """

    __tablename__ = "roles"
    __table_args__ = (one_of("holder_kind", HOLDERS), one_of("role", ROLES))

    team_id: str = Field(primary_key=True)
    project_id: str = Field(default=WORKSPACE, primary_key=True)
    holder_kind: str = Field(primary_key=True)
    holder: str = Field(primary_key=True)
    role: str
    set_by: str
    set_at: datetime = Field(sa_type=UTCDateTime)


class RoleDefault(SQLModel, table=True):
    """The role of everybody in a workspace to whom nobody gave one. Never Owner: owners are named."""

    __tablename__ = "role_defaults"
    __table_args__ = (one_of("role", ROLES[:2]),)

    team_id: str = Field(primary_key=True)
    role: str
    set_by: str
    set_at: datetime = Field(sa_type=UTCDateTime)


class GroupRead(SQLModel, table=True):
    """One of Slack's user groups, with its members' user ids, as last read.

    ``read_at`` is the machine's time: what is older than `GROUPS_BELIEVED` gives no power any more.
    """

    __tablename__ = "user_groups"

    team_id: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    handle: str
    name: str
    members: list[str] = Field(default_factory=no_list, sa_type=JSON)
    read_at: datetime = Field(sa_type=UTCDateTime)

    def is_believed(self, now: datetime) -> bool:
        """Tell whether what is kept here may still give power; a time that lies ahead of the machine's may not."""
        return abs(now - self.read_at) < GROUPS_BELIEVED


class FormerMember(SQLModel, table=True):
    """Somebody whom a user group made Owner, and who left it, or was in it unseen when it was given Owner anew.

    Whoever may edit user groups can empty one, so this gives no power and takes none that counts: such people go on
    counting as other Owners wherever somebody would be alone, until they are Owner by the group again, or two Owners
    take the role from it.
    """

    __tablename__ = "former_group_members"

    team_id: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    left_at: datetime = Field(sa_type=UTCDateTime)


def held(session: Session, team_id: str, project_ids: Iterable[str]) -> list[RoleHeld]:
    """Return the roles given in these places (`WORKSPACE` or a project's id)."""
    return list(
        session.exec(
            select(RoleHeld).where(col(RoleHeld.team_id) == team_id, col(RoleHeld.project_id).in_(list(project_ids)))
        )
    )


def get(session: Session, team_id: str, project_id: str, holder_kind: str, holder: str) -> RoleHeld | None:
    """Return the role that this person or group was given there, or None."""
    return session.get(RoleHeld, (team_id, project_id, holder_kind, holder))


def group(session: Session, team_id: str, group_id: str) -> GroupRead | None:
    """Return a user group as last read, or None."""
    return session.get(GroupRead, (team_id, group_id))


def take_away(session: Session, team_id: str, project_id: str, holder_kind: str, holder: str) -> None:
    """Take back what this person or group was given there, if anything."""
    row = get(session, team_id, project_id, holder_kind, holder)
    if row is not None:
        session.delete(row)


def alone(session: Session) -> None:
    """Let no other transaction change roles before this one has ended; SQLite has one writer anyway."""
    if session.get_bind().dialect.name != "sqlite":
        session.execute(text("LOCK TABLE roles IN SHARE ROW EXCLUSIVE MODE"))


def page(session: Session, team_id: str, words: str = "", *, limit: int, offset: int) -> tuple[list[RoleHeld], int]:
    """Return a page of all roles given, the workspace's first, and how many there are in all.

    ``words`` keeps those of one role, one person or group (by id) or one project (by id).
    """
    found = select(RoleHeld).where(col(RoleHeld.team_id) == team_id)
    if words:
        found = found.where(
            (col(RoleHeld.role) == words.lower())
            | (col(RoleHeld.holder) == words)
            | (col(RoleHeld.project_id) == words)
        )
    total = session.exec(select(func.count()).select_from(found.subquery())).one()
    order = (col(RoleHeld.project_id), col(RoleHeld.role), col(RoleHeld.holder_kind), col(RoleHeld.holder))
    return list(session.exec(found.order_by(*order).limit(limit).offset(offset))), total


def lowering_projects(session: Session, team_id: str, holders: Collection[str] | None = None) -> list[str]:
    """Return the projects in which somebody's role is lowered: of these people and groups, by id, or of anybody."""
    places = select(RoleHeld.project_id).where(col(RoleHeld.team_id) == team_id, col(RoleHeld.project_id) != WORKSPACE)
    if holders is not None:
        places = places.where(col(RoleHeld.holder).in_(holders))
    return list(session.exec(places.distinct()))


def default(session: Session, team_id: str) -> str | None:
    """Return the role of whoever was given none, or None if no owner ever chose it."""
    chosen = session.get(RoleDefault, team_id)
    return chosen.role if chosen is not None else None


def groups(session: Session, team_id: str, group_ids: Collection[str] | None = None) -> list[GroupRead]:
    """Return these user groups (None: every one) as last read."""
    if group_ids is not None and not group_ids:
        return []
    found = select(GroupRead).where(col(GroupRead.team_id) == team_id)
    if group_ids is not None:
        found = found.where(col(GroupRead.group_id).in_(group_ids))
    return list(session.exec(found.order_by(col(GroupRead.handle))))


def holding_groups(session: Session, team_id: str) -> list[str]:
    """Return the user groups that hold a role anywhere, so that their members must be known."""
    found = select(RoleHeld.holder).where(col(RoleHeld.team_id) == team_id, col(RoleHeld.holder_kind) == "group")
    return list(session.exec(found.distinct().order_by(col(RoleHeld.holder))))


def owning_groups(session: Session, team_id: str) -> list[str]:
    """Return the user groups that hold Owner in the workspace."""
    owning = (col(RoleHeld.holder_kind) == "group", col(RoleHeld.role) == "owner")
    place = (col(RoleHeld.team_id) == team_id, col(RoleHeld.project_id) == WORKSPACE)
    return list(session.exec(select(RoleHeld.holder).where(*place, *owning).order_by(col(RoleHeld.holder))))


def former_members(session: Session, team_id: str, group_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """Return whom each of these groups made Owner before, as `FormerMember` says it, by group id."""
    former: dict[str, frozenset[str]] = {}
    if not group_ids:
        return former
    found = select(FormerMember.group_id, FormerMember.user_id).where(
        col(FormerMember.team_id) == team_id, col(FormerMember.group_id).in_(group_ids)
    )
    for group_id, user_id in session.exec(found):
        former[group_id] = former.get(group_id, frozenset()) | {user_id}
    return former


def forget_former(session: Session, team_id: str, group_id: str) -> None:
    """Forget who left a group: it holds Owner no more, as two Owners wanted it."""
    theirs = (col(FormerMember.team_id) == team_id, col(FormerMember.group_id) == group_id)
    delete(session, FormerMember, *theirs)


def keep_former(session: Session, team_id: str, group_id: str, user_ids: Iterable[str], now: datetime) -> None:
    """Write down whom a group made Owner before, whoever else writes the same just then."""
    rows = [{"team_id": team_id, "group_id": group_id, "user_id": each, "left_at": now} for each in sorted(user_ids)]
    if rows:
        session.execute(insert_into(session, FormerMember).on_conflict_do_nothing(), rows)


def save_groups(
    session: Session, team_id: str, read: Iterable[GroupRead], untold: Iterable[str], now: datetime
) -> None:
    """Make the stored groups equal to what Slack lists now; two processes may do so at once.

    Of those in ``untold`` Slack did not say who is in them: they stay as they were last read. Whom a group
    made Owner and who is in it no more stays known as its former member.
    """
    listed = sorted(({**group.model_dump(), "team_id": team_id} for group in read), key=itemgetter("group_id"))
    untold = frozenset(untold)
    _keep_former(session, team_id, {group["group_id"]: group["members"] for group in listed}, untold, now)
    insert = insert_into(session, GroupRead)
    said = {name: insert.excluded[name] for name in ("handle", "name", "members", "read_at")}
    if listed:
        session.execute(insert.on_conflict_do_update(index_elements=["team_id", "group_id"], set_=said), listed)
    still = [*(group["group_id"] for group in listed), *untold]
    gone = (col(GroupRead.team_id) == team_id, col(GroupRead.group_id).not_in(still))
    delete(session, GroupRead, *gone)


def _keep_former(
    session: Session, team_id: str, told: Mapping[str, list[str]], untold: Collection[str], now: datetime
) -> None:
    """Write down which Owners left the groups that make them so, whatever became of these; forget who is one again."""
    owning = [group_id for group_id in owning_groups(session, team_id) if group_id not in untold]
    before = select(GroupRead).where(col(GroupRead.team_id) == team_id, col(GroupRead.group_id).in_(owning))
    kept = {group.group_id: group.members for group in session.exec(before.with_for_update())}
    one, confirmed = persons.known(session, team_id), group_owners.confirmed(session, team_id, owning)
    for group_id in owning:
        members, seen = one.each(told.get(group_id, ())), one.each(confirmed.get(group_id, ()))
        back = (
            col(FormerMember.team_id) == team_id,
            col(FormerMember.group_id) == group_id,
            col(FormerMember.user_id).in_(frozenset[str]().union(*map(one.ids, members & seen))),
        )
        delete(session, FormerMember, *back)
        keep_former(session, team_id, group_id, one.each(kept.get(group_id, ())) & seen - members, now)

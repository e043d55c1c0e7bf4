"""Roles, as values: who holds which in the workspace and in one project, and what follows from both."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.policy import Role
from bot.store.persons import Persons

INITIAL_DEFAULT = Role.DEVELOPER


@dataclass(frozen=True)
class Given:
    """Which role people (by user id) and user groups (by group id) were given in one place."""

    people: Mapping[str, Role] = field(default_factory=dict)
    groups: Mapping[str, Role] = field(default_factory=dict)

    def of(self, user_id: str, groups: Iterable[str]) -> Role | None:
        """Return one person's role here: their own, else the highest of their ``groups``, else None."""
        if user_id in self.people:
            return self.people[user_id]
        return max((self.groups[group] for group in groups if group in self.groups), default=None)

    def changed(self, people: Collection[str], groups: Collection[str], role: Role | None) -> Given:
        """Return what stands here once these people and groups have this role, or none of their own."""
        return Given(_changed(self.people, people, role), _changed(self.groups, groups, role))


def _changed(given: Mapping[str, Role], holders: Collection[str], role: Role | None) -> Mapping[str, Role]:
    kept = {holder: held for holder, held in given.items() if holder not in holders}
    return kept if role is None else kept | dict.fromkeys(holders, role)


@dataclass(frozen=True)
class Roles:
    """Everything that tells who holds which role in one project (or, with nothing ``lowered``, in the workspace).

    ``fixed`` are the owners that the configuration names; no row changes them. ``members`` are the user ids of each
    group that holds a role there, as last read. Those in ``stale`` were read too long ago: they raise nobody any more,
    and go on lowering whom they lowered. ``unconfirmed`` are those whom no Owner saw in a group that holds Owner: it
    gives them nothing, and goes on lowering them. ``former`` are those whom such a group made Owner before, until
    somebody edited it: it gives them nothing by that, and they are others all the same (see `as_last_held`), even where
    they are in it again and ``unconfirmed``. People stand here by one id each, and may be asked about by any of theirs.
    """

    fixed: frozenset[str] = frozenset()
    default: Role = INITIAL_DEFAULT
    workspace: Given = field(default_factory=Given)
    lowered: Given = field(default_factory=Given)
    members: Mapping[str, frozenset[str]] = field(default_factory=dict)
    stale: frozenset[str] = frozenset()
    former: Mapping[str, frozenset[str]] = field(default_factory=dict)
    unconfirmed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    persons: Persons = field(default_factory=Persons)

    def as_last_read(self) -> Roles:
        """Return the roles as they were when every group was last read: whom they make Owner may still be one."""
        return replace(self, stale=frozenset())

    def as_last_held(self) -> Roles:
        """Return the same with those whom groups made Owner before: one who edits groups cannot make them nobody."""
        groups = self.members.keys() | self.former.keys()
        nobody = frozenset[str]()
        once = {group: self.members.get(group, nobody) | self.former.get(group, nobody) for group in groups}
        unconfirmed = {group: new - self.former.get(group, nobody) for group, new in self.unconfirmed.items()}
        return replace(self.as_last_read(), members=once, unconfirmed=unconfirmed)

    def of(self, user_id: str) -> Role:
        """Return the role that counts: the lower of the one in the workspace and the one in the project."""
        user_id = self.persons.of(user_id)
        if user_id in self.fixed:
            return Role.OWNER
        return min(self._of(user_id, groups) for groups in self._memberships(user_id))

    def in_workspace(self, user_id: str) -> Role:
        """Return the role that this person holds before any project lowers it."""
        user_id = self.persons.of(user_id)
        if user_id in self.fixed:
            return Role.OWNER
        return min(self._in_workspace(user_id, groups) for groups in self._memberships(user_id))

    def withheld(self, user_id: str) -> Role | None:
        """Return the higher role that this person would have if Slack said that they are still in their groups."""
        known, last_read = self.of(user_id), self.as_last_read().of(user_id)
        return last_read if last_read > known else None

    def groups_of(self, user_id: str) -> frozenset[str]:
        """Return the groups with a role that this person is in."""
        one = self.persons.of(user_id)
        return frozenset(group for group, members in self.members.items() if one in members)

    def _memberships(self, user_id: str) -> tuple[frozenset[str], frozenset[str]]:
        """Return the groups of this person as last read, and those of them that were read lately."""
        groups = self.groups_of(user_id)
        return groups, groups - self.stale

    def _of(self, user_id: str, groups: frozenset[str]) -> Role:
        held, lowered = self._in_workspace(user_id, groups), self.lowered.of(user_id, groups)
        return held if lowered is None else min(held, lowered)

    def _in_workspace(self, user_id: str, groups: frozenset[str]) -> Role:
        held = self.workspace.of(user_id, (each for each in groups if user_id not in self.unconfirmed.get(each, ())))
        return self.default if held is None else held

    def owners(self) -> frozenset[str]:
        """Return everybody who is Owner here; the default is never Owner, so they are all named or in a group."""
        named = {user_id for user_id, role in self.workspace.people.items() if role is Role.OWNER}
        grouped = (self.members.get(group, ()) for group, role in self.workspace.groups.items() if role is Role.OWNER)
        candidates = self.fixed | named.union(*grouped)
        return frozenset(user_id for user_id in candidates if self.of(user_id) is Role.OWNER)

    def holders(self) -> frozenset[str]:
        """Return everybody who holds Owner in the workspace, whatever a project lowers, or held it by a group."""
        return replace(self.as_last_held(), lowered=Given()).owners()

    def former_holders(self) -> frozenset[str]:
        """Return those of them who hold it no more, because a group has changed."""
        return self.holders() - replace(self.as_last_read(), lowered=Given()).owners()

    def with_changed(self, people: Collection[str], groups: Collection[str], role: Role | None) -> Roles:
        """Return the roles as they will be once these people and groups have this one in the workspace."""
        unconfirmed = {group: waiting for group, waiting in self.unconfirmed.items() if group not in groups}
        workspace = self.workspace.changed(self.persons.each(people), groups, role)
        return replace(self, workspace=workspace, unconfirmed=unconfirmed)

    def with_lowered(self, people: Collection[str], groups: Collection[str], role: Role | None) -> Roles:
        """Return the roles as they will be once these people and groups have at most this one in the project."""
        return replace(self, lowered=self.lowered.changed(self.persons.each(people), groups, role))

    def makes_owner(self, people: Collection[str], groups: Collection[str], role: Role | None) -> bool:
        """Tell whether somebody becomes Owner by this change in the workspace, or a group gets Owner that had it not.

        Such a group counts even while nobody is in it. Whom a group that was not read lately makes Owner, or one made
        so before, counts as one, and as none.
        """
        new_groups = role is Role.OWNER and any(self.workspace.groups.get(group) is not Role.OWNER for group in groups)
        views = (self, self.as_last_held())
        return new_groups or any(view.with_changed(people, groups, role).owners() - view.owners() for view in views)

    def at_least(self, least: Role, user_ids: Iterable[str]) -> frozenset[str]:
        """Return those of these people who hold this role or more."""
        return frozenset(user_id for user_id in self.persons.each(user_ids) if self.of(user_id) >= least)

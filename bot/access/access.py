"""What one person may do in one place: read once in a session, asked as often as one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlmodel import Session

from bot.errors import NotAllowed, NotOffered
from bot.operation import Actor
from bot.policy import Policy, Role
from bot.providers.port import THE_PROVIDER, Capability, Vendor
from bot.role_assignments import INITIAL_DEFAULT, Given, Roles
from bot.store import group_owners, rights, roles
from bot.store.database import once
from bot.store.persons import Persons
from bot.store.projects import Project
from bot.store.rights import Held
from bot.vendors import Vendors, vendors_in


@dataclass(frozen=True)
class Access:
    """One person in one project, or in the workspace where ``project`` is None.

    It belongs to the session that it was read in: what changes something reads its own, inside its transaction. Where
    nothing is needed but to be a member, no role is read (``held`` is None): what is asked there is judged by its row.
    """

    actor: Actor
    project: Project | None
    held: Roles | None
    vendors: Vendors
    policy: Policy

    @classmethod
    def load(
        cls, session: Session, actor: Actor, project: Project | None, fixed: frozenset[str], policy: Policy
    ) -> Access:
        """Read it; ``fixed`` are the owners that the configuration names."""
        place = project.id if project is not None else roles.WORKSPACE
        return cls(actor, project, roles_of(session, actor.team_id, place, fixed), vendors_in(session), policy)

    @property
    def roles(self) -> Roles:
        """Who holds which role there, of a route that needs one."""
        if self.held is None:
            raise RuntimeError("this route needs no role: none was read")
        return self.held

    @property
    def there(self) -> Project:
        """The project, of a route that names one."""
        if self.project is None:
            raise RuntimeError("this route is about the workspace: it has no project")
        return self.project

    @property
    def vendor(self) -> Vendor:
        """The vendor of the project, of a route that names one."""
        return self.vendors.of(self.there)

    def offers(self, capability: Capability) -> bool:
        """Tell whether this is offered there; in the workspace, whether any of its vendors does."""
        vendors = self.vendors if self.project is None else (self.vendor,)
        return any(vendor.offers(capability) for vendor in vendors)

    def denial(self, name: str) -> NotAllowed | None:
        """Return why they may not do or read this, by a name that some room declares, or None."""
        who = self.actor.user_id
        text = self.policy.role_refusal(name, self.roles.of(who), self.roles.withheld(who))
        return NotAllowed(text) if text is not None else None

    def lack(self, name: str) -> NotOffered | None:
        """Return why this cannot be had there, whoever asks: the project's provider does not offer it; else None."""
        capability = self.policy.takes(name)
        if capability is None or self.offers(capability):
            return None
        return (self.vendor if self.project is not None else THE_PROVIDER).lacks(capability)

    def obstacle(self, name: str) -> NotAllowed | NotOffered | None:
        """Return why they cannot do or read this, by their role or by what is offered there, or None."""
        return self.denial(name) or self.lack(name)

    def can(self, name: str) -> bool:
        """Tell whether they may do or read this and it is offered, for those who draw buttons."""
        return self.obstacle(name) is None

    def require(self, name: str) -> None:
        """Let pass whoever may do or read this, where it is offered.

        Raises:
            NotAllowed: their role there is too low; the text says which it takes and who can change it.
            NotOffered: the project's provider has nothing of the kind; the text says where to look instead.
        """
        problem = self.obstacle(name)
        if problem is not None:
            raise problem


def roles_of(session: Session, team_id: str, project_id: str, fixed: frozenset[str]) -> Roles:
    """Return who holds which role there; ``fixed`` are the owners that the configuration names.

    It is read once in a session that changes nothing, however many cards and buttons ask.
    """
    place = (team_id, project_id, fixed)
    return once(session, (Roles, *place), lambda: _read_roles(session, *place))


def _read_roles(session: Session, team_id: str, project_id: str, fixed: frozenset[str]) -> Roles:
    read = rights.read(session, team_id, project_id)
    rows, default, one = read.held, read.default, once(session, (Persons, team_id), lambda: read.persons)
    groups = roles.groups(session, team_id, {row.holder for row in rows if row.holder_kind == "group"})
    owning = _owning(rows)
    former = roles.former_members(session, team_id, owning)
    seen = group_owners.confirmed(session, team_id, owning)
    now = datetime.now(UTC)  # what Slack said ages by the machine's clock, as profiles do
    members = {group.group_id: one.each(group.members) for group in groups}
    return Roles(
        one.each(fixed),
        Role.read(default) if default is not None else INITIAL_DEFAULT,
        _given([row for row in rows if row.project_id == roles.WORKSPACE], one, max),
        _given([row for row in rows if row.project_id != roles.WORKSPACE], one, min),
        members,
        frozenset(group.group_id for group in groups if not group.is_believed(now)),
        {group_id: one.each(left) for group_id, left in former.items()},
        {group_id: members.get(group_id, frozenset()) - one.each(seen.get(group_id, ())) for group_id in owning},
        one,
    )


def _owning(rows: Iterable[Held]) -> list[str]:
    """Return the groups that hold Owner in the workspace."""
    in_workspace = (row for row in rows if row.project_id == roles.WORKSPACE and row.holder_kind == "group")
    return [row.holder for row in in_workspace if row.role == Role.OWNER.stored]


def _given(rows: Iterable[Held], one: Persons, of_two: Callable[[Role, Role], Role]) -> Given:
    """Return what stands in the rows; ``of_two`` chooses where two ids of one person were given something."""
    people_: dict[str, Role] = {}
    for row in rows:
        if row.holder_kind == "person":
            role, user_id = Role.read(row.role), one.of(row.holder)
            people_[user_id] = of_two(people_.get(user_id, role), role)
    return Given(people_, {row.holder: Role.read(row.role) for row in rows if row.holder_kind == "group"})

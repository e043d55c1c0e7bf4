"""How somebody causes each operation and each reading that a room declares a right for, through the real listeners.

Whoever adds a right adds its way here: what to type or to press, and words that whoever may do it then
reads. A way is walked in each role in turn, so that it must work several times in one world, and reach the point at
which the role is judged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from sqlmodel import select

from bot.keys.bulk_revoke_listeners import KeysFound
from bot.store import roles
from bot.store.budgets import Alert, Budget
from bot.store.digests import Subscription
from bot.store.keys import Key
from bot.store.projects import Project, ProjectSettings
from bot.store.roles import RoleHeld
from tests.factories import add, key, request
from tests.scenarios.forging import forge_action, forge_command, forge_submission
from tests.scenarios.people import PRIYA, SOREN
from tests.world import World

Cause = Callable[[World, str], Awaitable[Any]]
Row = Callable[[World, str], str]
"""Makes a row that belongs to this person, and returns what a button about it carries."""


@dataclass(frozen=True)
class Way:
    """``cause(world, user)`` does it; ``answer`` stands in what this person hears, unless the role is refused."""

    cause: Cause
    answer: str


def typed(line: str, answer: str) -> Way:
    """Type a command."""
    return Way(lambda here, user: forge_command(here, user, line), answer)


def pressed(action: str, row: Row, answer: str) -> Way:
    """Press a button about a row of one's own."""
    return Way(lambda here, user: forge_action(here, user, action, row(here, user)), answer)


def submitted(callback_id: str, state: dict[str, Any], answer: str) -> Way:
    """Submit a form."""
    return Way(lambda here, user: forge_submission(here, user, callback_id, state), answer)


# --- rows to press about ---


def production(here: World) -> str:
    """Return the id of the project in which all of this happens."""
    with here.database.reading() as session:
        return session.exec(select(Project.id).where(Project.name == "production")).one()


def new_id(prefix: str) -> str:
    """Return an id that no row has."""
    return prefix + uuid4().hex[:16]


def own_key(here: World, user: str) -> str:
    """Let this person have a key, and return its id."""
    id_ = new_id("ky")
    about: dict[str, Any] = {
        "owner": user,
        "project_id": production(here),
        "mint_id": new_id("mi"),
        "purpose": "the walk",
    }
    add(here.database, key(id=id_, provider_key_id=str(uuid4()), **about))
    return id_


def others_request(here: World, user: str) -> str:
    """Let somebody else wait for a decision."""
    del user
    return _request(here, requester=PRIYA)


def own_approval(here: World, user: str) -> str:
    """Let this person have an approval that nobody has opened yet."""
    now = here.app.clock.now()
    approved: dict[str, Any] = {"state": "approved", "decided_at": now, "open_until": now + timedelta(hours=1)}
    return _request(here, requester=user, **approved)


def _request(here: World, **changes: Any) -> str:
    id_, now, project_id = new_id("rq"), here.app.clock.now(), production(here)
    wish = request().operation | {"project_id": project_id}
    times = {"created_at": now, "expires_at": now + timedelta(hours=1)}
    row = request(id=id_, project_id=project_id, operation=wish, **times, **changes)
    add(here.database, row)
    return f"{id_}.1"


def own_digest(here: World, user: str) -> str:
    """Let this person have a digest, and return its id."""
    id_, now = new_id("dg"), here.app.clock.now()
    row = Subscription(
        id=id_,
        team_id=here.app.identity.team_id,
        owner=user,
        from_day=date(2026, 3, 1),
        due_at=now + timedelta(days=9),
        created_at=now,
    )
    add(here.database, row)
    return id_


def a_budget(here: World, user: str) -> str:
    """Let the project have a budget, and return its id."""
    id_ = new_id("bu")
    about: dict[str, Any] = {"scope": "key", "ref": new_id("k"), "project_id": production(here), "dollars": Decimal(5)}
    team = here.app.identity.team_id
    add(here.database, Budget(id=id_, team_id=team, set_by=user, set_at=here.app.clock.now(), **about))
    return id_


def an_alert(here: World, user: str) -> str:
    """Let an alert stand, and return its id."""
    budget, id_, team = a_budget(here, user), new_id("al"), here.app.identity.team_id
    what: dict[str, Any] = {
        "subject": f"budget:{budget}",
        "level": "80",
        "period": "2026-03",
        "project_id": production(here),
    }
    add(here.database, Alert(id=id_, team_id=team, place=user, raised_at=here.app.clock.now(), **what))
    return id_


def a_role(user: str, role: str) -> dict[str, Any]:
    """Return what the form holds that gives somebody a role."""
    return {
        "people": {"people": {"type": "multi_users_select", "selected_users": [user]}},
        "role": {"role": {"type": "radio_buttons", "selected_option": {"value": role}}},
        "why": {"why": {"type": "plain_text_input", "value": "the walk"}},
    }


async def change_deciders(here: World, user: str) -> None:
    """Ask for a role by which somebody who approves in the project would do so no more."""
    with here.database.transaction() as session:
        settings = session.get_one(ProjectSettings, production(here))
        settings.approvers = [*{*settings.approvers, PRIYA}]
        roles.take_away(session, here.app.identity.team_id, roles.WORKSPACE, "person", PRIYA)
    await forge_submission(here, user, "roles.set", a_role(PRIYA, "reader"))


async def take_owner(here: World, user: str) -> None:
    """Ask to take Owner from somebody who holds it."""
    held = {"team_id": here.app.identity.team_id, "holder_kind": "person", "holder": PRIYA, "role": "owner"}
    with here.database.transaction() as session:
        session.merge(RoleHeld(set_by=SOREN, set_at=here.app.clock.now(), **held))
    await forge_submission(here, user, "roles.set", a_role(PRIYA, "reader"))


async def end_many(here: World, user: str) -> None:
    """End all keys of a budget, which is one's own one."""
    own, id_ = own_key(here, user), new_id("bu")
    with here.database.transaction() as session:
        one = session.get_one(Key, own)
        about: dict[str, Any] = {"scope": "key", "ref": one.provider_key_id, "project_id": one.project_id}
        team, now = here.app.identity.team_id, here.app.clock.now()
        session.add(Budget(id=id_, team_id=team, set_by=user, set_at=now, dollars=Decimal(5), **about))
    mark = KeysFound("", (one,), 1).mark
    number = {"number": {"number": {"type": "plain_text_input", "value": "1"}}}
    await forge_submission(here, user, "keys.bulk_revoke", number, f"{id_}:1:{mark}")


WALKS: dict[str, Way] = {
    "accounts.list": typed("/keydesk accounts list", "Provider accounts"),
    "accounts.remove": typed("/keydesk accounts remove nothing", "There is no account nothing."),
    "billing.balance": typed("/billing balance production", "Balance of production"),
    "billing.close": pressed("billing.close", lambda _here, _user: "2020-01", "January 2020 cannot be closed yet."),
    "billing.month": typed("/billing month last", "by customer"),
    "billing.purchases": typed("/billing purchases production", "Purchases of production"),
    "budgets.acknowledge": pressed("budgets.snooze", an_alert, "Quiet until"),
    "budgets.end": pressed("budgets.row", lambda here, user: f"end:{a_budget(here, user)}", "ended"),
    "budgets.list": typed("/keydesk budgets list", "Budgets of "),
    "budgets.raise": pressed("budgets.raise", a_budget, "New dollars a month"),
    "budgets.set": typed("/keydesk budgets set", "Project, customer or key"),
    "customers.archive": typed("/keydesk customers archive pear", "Pear is no longer offered"),
    "customers.list": typed("/keydesk customers apple", "1 customer"),
    "customers.markup": typed("/keydesk customers markup", "Markup in %"),
    "customers.save": typed("/keydesk customers add", "It goes onto the customer's keys"),
    "desk.decide": pressed("desk.deny", others_request, "Why not?"),
    "digests.change": pressed("digests.change", own_digest, "Rows"),
    "digests.end": pressed("digests.end", own_digest, "digest"),
    "digests.pause": pressed("digests.pause", own_digest, "digest"),
    "digests.read": pressed("digests.preview", own_digest, "only you can see"),
    "digests.subscribe": typed("/digests subscribe", "Rows"),
    "invites.cancel": typed("/invites cancel nobody@walk.example", "no open invitation for"),
    "invites.domains": typed("/invites domains walk.example", "walk.example"),
    "invites.list": typed("/invites list", "Invitations to production"),
    "invites.resend": typed("/invites resend nobody@walk.example", "no open invitation for"),
    "invites.send": typed("/invites send new@walk.example", "Invited: new@walk.example"),
    "keydesk.status": typed("/keydesk status", "At the provider"),
    "keys.create": typed("/keys request production", "What is it for?"),
    "keys.end": pressed("keys.end", own_key, "has ended"),
    "keys.end_many": Way(end_many, "1 key of 1 is ended or ending."),
    "keys.list": typed("/keys list", "Keys in production"),
    "keys.open": pressed("keys.open", own_approval, "Copy it now"),
    "keys.show": pressed("keys.row", lambda here, user: f"show:{own_key(here, user)}", "the walk"),
    "members.list": typed("/members list", "Members of production"),
    "members.remove": typed("/members remove ingrid", "Ingrid Alder"),
    "members.scope": typed("/members scope ingrid", "Ingrid Alder"),
    "members.show": typed("/members show ingrid", "Ingrid Alder"),
    "models.list": typed("/keydesk models list", "Models of production"),
    "projects.delete": typed("/projects delete research", "Type the project's name to confirm"),
    "projects.list": typed("/projects list", "9 projects"),
    "projects.rename": typed("/projects rename production", "The project is called production now."),
    "projects.settings": typed("/projects settings production", "Who approves keys"),
    "projects.show": typed("/projects show production", "Live keys"),
    "roles.deciders": Way(change_deciders, "Who approves keys"),
    "roles.default": typed("/keydesk roles default", "Owner cannot be the default"),
    "roles.make_owner": submitted("roles.set", a_role(SOREN, "owner"), "New Owner"),
    "roles.set": typed("/keydesk roles set", "Or a user group"),
    "roles.show": typed("/keydesk roles", "in this workspace"),
    "roles.take_owner": Way(take_owner, "Owner no more"),
    "usage.fields": typed("/usage fields", "What production used"),
    "usage.figures": typed("/usage week", "Usage · production"),
    "usage.mine": typed("/usage mine", "Usage · All projects"),
    "usage.requests": typed("/usage requests", "requests"),
}

"""The rows of the grid: what people ask for, through the desk or as a reading."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from bot.access.access import Access
from bot.billing.service import balances
from bot.desk.service import Held, Ran
from bot.invites.operations import CancelInvite, ResendInvite, SendInvites
from bot.keys.intent import Shown
from bot.keys.operations import EndKey
from bot.members.operations import ChangeMemberScope, RemoveMember
from bot.models.catalogue import ModelCatalogue
from bot.operation import Operation
from bot.projects.operations import DeleteProject, RenameProject
from bot.slack.call import Outcome
from bot.store import invites, keys, members, projects
from bot.store.requests import Request
from bot.usage.model_names import ModelNames
from bot.usage.requests.question import Asked
from bot.usage.requests.service import RequestReading
from playground.deepgram.state import Project
from tests.declared import POLICY
from tests.factories import SECOND_OWNER, actor, create_key
from tests.scenarios.grid.cells import LOPEZ, NEW, PRIYA, SOMTO, Cell, Row

RENAMED = "renamed"

# --- how people ask ---


async def at_once(cell: Cell, operation: Operation) -> str:
    """Ask for what needs no approval; return what the asker reads."""
    outcome = await cell.desk.desk.submit(operation, cell.asker)
    assert isinstance(outcome, Ran)
    return outcome.text


async def approved(cell: Cell, operation: Operation) -> Request:
    """Ask for what another owner must approve, who does."""
    outcome = await cell.desk.desk.submit(operation, cell.asker)
    assert isinstance(outcome, Held)
    return await cell.desk.desk.decide(outcome.request.id, outcome.request.version, "approved", actor(SECOND_OWNER))


async def held(cell: Cell, operation: Operation) -> str:
    """Ask for something that another owner approves; its card tells what became of it."""
    request = await approved(cell, operation)
    await cell.desk.desk.run_approved(request.id, cell.desk.clock.now())
    return cell.card()


async def rename(cell: Cell) -> str:
    return await at_once(cell, RenameProject(project_id=cell.project_id, name=RENAMED))


async def delete(cell: Cell) -> str:
    return await held(cell, DeleteProject(project_id=cell.project_id, name=cell.project.name))


async def remove(cell: Cell) -> str:
    return await held(cell, RemoveMember(project_id=cell.project_id, member_id=SOMTO, name="Somto"))


async def scope(cell: Cell) -> str:
    less = ChangeMemberScope(
        project_id=cell.project_id, member_id=PRIYA, name="Priya", before=("admin",), scope="member"
    )
    return await at_once(cell, less)


async def invite(cell: Cell) -> str:
    return await at_once(cell, SendInvites(project_id=cell.project_id, emails=(NEW,), scope="member"))


async def cancel(cell: Cell) -> str:
    return await at_once(cell, CancelInvite(project_id=cell.project_id, email=LOPEZ))


async def resend(cell: Cell) -> str:
    return await at_once(cell, ResendInvite(project_id=cell.project_id, email=LOPEZ))


async def create(cell: Cell) -> str:
    request = await approved(cell, create_key(project_id=cell.project_id, customer=None))
    await cell.desk.making.create_and_show(request.id, cell.asker, _shown)
    return "Here is your key."


async def _shown(_: Shown) -> Outcome:
    return "shown"


async def end(cell: Cell) -> str:
    found = cell.read(lambda session: keys.by_provider_id(session, cell.own_key))
    assert found is not None
    return await at_once(cell, EndKey(project_id=cell.project_id, key_id=found.id))


# --- readings ---


async def read_members(cell: Cell) -> str:
    await cell.desk.members.refresh(cell.project_id, cell.desk.clock.now())
    return "read"


async def read_requests(cell: Cell) -> str:
    here = cell.desk
    names = ModelNames(here.deepgram, here.clock)
    reading = RequestReading(here.database, here.clock, here.deepgram, names)
    access = cell.read(
        lambda session: Access.load(session, cell.asker, projects.get(session, cell.project_id), frozenset(), POLICY)
    )
    await reading.page(access, await reading.question(access, Asked(project=cell.project_id)), 1)
    return "read"


async def read_balance(cell: Cell) -> str:
    project = cell.read(lambda session: projects.get(session, cell.project_id))
    assert project is not None
    await balances(cell.desk.deepgram, project, cell.desk.clock.now())
    return "read"


async def read_models(cell: Cell) -> str:
    await ModelCatalogue(cell.desk.deepgram, cell.desk.clock).read(cell.project_id)
    return "read"


async def read_fields(cell: Cell) -> str:
    await cell.desk.deepgram.usage_fields(cell.project_id)
    return "read"


# --- what is done there, and noted here ---


def there(holds: Callable[[Project], bool]) -> Callable[[Project | None], bool]:
    """Look at a project that must be there."""
    return lambda project: project is not None and holds(project)


def noted(holds: Callable[[Session, str], bool]) -> Callable[[Cell], bool]:
    """Look at our copy of the cell's project."""
    return lambda cell: bool(cell.read(lambda session: holds(session, cell.project_id)))


def _renamed(session: Session, project_id: str) -> bool:
    return projects.name_of(session, project_id) == RENAMED


def _rescoped(session: Session, project_id: str) -> bool:
    row = members.get(session, project_id, PRIYA)
    return row is not None and row.scopes == ["member"]


def _invited(session: Session, project_id: str, email: str) -> bool:
    return any(row.email == email for row in invites.of_project(session, project_id))


def _key_ended(cell: Cell) -> bool:
    row = cell.read(lambda session: keys.by_provider_id(session, cell.own_key))
    return row is not None and row.state == "ended"


def _own_key_gone(project: Project) -> bool:
    return not any("an earlier one" in key.comment for key in project.keys.values())


CHANGES = (
    Row("keys.create", "POST", "/v1/projects/{}/keys", create, lambda _: False, None),
    Row("keys.end", "DELETE", "/v1/projects/{}/keys/.*", end, there(_own_key_gone), _key_ended),
    Row("projects.rename", "PATCH", "/v1/projects/{}", rename, there(lambda it: it.name == RENAMED), noted(_renamed)),
    Row(
        "projects.delete", "DELETE", "/v1/projects/{}", delete, lambda project: project is None,
        noted(lambda session, project_id: projects.get(session, project_id) is None),
    ),
    Row(
        "members.remove", "DELETE", "/v1/projects/{}/members/.*", remove, there(lambda it: SOMTO not in it.members),
        noted(lambda session, project_id: members.get(session, project_id, SOMTO) is None),
    ),
    Row(
        "members.scope", "PUT", "/v1/projects/{}/members/.*/scopes", scope,
        there(lambda it: it.members[PRIYA] == ["member"]), noted(_rescoped),
    ),
    Row(
        "invites.send", "POST", "/v1/projects/{}/invites", invite, there(lambda it: it.mailed == [NEW]),
        noted(lambda session, project_id: _invited(session, project_id, NEW)),
    ),
    Row(
        "invites.cancel", "DELETE", "/v1/projects/{}/invites/.*", cancel, there(lambda it: LOPEZ not in it.invites),
        noted(lambda session, project_id: not _invited(session, project_id, LOPEZ)),
    ),
    Row(
        "invites.resend, taking back", "DELETE", "/v1/projects/{}/invites/.*", resend,
        there(lambda it: it.mailed == [LOPEZ] and LOPEZ in it.invites), None,
    ),
    Row(
        "invites.resend, new mail", "POST", "/v1/projects/{}/invites", resend,
        there(lambda it: it.mailed == [LOPEZ] and LOPEZ in it.invites), None,
    ),
)  # fmt: skip
READINGS = (
    Row("members.list", "GET", "/v1/projects/{}/members", read_members),
    Row("usage.requests", "GET", "/v1/projects/{}/requests", read_requests),
    Row("usage.fields", "GET", "/v1/projects/{}/usage/fields", read_fields),
    Row("billing.balance", "GET", "/v1/projects/{}/balances", read_balance),
    Row("models.list", "GET", "/v1/projects/{}/models", read_models),
)

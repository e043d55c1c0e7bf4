"""How a project goes, and what goes with it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from bot import audit
from bot.desk import words
from bot.desk.believing import believed
from bot.desk.service import Desk
from bot.engine.port import Engine, Job
from bot.errors import CouldNotCheck, NotAllowed, NotFound, NotUnderstood, Unclear
from bot.operation import Actor, Description
from bot.policy import Hold
from bot.projects.naming import name_of
from bot.projects.operations import Contents, DeleteProject
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.port import Vendor
from bot.providers.provider import Provider
from bot.providers.roles import may_delete_project
from bot.slack.words import code, count, escape
from bot.store import accounts, keys, mirrors, people, projects, requests
from bot.store.projects import Project
from bot.vendors import vendor_of

KEYS_NAMED = 10
OUR_OWN = (
    "This project holds the key that Keydesk itself works with; deleting it would stop Keydesk. Nothing changed. "
    "Give Keydesk a key of another project first, as the runbook says."
)
UNKNOWN = "Keydesk could not tell whether its own key lives in this project, so nothing changed. Try again in a minute."
WENT_WITH_IT = "The project was deleted."


def beyond_us(session: Session, project_id: str) -> str | None:
    """Return why Keydesk's credential cannot delete a project, or None if it can, or nobody knows yet."""
    role = accounts.our_role(session, project_id)
    return None if may_delete_project(role) else beyond(vendor_of(session, project_id))


def beyond(vendor: Vendor) -> str:
    """Say that Keydesk's credential cannot delete a project, and who can."""
    return (
        f"Keydesk's key at {vendor.name} is not an owner's, so it cannot delete this project. "
        f"An owner of the project can, in {vendor.console}."
    )


@dataclass(frozen=True)
class ProjectLoss:
    """What goes with a project, in plain words: ``keys`` are (short id, whose), the soonest to end first.

    ``keys_read`` tells whether its keys were ever read. ``deciders`` is empty where nobody could approve the deletion.
    """

    project_id: str
    name: str
    contents: Contents
    keys: tuple[tuple[str, str], ...]
    keys_total: int
    waiting: int
    deciders: str
    vendor: Vendor
    keys_read: bool = True


def loss(session: Session, desk: Desk, actor: Actor, project: Project, contents: Contents) -> ProjectLoss:
    """Return what would go with a project, and who could approve that."""
    operation = DeleteProject(project_id=project.id, name=project.name, contents=contents)
    verdict = desk.judge(session, operation, actor)
    deciders = verdict.deciders if isinstance(verdict, Hold) else frozenset[str]()
    found, total = keys.search(session, project_id=project.id, limit=KEYS_NAMED)
    return ProjectLoss(
        project_id=project.id,
        name=project.name,
        contents=contents,
        keys=tuple((key.label, _owner(session, actor.team_id, key)) for key in found),
        keys_total=total,
        waiting=requests.waiting_count(session, actor.team_id, project.id),
        deciders=words.people_of(session, actor.team_id, deciders) if deciders else "",
        vendor=vendor_of(session, project),
        keys_read=mirrors.get(session, mirrors.of_keys(project.id)).read_at is not None,
    )


def _owner(session: Session, team_id: str, key: keys.Key) -> str:
    if key.owner is not None:
        return words.people_of(session, team_id, [key.owner])
    return key.member_email or "not made here"


def describe(session: Session, operation: DeleteProject, requester: str) -> Description:
    """Draw a deletion for those who decide, with what would be lost as it was when it was asked."""
    del requester
    live = keys.live_count(session, project_id=operation.project_id)
    contents, vendor = operation.contents, vendor_of(session, operation.project_id)
    return Description(
        title=f"Delete project · {operation.name}",
        wish=f"to delete the project {operation.name} at {vendor.name}, with everything in it.",
        why=operation.why,
        fields=(("Project", f"{vendor.name} · {escape(operation.name)}"), ("Id", code(operation.project_id))),
        evidence=(
            ("Live keys that stop working", str(live)),
            ("Members who lose it", escape(contents.members)),
            ("Open invites", escape(contents.invites)),
            ("Balance", escape(contents.balance)),
        ),
        risk=("High", f"It cannot be undone: {count(live, 'live key')} would stop working at once."),
    )


class ProjectDeletion:
    """Carries out `DeleteProject`."""

    def __init__(self, desk: Desk, engine: Engine, provider: Provider, identity: CredentialIdentity) -> None:
        self._desk = desk
        self._engine = engine
        self._provider = provider
        self._identity = identity

    async def execute(self, operation: DeleteProject, actor: Actor) -> str:
        """Delete the project, if it still has the name that was confirmed.

        Raises:
            NotAllowed: Keydesk's own key lives in it.
            NotUnderstood: it has another name now.
            CouldNotCheck: whether it does could not be told.
            ProviderError: it stands, or nobody can tell.
        """
        del actor
        await self.check_not_our_own(operation.project_id)
        try:
            await self._check_name(operation)
            await self._provider.delete_project(operation.project_id)
        except NotFound:
            await believed(self.settle(operation), f"that there is no project {operation.name}")
            return f"The provider has no project {operation.name} any more; somebody else deleted it."
        await believed(self.settle(operation), f"that the project {operation.name} is deleted")
        return f"The project {operation.name} is deleted, with every key in it."

    async def _check_name(self, operation: DeleteProject) -> None:
        name = name_of(await self._provider.project(operation.project_id))
        if name != operation.name:
            raise NotUnderstood(
                f"The project was called {operation.name} when this was asked and is called {name} now. Nothing "
                "changed; ask again if it is still to be deleted."
            )

    async def check_not_our_own(self, project_id: str) -> None:
        """Refuse to delete the project in which a key lives that Keydesk itself works with.

        Raises:
            NotAllowed: it does.
            CouldNotCheck: the provider did not say which key is our own.
            ProviderError: the provider did not say whether it does.
        """
        for own in await self._identity.own_keys(project_id):
            if own is None:
                raise CouldNotCheck(UNKNOWN)
            if await self._holds(project_id, own):
                raise NotAllowed(OUR_OWN)

    async def _holds(self, project_id: str, key_id: str) -> bool:
        """Tell whether a key lives in a project; that it does not, only if the whole list of its keys agrees."""
        try:
            with contextlib.suppress(NotFound):
                await self._provider.key(project_id, key_id)
                return True
            return await self._provider.lists_key(project_id, key_id)
        except Unclear as problem:  # of a read: nothing was sent yet
            raise CouldNotCheck(UNKNOWN) from problem

    async def settle(self, operation: DeleteProject) -> bool:
        """Tell whether the project is gone: it is not found, and the whole list of projects lacks it.

        Raises:
            ProviderError: the provider did not say.
        """
        try:
            await self._provider.project(operation.project_id)
        except NotFound:
            return await self._provider.lacks_project(operation.project_id)
        return False

    def done(self, session: Session, operation: DeleteProject, now: datetime) -> None:
        """Take the project out of every list, and end here what ended with it there."""
        projects.deleted(session, operation.project_id, now)
        self._engine.enqueue(session, Job("keys.end_with_project", operation.project_id), now)
        for user_id in people.at_home_in(session, operation.project_id):
            self._engine.enqueue(session, Job("home.refresh", user_id), now)
        for request in requests.withdrawable(session, operation.project_id):
            if requests.move(session, request, "cancelled", finished_at=now, note=WENT_WITH_IT):
                audit.note_request(session, audit.KEYDESK, "desk.cancelled", request, now, why=WENT_WITH_IT)
                self._desk.moved(session, request, now, news=True)

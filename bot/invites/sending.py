"""How invitations are sent, and how to find out later which were."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from bot.clock import Clock
from bot.engine.port import Engine, Job
from bot.errors import BotError, Conflict, NotAllowed, NotUnderstood, ProviderError, Refused, Unavailable, Unclear
from bot.invites import service
from bot.invites.addresses import Sorting, sort_out
from bot.invites.operations import SendInvites
from bot.operation import Actor, OperationKind
from bot.providers.provider import Provider
from bot.slack.words import listed
from bot.store import invites
from bot.store.database import Database
from bot.store.invites import Invite

OF_ONE_ADDRESS = (Conflict, NotUnderstood, Refused)  # the next address may well be taken

UNTOLD = (
    "The provider lists a member without an address, or an invitation without its role, so who is invited cannot be "
    "told."
)
ALL_SENT_AFTER = timedelta(minutes=2)  # twenty addresses, at a slow provider


@dataclass
class Outcome:
    """What became of each address."""

    sorting: Sorting
    sent: list[str] = field(default_factory=list)
    refused: dict[str, BotError] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    unclear: str | None = None

    @property
    def text(self) -> str:
        """All of it, in plain words."""
        parts = [
            f"Invited: {listed(self.sent)}." if self.sent else "",
            already(self.sorting),
            *(f"{email} was not invited: {problem.text}" for email, problem in self.refused.items()),
            f"The provider did not answer clearly about {self.unclear}." if self.unclear else "",
            f"Not tried: {listed(self.left)}." if self.left else "",
        ]
        return " ".join(part for part in parts if part)


class InviteSending:
    """Carries out `SendInvites`, one address after the other."""

    def __init__(self, database: Database, engine: Engine, clock: Clock, provider: Provider) -> None:
        self._database = database
        self._engine = engine
        self._clock = clock
        self._provider = provider

    def kinds(self) -> dict[str, OperationKind]:
        """Return what the desk must know of this operation."""
        kind = OperationKind(
            SendInvites,
            describe=service.describe,
            execute=self.send,
            settle=self.is_sent,
            settle_after=ALL_SENT_AFTER,
            done=self.sent,
        )
        return {SendInvites.kind: kind}

    async def send(self, operation: SendInvites, actor: Actor) -> str:
        """Invite everybody who is neither a member nor invited already, and tell what became of each.

        Raises:
            NotAllowed: an address is outside the allowed domains; nobody was invited.
            Unclear: the answer about one address was; those after it were not tried.
            BotError: nobody was invited; a passing one, that nobody was refused either.
        """
        project_id = operation.project_id
        outcome = Outcome(await self._sorted(operation, actor))
        waiting = list(outcome.sorting.send)
        while waiting and not outcome.unclear:
            email = waiting.pop(0)
            try:
                await self._provider.send_invite(project_id, email, operation.scope)
            except Unclear:
                outcome.unclear, outcome.left = email, waiting
            except OF_ONE_ADDRESS as problem:
                outcome.refused[email] = problem
            except ProviderError as problem:
                if not outcome.sent and not outcome.refused:
                    raise  # as it is: one that passes is tried again
                outcome.refused[email], outcome.left = problem, waiting
                break
            else:
                outcome.sent.append(email)
                await self._note(project_id, email, operation.scope, actor)
        return _told(outcome)

    async def _sorted(self, operation: SendInvites, actor: Actor) -> Sorting:
        members, invited = await self._there(operation.project_id)
        domains = await self._database.read(lambda session: invites.domains(session, actor.team_id))
        sorting = sort_out(operation.emails, members, invited, domains)
        if sorting.outside:
            raise outside(sorting.outside, domains)
        return sorting

    async def _there(self, project_id: str) -> tuple[set[str], set[str]]:
        """Return the addresses of members and of open invitations, as the provider lists them now.

        Raises:
            ProviderError: a list could not be read, or not all of it: somebody might be mailed who is there already.
        """
        members = (await self._provider.members(project_id)).certain("members")
        invited = (await self._provider.invites(project_id)).certain("invitations")
        return {member.email for member in members if member.email}, {invite.email for invite in invited}

    async def _note(self, project_id: str, email: str, scope: str, actor: Actor) -> None:
        now = self._clock.now()
        row = Invite(project_id=project_id, email=email, scope=scope, sent_by=actor.user_id, sent_at=now, read_at=now)
        await self._database.write(lambda session: invites.sent(session, row))

    async def is_sent(self, operation: SendInvites) -> bool | str:
        """Tell whether everybody was invited (or nobody); in words where only some were.

        Raises:
            ProviderError: the provider did not say, or not all of it: who is missing there would be mailed twice.
        """
        there = await self._arrived(operation)
        arrived = [email for email in operation.emails if email.casefold() in there]
        missing = [email for email in operation.emails if email.casefold() not in there]
        if arrived and missing:
            return f"Invited: {listed(arrived)}. Not invited: {listed(missing)}. You can invite them again."
        return bool(arrived)

    async def _arrived(self, operation: SendInvites) -> set[str]:
        """Return who is a member, or invited with the scope that was asked for, in small letters."""
        wanted = {email.casefold() for email in operation.emails}
        members = (await self._provider.members(operation.project_id)).certain("members")
        waiting = (await self._provider.invites(operation.project_id)).certain("invitations")
        unsaid = any(not each.scope.strip() and each.email.casefold() in wanted for each in waiting)
        if unsaid or any(member.email is None for member in members):
            raise Unavailable(UNTOLD)
        invited = {invite.email.casefold() for invite in waiting if invite.scope == operation.scope}
        return invited | {(member.email or "").casefold() for member in members}

    def sent(self, session: Session, operation: SendInvites, now: datetime) -> None:
        """Let the list of invitations follow."""
        self._engine.enqueue(session, Job("invites.mirror", operation.project_id), now)


def already(sorting: Sorting) -> str:
    """Say who was left out because they are there already."""
    parts = [
        f"Already a member: {listed(sorting.members)}." if sorting.members else "",
        f"Already invited: {listed(sorting.invited)}." if sorting.invited else "",
    ]
    return " ".join(part for part in parts if part)


def outside(emails: tuple[str, ...], domains: tuple[str, ...]) -> NotAllowed:
    """Return the refusal of addresses outside the allowed domains, with those that are allowed."""
    return NotAllowed(
        f"{listed(emails)}: only addresses at {listed(domains, 'or')} may be invited. Nobody was invited. "
        "Owners change this with /invites domains."
    )


def _told(outcome: Outcome) -> str:
    if outcome.unclear:
        raise Unclear(outcome.text)
    if outcome.refused and not outcome.sent:
        if len(outcome.refused) == 1 and not outcome.left:
            raise next(iter(outcome.refused.values()))
        raise Refused(outcome.text)
    if not outcome.sent:
        raise NotUnderstood(f"Nobody was invited. {outcome.text}")
    return outcome.text

"""How an account is removed: its credential is forgotten, its projects leave every list."""

from __future__ import annotations

from sqlmodel import Session

from bot import audit
from bot.accounts import service
from bot.accounts.operations import RemoveAccount
from bot.clock import Clock
from bot.errors import NotAllowed, NotUnderstood
from bot.operation import Actor, Description
from bot.slack.words import code, count, escape, listed
from bot.store import accounts
from bot.store.database import Database

MAIN_STAYS = "The main account stands in the environment, so it cannot be removed here. Nothing changed."


NAMED = 10


def describe(session: Session, operation: RemoveAccount, requester: str) -> Description:
    """Draw the end of an account for whoever decides: above all, which keys nobody can end here any more."""
    del requester
    lost = service.loss(session, operation.account_id)
    names = [*lost.projects[:NAMED], *([f"{len(lost.projects) - NAMED} more"] if len(lost.projects) > NAMED else [])]
    return Description(
        title=f"Remove an account · {lost.account.name}",
        wish=f"Keydesk to forget the account {lost.account.name}.",
        why="",
        fields=(
            ("Account", escape(lost.account.name)),
            (
                "Whose",
                "ours" if lost.account.customer is None else f"theirs (customer {escape(lost.account.customer)})",
            ),
            ("Credential", code(lost.account.fingerprint)),
        ),
        evidence=(
            ("Projects that leave every list", escape(listed(names)) or "none"),
            ("Live keys that can no longer be revoked here", str(len(lost.keys))),
        ),
        risk=("High", "only where Keydesk is installed can the account be added again"),
    )


class AccountRemoval:
    """Carries out `RemoveAccount`. Nothing changes at the provider."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def execute(self, operation: RemoveAccount, actor: Actor) -> str:
        """Remove the account, and return what to tell the actor.

        Raises:
            NotUnderstood: there is no such account in use, or another name was typed.
            NotAllowed: it is the main one.
        """
        return await self._database.write(lambda session: self._remove(session, operation, actor))

    def _remove(self, session: Session, operation: RemoveAccount, actor: Actor) -> str:
        now = self._clock.now()
        if operation.account_id == accounts.MAIN:
            raise NotAllowed(MAIN_STAYS)
        loss = service.loss(session, operation.account_id)
        if loss.account.name != operation.name.strip():
            raise NotUnderstood(f"You typed another name than {loss.account.name}. Nothing changed.")
        if not accounts.remove(session, operation.account_id, now):
            raise NotUnderstood("This account was removed already. Nothing changed.")
        audit.note(
            session,
            actor,
            "accounts.removed",
            operation.account_id,
            now,
            account=loss.account.name,
            customer=loss.account.customer,
            fingerprint=loss.account.fingerprint,
            keys_out_of_reach=[key.provider_key_id for key in loss.keys],
        )
        left = f" {count(len(loss.keys), 'live key')} made there can no longer be revoked here." if loss.keys else ""
        return f"The account {loss.account.name} was removed; its credential is forgotten.{left}"

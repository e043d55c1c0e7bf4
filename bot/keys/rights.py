"""What one person may do to keys: by the policy, and by what our credential may at the provider."""

from __future__ import annotations

from dataclasses import replace

from sqlmodel import Session

from bot.desk.service import Desk
from bot.keys.operations import EndKey
from bot.operation import Actor, Stakes
from bot.policy import PolicyContext, Refuse
from bot.providers.roles import may_end
from bot.store import accounts
from bot.store.accounts import Account
from bot.store.keys import Key

A_LEAK = Stakes(urgent=True)  # judged as one: whether others must agree is asked when it is


class KeyRights:
    """Judges as the desk does, in one session: the facts of a project are read once, however many its keys are."""

    def __init__(self, session: Session, desk: Desk, actor: Actor) -> None:
        self._session = session
        self._desk = desk
        self._actor = actor
        self._projects: dict[str, tuple[PolicyContext, Account | None]] = {}

    def refusal(self, key: Key) -> str | None:
        """Return why the policy does not let this person end a key, or None."""
        context, _ = self._facts(key.project_id)
        about = replace(context, subject_owner=key.owner, stakes=A_LEAK)
        verdict = self._desk.policy.decide(EndKey.kind, self._actor, about)
        return verdict.text if isinstance(verdict, Refuse) else None

    def approves(self, key: Key) -> bool:
        """Tell whether this person decides about the keys of its project."""
        context, _ = self._facts(key.project_id)
        return self._actor.user_id in (context.approvers or context.owners)

    def credential_suffices(self, key: Key) -> bool:
        """Tell whether the provider lets the credential of the key's account end it."""
        _, account = self._facts(key.project_id)
        return key.made_here or account is None or may_end(account.role, account.member_id, key.member_id)

    def may_end(self, key: Key) -> bool:
        """Tell whether both let this person end a key."""
        return self.refusal(key) is None and self.credential_suffices(key)

    def _facts(self, project_id: str) -> tuple[PolicyContext, Account | None]:
        if project_id not in self._projects:
            team_id, actor_id = self._actor.team_id, self._actor.user_id
            context = self._desk.policy_context(self._session, team_id, project_id, actor_id=actor_id)
            self._projects[project_id] = context, accounts.opening(self._session, project_id)
        return self._projects[project_id]

"""Revoke keys…: all live keys of a budget at once, after seeing who uses them and typing how many they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlmodel import Session

from bot.access.access import Access
from bot.access.places import workspace
from bot.desk.outcomes import answer
from bot.desk.service import Desk
from bot.errors import FormError, NotUnderstood
from bot.keys.operations import EndKeys
from bot.keys.rights import KeyRights
from bot.keys.views import beyond_us
from bot.operation import Actor
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.port import THE_PROVIDER
from bot.slack import blocks
from bot.slack.call import Call
from bot.slack.router import Routes
from bot.slack.routes import MEMBER, Route
from bot.slack.state import chosen, written
from bot.slack.words import count, cut, escape, user
from bot.spending.key_names import key_in_list
from bot.spending.live import keys_of
from bot.store import budgets, projects
from bot.store.budgets import Budget
from bot.store.database import Database
from bot.store.keys import Key

Block = dict[str, Any]

SHOWN = 40
PURPOSE_SHOWN = 60
MARK_LENGTH = 12
TITLE = "Revoke keys"
LEAKED = "leaked"
REASONS = (
    ("Not needed any more", "revoked", "a second person agrees first, where they are many or not yours to approve"),
    ("They leaked", LEAKED, "they are revoked at once, and all Owners are told"),
)
WAITS = "More than three keys of others within a day, or one that you do not approve for, wait for a second person."


@dataclass(frozen=True)
class KeysFound:
    """The live keys of a budget that Keydesk can end, and how many of them this person may end.

    ``beyond_us`` counts those that only somebody else at the provider can end; ``about`` says whose budget it is.
    """

    budget_id: str
    keys: tuple[Key, ...]
    endable: int
    beyond_us: int = 0
    project_id: str = ""
    about: str = ""

    @property
    def mark(self) -> str:
        """Which keys these are, in a few letters that a form carries: only what was shown may be ended."""
        return sha256(" ".join(sorted(key.id for key in self.keys)).encode()).hexdigest()[:MARK_LENGTH]


class KeyBulkRevokeListeners:
    """Answers “Revoke keys…” of an alert and of a budget."""

    def __init__(self, desk: Desk, database: Database, identity: CredentialIdentity) -> None:
        self._desk = desk
        self._database = database
        self._identity = identity

    def routes(self) -> Routes:
        """Return what this part of the room answers to; everybody may end their own keys, whatever their role."""
        revoke = Route(self.revoke, MEMBER, workspace, window=TITLE, waits="Revoking the keys…", reads=_read_number)
        return Routes(
            actions={"budgets.end_keys": Route(self.ask, MEMBER, workspace, window=TITLE)},
            views={"keys.bulk_revoke": revoke},
        )

    async def ask(self, call: Call, access: Access) -> Block:
        """Show who breaks, and ask for the number of keys to be typed."""
        return confirm_form(await self._find(call.value, access.actor))

    async def revoke(self, call: Call, access: Access) -> Block | str:
        """Let the keys be ended by a job: however many they are, and whatever happens to this process."""
        budget_id, _, mark = read_metadata(call.metadata)
        actor = access.actor
        found = await self._find(budget_id, actor)
        if found.mark != mark or found.endable < len(found.keys):
            return confirm_form(found, "Meanwhile the keys have changed: please look again.")
        wish = EndKeys(
            project_id=found.project_id,
            key_ids=tuple(key.id for key in found.keys),
            form=call.view_id or "",
            about=found.about,
            leaked=chosen(call.state, "reason") == LEAKED,
        )
        outcome = await self._desk.submit(wish, actor, call.view_id)
        return await self._database.read(lambda session: answer(session, actor, outcome, "these keys work on"))

    async def _find(self, budget_id: str, actor: Actor) -> KeysFound:
        own = await self._identity.own_keys_told()  # who ends one that was not told is asked again, and refused
        return await self._database.read(lambda session: find(session, self._desk, budget_id, actor, own))


def find(
    session: Session, desk: Desk, budget_id: str, actor: Actor, own: Collection[tuple[str, str | None]] = frozenset()
) -> KeysFound:
    """Return the live keys of a budget, judged for this person; those that Keydesk works with (``own``) stay.

    Raises:
        NotUnderstood: there is no such budget in their workspace.
    """
    budget = budgets.get(session, budget_id)
    if budget is None or budget.team_id != actor.team_id:
        raise NotUnderstood("There is no such budget any more. Nothing changed.")
    rights = KeyRights(session, desk, actor)
    every = [key for key in keys_of(session, budget) if (key.provider, key.provider_key_id) not in own]
    ours = [key for key in every if rights.credential_suffices(key)]
    endable = sum(rights.refusal(key) is None for key in ours)
    about = f"the {budget.scope} {_called(session, budget)}"
    return KeysFound(budget_id, tuple(ours), endable, len(every) - len(ours), budget.project_id, about)


def _called(session: Session, budget: Budget) -> str:
    return projects.name_of(session, budget.ref) if budget.scope == "project" else budget.ref


def confirm_form(found: KeysFound, problem: str = "") -> Block:
    """Draw who breaks; with keys that this person may end, also the field for their number."""
    number = len(found.keys)
    lines = [_line(key) for key in found.keys[:SHOWN]]
    if number > SHOWN:
        lines.append(f"… and {number - SHOWN} more")
    listed = [blocks.section("\n".join(lines[start : start + 8])) for start in range(0, len(lines), 8)]
    if found.beyond_us:
        what = "more key" if number else "key"
        why = beyond_us(THE_PROVIDER)
        listed.append(blocks.context(f"{count(found.beyond_us, what)} cannot be revoked here. {why}"))
    if not number:
        return blocks.modal(
            "keys.notice", TITLE, listed or [blocks.section("No live key is left here.")], close="Close"
        )
    if found.endable < number:
        text = f"You may revoke {found.endable} of these {number} keys; the project's approvers and owners may all."
        return blocks.modal("keys.notice", TITLE, [*listed, blocks.section(text)], close="Close")
    return blocks.modal(
        "keys.bulk_revoke",
        TITLE,
        [
            *blocks.problem(problem),
            blocks.section("*Whatever uses these keys stops working at once. This cannot be undone.*"),
            *listed,
            blocks.input_(f"Type {number} to revoke {count(number, 'key')}", "number", blocks.text_input("number")),
            blocks.input_(
                "Why?",
                "reason",
                blocks.radio("reason", [blocks.option(*each) for each in REASONS], initial=REASONS[0][1]),
            ),
            blocks.context(WAITS),
        ],
        submit="Revoke keys",
        close="Keep them",
        private_metadata=f"{found.budget_id}:{number}:{found.mark}",
    )


def _read_number(call: Call) -> None:
    """Raise FormError unless the number of keys was typed that the form asks for."""
    _, asked, _ = read_metadata(call.metadata)
    if written(call.state, "number").strip() != asked:
        raise FormError("number", f"Type {asked}, the number of keys, to revoke them.")


def read_metadata(carried: str) -> tuple[str, str, str]:
    """Read what the form carries: the budget, the number of keys that were shown, and which they were."""
    budget_id, _, rest = carried.partition(":")
    number, _, mark = rest.partition(":")
    return budget_id, number, mark


def _line(key: Key) -> str:
    owner = user(key.owner) if key.owner else escape(key.member_email or "made outside Keydesk")
    where = f" · in {escape(cut(key.place, PURPOSE_SHOWN))}" if key.place else ""
    return f"• {key_in_list(key)} · {owner}{where}"

"""What the end of keys does to others: how many one person ends within a day, and which are no business of theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session

from bot import audit
from bot.desk.service import Desk
from bot.keys.operations import EndKey, EndKeys
from bot.keys.rights import KeyRights
from bot.operation import Actor, Description, Stakes
from bot.slack.words import count, cut, escape, user
from bot.spending.key_names import key_in_list
from bot.store import keys, persons, projects, record
from bot.store.keys import Key

WITHIN = timedelta(hours=24)
LET_RUN = "keys.end.let_run"
SHOWN = 12
PURPOSE_SHOWN = 60


class KeyEnds:
    """Counts the keys of others that somebody ends, in the transaction that judges the next one."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def of_one(self, session: Session, operation: EndKey, actor: Actor, now: datetime) -> Stakes:
        """Tell what is at stake in the end of one key."""
        key = keys.get(session, operation.key_id)
        if key is None or key.owner in persons.known(session, actor.team_id).ids(actor.user_id):
            return Stakes()
        return Stakes(ended=self._with(session, actor, [key], now), urgent=operation.leaked)

    def of_many(self, session: Session, operation: EndKeys, actor: Actor, now: datetime) -> Stakes:
        """Tell what is at stake in the end of many keys."""
        own = persons.known(session, actor.team_id).ids(actor.user_id)
        others = [key for key in keys.by_ids(session, operation.key_ids) if key.owner not in own]
        if not others:
            return Stakes()
        rights = KeyRights(session, self._desk, actor)
        return Stakes(
            ended=self._with(session, actor, others, now),
            refused=any(rights.refusal(key) is not None for key in others),
            widens=any(not rights.approves(key) for key in others),
            urgent=operation.leaked,
        )

    def let_run(self, session: Session, operation: EndKey | EndKeys, actor: Actor, now: datetime) -> None:
        """Write down which keys of others were let end at once: the next one is judged by it."""
        ids = operation.key_ids if isinstance(operation, EndKeys) else (operation.key_id,)
        ended = [key for key in keys.by_ids(session, ids) if key.state != "ended"]
        own = persons.known(session, actor.team_id).ids(actor.user_id)
        for key in ended:
            if key.owner not in own:
                audit.note(session, actor, LET_RUN, key.id, now, project_id=key.project_id, leaked=operation.leaked)
        if operation.leaked and ended:
            self._tell_owners(session, ended, actor, now)

    def _with(self, session: Session, actor: Actor, wanted: Sequence[Key], now: datetime) -> int:
        """Count these keys with those that this person was let end within a day."""
        theirs = persons.known(session, actor.team_id).ids(actor.user_id)
        ids = {entry.subject for entry in record.by_actor(session, actor.team_id, theirs, LET_RUN, now - WITHIN)}
        return len(ids | {key.id for key in wanted})

    def _tell_owners(self, session: Session, ended: Sequence[Key], actor: Actor, now: datetime) -> None:
        own = persons.known(session, actor.team_id).ids(actor.user_id)
        owners = self._desk.policy_context(session, actor.team_id, "").owners - own
        what = "a key" if len(ended) == 1 else count(len(ended), "key")
        lines = "\n".join(line(key) for key in ended[:SHOWN])
        more = f"\n… and {len(ended) - SHOWN} more" if len(ended) > SHOWN else ""
        text = f"<@{actor.user_id}> is revoking {what} as *leaked*, which waits for nobody:\n{lines}{more}"
        self._desk.inform(session, actor.team_id, owners, text, now)


def line(key: Key) -> str:
    """Say in a line (mrkdwn) which key this is, and who used it."""
    owner = user(key.owner) if key.owner else escape(key.member_email or "made outside Keydesk")
    return f"• {key_in_list(key)} · {owner}"


def describe_one(session: Session, operation: EndKey, requester: str) -> Description:
    """Draw the end of a key for whoever decides."""
    key = keys.get(session, operation.key_id)
    return _described(session, [key] if key is not None else [], requester, "a key")


def describe_many(session: Session, operation: EndKeys, requester: str) -> Description:
    """Draw the end of many keys for whoever decides: above all, whose they are."""
    found = keys.by_ids(session, operation.key_ids)
    of = f" of {operation.about}" if operation.about else ""
    return _described(session, found, requester, f"{count(len(found), 'key')}{of}")


def _described(session: Session, found: Sequence[Key], requester: str, what: str) -> Description:
    names = sorted({projects.name_of(session, key.project_id) for key in found})
    shown = [line(key) for key in found[:SHOWN]]
    shown += [f"… and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    others = {key.owner for key in found if key.owner not in (None, requester)}
    return Description(
        title=f"Revoke {cut(what, PURPOSE_SHOWN)}",
        wish=f"to revoke {what}, at once and for good.",
        why="",
        fields=(
            ("Project", escape(cut(", ".join(names), 200)) or "–"),
            ("Keys", str(len(found))),
            ("Whose", f"{count(len(others), 'owner')} beside the asker"),
        ),
        evidence=(("Which", "\n".join(shown) or "none is left"),),
        risk=("High", "whatever uses these keys stops working at once; it cannot be undone"),
    )

"""How a held change of settings is drawn for whoever decides: every value before and after."""

from __future__ import annotations

from sqlmodel import Session

from bot.desk import words
from bot.operation import Description
from bot.projects.operations import ChangeProjectSettings, Value
from bot.slack.words import channel, count, listed, user
from bot.store import keys, projects, requests

LABELS = {
    "approvers": "Who approves keys",
    "channel": "Approvals channel",
    "recommended_days": "Recommended duration",
    "most_days": "Longest duration",
}
MENTIONED = 10


def describe(session: Session, operation: ChangeProjectSettings, requester: str) -> Description:
    """Draw a change of settings: what it is now, what it will be, and what hangs on it."""
    del requester
    project = projects.name_of(session, operation.project_id)
    changed = listed(LABELS[name].lower() for name in operation.after)
    return Description(
        title=f"Project settings · {project}",
        wish=f"to change {changed} of {project}.",
        why=operation.why,
        fields=tuple(
            (LABELS[name], f"now: {_drawn(operation.before.get(name), name)}\nthen: {_drawn(value, name)}")
            for name, value in operation.after.items()
        ),
        evidence=_evidence(session, operation),
        risk=_risk(operation),
    )


def _evidence(session: Session, operation: ChangeProjectSettings) -> tuple[tuple[str, str], ...]:
    before, after = operation.approvers(operation.before), operation.approvers(operation.after)
    changes = (
        ("Approves from then on", after - before),
        ("Approves no more, and is told", before - after),
    )
    people = tuple((label, _mentions(who)) for label, who in changes if who)
    project_id = operation.project_id
    live, open_ = keys.live_count(session, project_id=project_id), len(requests.withdrawable(session, project_id))
    return (*people, ("In this project", f"{count(live, 'live key')}, {count(open_, 'open request')}"))


def _risk(operation: ChangeProjectSettings) -> tuple[str, str]:
    if "approvers" in operation.after:
        return "High", "whoever approves decides about every new key of this project"
    if "channel" in operation.after:
        return "Medium", "whoever is in the channel sees every request for a key of this project"
    return "Medium", "keys may live longer than anybody needs them"


def _drawn(value: Value, name: str) -> str:
    """Draw a value (mrkdwn), with mentions beside which no taken name can stand."""
    if isinstance(value, tuple):
        return _mentions(value) if value else "the owners, as none is set"
    if name == "channel":
        return channel(str(value)) if value else "none: approvers get a direct message"
    return count(int(value or 0), "day")


def _mentions(who: frozenset[str] | tuple[str, ...]) -> str:
    named = [user(user_id) for user_id in sorted(who)]
    more = len(named) - MENTIONED
    return listed(named if more <= 0 else [*named[:MENTIONED], f"{more} more"])


def said(session: Session, team_id: str, name: str, value: Value) -> str:
    """Say a value in plain words."""
    if isinstance(value, tuple):
        return f"{LABELS[name].lower()}: {words.people_of(session, team_id, value) if value else 'the owners'}"
    if name == "channel":
        return "another approvals channel" if value else "no approvals channel"
    return f"{LABELS[name].lower()}: {count(int(value or 0), 'day')}"

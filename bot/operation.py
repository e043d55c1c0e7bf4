"""What can be asked, as values: an operation says *what*, never how it was asked.

Rooms define their operations as frozen pydantic models; the composition root pairs each with an
`OperationKind`, and the desk knows nothing else about it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

LANDS_LATE = timedelta(seconds=90)  # how long after we gave a call up a provider may still carry it out


@dataclass(frozen=True)
class Stakes:
    """What an operation would change for others: facts by which the policy judges it.

    ``widens``: somebody would get power, decide, or be invited, who could not before. ``lowers``: somebody who holds
    as much as an Owner would have less. ``concerned`` are the user ids of those who would lose something, while they
    are active members. Of the end of keys: ``ended`` counts the keys of others that its asker ends within a day, with
    these; ``refused`` tells that some are not theirs to end, ``urgent`` that a key leaked.
    """

    widens: bool = False
    lowers: bool = False
    concerned: frozenset[str] = frozenset()
    ended: int = 0
    refused: bool = False
    urgent: bool = False


class Operation(BaseModel):
    """Something a person asks for. Stored as JSON with a held request, so only ever gain optional fields."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: ClassVar[str]

    project_id: str

    @property
    def stakes(self) -> Stakes:
        """What is at stake, as far as the operation itself tells it."""
        return NO_STAKES


NO_STAKES = Stakes()


@dataclass(frozen=True)
class Actor:
    """A member of the workspace whose profile was read a minute ago at most.

    Identity is ``(team_id, user_id)``; name and ``tz`` (an IANA zone) are for display only.
    """

    team_id: str
    user_id: str
    name: str = ""
    tz: str = "UTC"


class Description(BaseModel):
    """How the desk draws an operation; kept with the request, so that a card stays what its approver saw.

    ``title``, ``wish`` (it follows “… wants”: “a key for …”) and ``why`` are plain text, escaped by whoever shows
    them. ``fields`` are (label, mrkdwn) pairs in the order in which people read them,
    ``evidence`` what helps to decide well; their room has escaped them. ``risk`` is (word, reason).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: str
    wish: str
    why: str
    fields: tuple[tuple[str, str], ...] = ()
    evidence: tuple[tuple[str, str], ...] = ()
    risk: tuple[str, str] = ("Low", "")


@dataclass(frozen=True)
class Offer:
    """A button for the requester: ``action`` is answered by the operation's own room; ``confirm`` asks before."""

    label: str
    action: str
    value: str
    style: Literal["primary", "danger"] | None = None
    confirm: str | None = None


@dataclass(frozen=True)
class FollowUp:
    """What came of an approval so far, and what its owner can do next."""

    fields: tuple[tuple[str, str], ...] = ()
    offers: tuple[Offer, ...] = ()


@dataclass(frozen=True)
class OperationKind:
    """What the desk must know of one kind of operation; the composition root fills a table of these.

    ``check(session, operation, actor)`` raises a `FormError` where rows tell that what was typed cannot be.
    ``describe(session, operation, requester)`` draws it from the local store, and ``follow_up(session, request id,
    version, state)`` what came of it. For the policy, ``subject_owner(session, operation)`` tells whose thing it is
    about, and ``stakes(session, operation, actor, now)`` what it would change for others, where rows must be asked.
    ``admitted(session, operation, actor, now)`` writes down, in the transaction that judged it, that it runs at once:
    what is judged next knows of it. ``moved(session, operation, team id)`` says why a held change is void, because what
    it was to change is not as it was when it was asked; None while it stands. ``forbidden(session, operation, team
    id)`` says why the rules of today do not allow what those of the asking did; None while they do.
    ``execute(operation, actor)`` does it and returns what to tell the actor; None where an approval grants a right that
    its owner exercises later (a key is made while its owner watches).

    ``settle(operation)`` finds out, after a crash or an unclear answer, whether the provider did it; it raises a
    `BotError` where that cannot be told yet, returns words where only a part of it was done, and is first asked
    ``settle_after`` the intent, when no call of ``execute`` is waited for any more. As the provider may still carry out
    one that was given up, only a whole yes is believed at once, anything else once ``LANDS_LATE`` has passed, too.
    None for what changes nothing at a provider: that is run again, and so must not mind. ``done(session, operation,
    now)`` writes down what is true once it was done, in the transaction that says so.
    """

    type: type[Operation]
    check: Callable[[Session, Any, Actor], None] | None = None
    describe: Callable[[Session, Any, str], Description] | None = None
    follow_up: Callable[[Session, str, int, str], FollowUp] | None = None
    subject_owner: Callable[[Session, Any], str | None] | None = None
    stakes: Callable[[Session, Any, Actor, datetime], Stakes] | None = None
    admitted: Callable[[Session, Any, Actor, datetime], None] | None = None
    moved: Callable[[Session, Any, str], str | None] | None = None
    forbidden: Callable[[Session, Any, str], str | None] | None = None
    execute: Callable[[Any, Actor], Awaitable[str]] | None = None
    settle: Callable[[Any], Awaitable[bool | str]] | None = None
    settle_after: timedelta = timedelta(seconds=30)
    done: Callable[[Session, Any, datetime], None] | None = None

    @property
    def believed_after(self) -> timedelta:
        """The age of an intent at which “it was not done” is believed."""
        return self.settle_after + LANDS_LATE if self.settle is not None else self.settle_after

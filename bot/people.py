"""Who is this, and may they use Keydesk: judged against a Slack profile that is at most a minute old."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.errors import CouldNotCheck, NotAllowed
from bot.foreign import visible
from bot.groups import Groups
from bot.operation import Actor
from bot.slack.codes.sentences import Meaning
from bot.slack.throttle import Throttle, in_words
from bot.slack.web import SlackError, SlackRateLimited, SlackUnclear
from bot.store import people, persons
from bot.store.database import Database
from bot.store.people import Person

FRESH_SECONDS = 60.0
MOST_REMEMBERED = 10_000
NAME_LONGEST = 80  # Slack's own bound
NO_SUCH_ID = "user_not_found"
"""“Value passed for user was invalid”, unlike ``user_not_visible`` (docs.slack.dev/reference/methods/users.info)."""
NOT_READ = "Keydesk could not read your Slack profile, so nothing changed."

REFUSALS: Mapping[str, str] = {
    "guest": "Keydesk is for people whom Slack calls full members of this workspace; guests cannot use it. "
    "Ask a member of your team.",
    "bot": "Keydesk answers people only, not bots.",
    "stranger": "Keydesk is for members of this workspace; people from connected workspaces cannot use it.",
    "deactivated": "This account is deactivated, so Keydesk cannot act for it.",
}
TOO_MANY = "Slack wants to hear less from Keydesk just now. Please try again in {wait}."

Profile = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Reads one user's object (``users.info``) by user id; raises `SlackError`."""


class People:
    """The door: everybody who acts passes it first; who is in which user group is fresh from then on.

    Freshness follows the machine's clock, never the one that people can move.
    """

    def __init__(self, database: Database, profile: Profile, team_id: str, groups: Groups) -> None:
        self._database = database
        self._profile = profile
        self._team_id = team_id
        self._groups = groups
        self._fresh: dict[str, tuple[float, Person]] = {}
        self._throttle = Throttle("users.info")
        self._asking: dict[str, asyncio.Task[Person]] = {}

    async def authenticate(self, team_id: str, user_id: str) -> Actor:
        """Return the person who acts, by the id that stands for them, whichever of theirs they came with.

        Raises:
            NotAllowed: a guest, a bot, somebody from elsewhere, or a deactivated account.
            CouldNotCheck: Slack did not say; nothing may change.
        """
        if team_id != self._team_id:
            raise NotAllowed(REFUSALS["stranger"])
        person = await self._person(user_id)
        if person.standing != "member":
            raise NotAllowed(REFUSALS[person.standing])
        await self._groups.keep_fresh()
        first = person.user_id
        if person.org_user_id is not None:
            first = await self._database.read(lambda session: persons.first_id(session, person))
        return Actor(team_id=person.team_id, user_id=first, name=person.name, tz=person.tz)

    async def is_member(self, user_id: str) -> bool:
        """Tell whether somebody whom another person named is a full, active member of this workspace.

        Raises:
            CouldNotCheck: Slack did not say; nothing may change.
        """
        return (await self._person(user_id)).standing == "member"

    async def known(self, team_id: str, user_id: str) -> bool:
        """Tell from what is remembered here, without asking Slack, whether this is a member."""
        if team_id != self._team_id:
            return False
        person = await self._database.read(lambda session: people.get(session, team_id, user_id))
        return person is not None and person.standing == "member"

    async def load_profiles(self, user_ids: Iterable[str]) -> bool:
        """Read the profiles of these people, so that cards name them and those who left no longer count.

        Tell whether Slack said of all of them.
        """
        said_of_all = True
        for user_id in user_ids:
            try:
                await self._person(user_id)
            except CouldNotCheck:
                said_of_all = False
        return said_of_all

    async def look_again(self, user_ids: Iterable[str]) -> bool:
        """Read these profiles now, whatever is remembered of them; tell whether Slack said of all of them."""
        wanted = list(user_ids)
        for user_id in wanted:
            self._fresh.pop(user_id, None)
        return await self.load_profiles(wanted)

    async def require_profiles(self, user_ids: Iterable[str]) -> None:
        """Read the profiles of those of these people of whom Slack was never asked.

        Raises:
            CouldNotCheck: Slack did not say of all of them; nothing may change.
        """
        wanted = frozenset(user_ids)
        unread = await self._database.read(lambda session: people.unread(session, self._team_id, wanted))
        if not await self.load_profiles(sorted(unread)):
            raise CouldNotCheck(
                "Keydesk could not read every Slack profile that this depends on, so nothing changed. "
                "Please try again in a minute."
            )

    async def changed(self, team_id: str, user: Mapping[str, Any]) -> None:
        """Note what an event says of somebody known here, so that whoever left stops counting at once.

        An event can take away, and says nothing more: it may be an old one, on Enterprise Grid it may not say whose
        somebody is, and the flags of a sister workspace are not ours. So whoever is alone by it is not known to be, and
        whatever else it would change is asked of `users.info`. Slack tells of everybody; those who never came here are
        none of our business.
        """
        if team_id != self._team_id:
            return
        said = read_profile(self._team_id, user, datetime.now(UTC))
        self._fresh.pop(said.user_id, None)
        known = await self._database.read(lambda session: people.get(session, self._team_id, said.user_id))
        if known is None:
            return
        if _takes_away(user) and _speaks_of(team_id, user):
            await self._database.write(
                lambda session: people.doubt(session, team_id, said.user_id, said.standing, said.read_at)
            )
        elif not _takes_away(user) and _changes_nothing(known, said, user):
            await self._database.write(lambda session: people.update_name(session, said))
        else:
            await self.load_profiles([said.user_id])

    async def _person(self, user_id: str) -> Person:
        remembered = self._fresh.get(user_id)
        if remembered is not None and time.monotonic() - remembered[0] < FRESH_SECONDS:
            return remembered[1]
        asking = self._asking.get(user_id)
        if asking is None:
            asking = self._asking[user_id] = asyncio.create_task(self._ask(user_id))
            asking.add_done_callback(lambda _: self._asking.pop(user_id, None))
        # Shielded: one caller who gives up must not take the answer away from the others.
        return await asyncio.shield(asking)

    async def _ask(self, user_id: str) -> Person:
        # The times are those of the question: what an event says meanwhile is newer than the answer.
        asked_at, now = time.monotonic(), datetime.now(UTC)
        try:
            told = await self._told(user_id)
        except SlackError as problem:
            if problem.meaning is not Meaning.CLOSED:
                raise CouldNotCheck(f"{NOT_READ} {_why(problem)}") from problem
            person = await self._not_shown(user_id, problem, now)
        else:
            said = read_profile(self._team_id, told, now)
            person = await self._database.write(lambda session: people.save(session, said, datetime.now(UTC)))
        if len(self._fresh) >= MOST_REMEMBERED:
            self._fresh.clear()
        if person.doubted_at in (None, now):  # else an event overtook the answer: the next click asks again
            self._fresh[user_id] = (asked_at, person)
        return person

    async def _told(self, user_id: str) -> Mapping[str, Any]:
        told = await self._throttle.ask(lambda: self._profile(user_id))
        if not told.get("id"):
            raise SlackUnclear("users.info", "incomplete_answer")
        return told

    async def _not_shown(self, user_id: str, problem: SlackError, now: datetime) -> Person:
        """Note that Slack does not show somebody: a stranger to us, of whom it may be unknown what they are."""
        nobody = read_profile(self._team_id, {"id": user_id, "is_stranger": True}, now)
        invalid = problem.code == NO_SUCH_ID
        return await self._database.write(lambda session: people.not_shown(session, nobody, invalid=invalid))


def _why(problem: SlackError) -> str:
    """Say what Slack said, and when to try again where it said that, too."""
    if isinstance(problem, SlackRateLimited):
        return TOO_MANY.format(wait=in_words(problem.retry_after))
    return problem.verdict.words


def read_profile(team_id: str, user: Mapping[str, Any], now: datetime) -> Person:
    """Read Slack's user object (``users.info``) into a person of ``team_id``."""
    profile = user.get("profile") or {}
    given = (profile.get("display_name"), user.get("real_name"), user.get("name"))
    names = (visible(str(name)).strip()[:NAME_LONGEST] for name in given if name)
    return Person(
        team_id=team_id,
        user_id=str(user["id"]),
        name=next(filter(None, names), str(user["id"])),
        tz=str(user.get("tz") or "UTC")[:NAME_LONGEST],
        standing=_standing(team_id, user),
        read_at=now,
        org_user_id=_org_user_id(user),
    )


def _org_user_id(user: Mapping[str, Any]) -> str | None:
    enterprise_user = user.get("enterprise_user")
    found = enterprise_user.get("id") if isinstance(enterprise_user, Mapping) else None
    return str(found)[:NAME_LONGEST] if found else None


def _standing(team_id: str, user: Mapping[str, Any]) -> str:
    """Judge a user object; what gives a right must be said (docs.slack.dev/reference/objects/user-object).

    ``deleted`` may be absent of an active account; ``is_restricted`` of an active one never is.
    """
    if user.get("deleted"):
        return "deactivated"
    if user.get("is_bot") or user.get("id") == "USLACKBOT":
        return "bot"
    if user.get("is_stranger") or team_id not in _workspaces(user):
        return "stranger"
    if user.get("is_restricted") is not False or user.get("is_ultra_restricted"):
        return "guest"
    return "member"


def _workspaces(user: Mapping[str, Any]) -> set[str]:
    """Return the workspaces that Slack says this person is in.

    On Enterprise Grid ``team_id`` is one of them or absent, and ``enterprise_user.teams`` lists all.
    """
    enterprise_user = user.get("enterprise_user")
    teams = enterprise_user.get("teams") if isinstance(enterprise_user, Mapping) else None
    return {str(each) for each in (user.get("team_id"), *(teams if isinstance(teams, list) else ())) if each}


def _takes_away(user: Mapping[str, Any]) -> bool:
    """Tell whether a user object says in so many words that this is no full, active member."""
    flags = ("deleted", "is_bot", "is_stranger", "is_restricted", "is_ultra_restricted")
    return any(user.get(flag) for flag in flags)


def _speaks_of(team_id: str, user: Mapping[str, Any]) -> bool:
    """Tell whether the flags of a user object may be those of our workspace: it names ours as the home, or none."""
    return user.get("team_id") in (team_id, None, "")


def _changes_nothing(known: Person, said: Person, user: Mapping[str, Any]) -> bool:
    """Tell whether an event leaves somebody what they are: as it says, or because it names no workspace at all."""
    return said.standing == known.standing or (known.standing == "member" and not _workspaces(user))

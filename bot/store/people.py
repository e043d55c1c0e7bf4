"""People: what Slack last said of them, and the project each has chosen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import Index, func, or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store.columns import UTCDateTime, one_of
from bot.store.conditional import change
from bot.store.database import once
from bot.store.upsert import insert_into

STANDINGS = ("member", "guest", "bot", "stranger", "deactivated")
SAID = {"name", "tz", "standing", "read_at", "doubted_at", "org_user_id"}  # what Slack says; the rest is the person's


class Person(SQLModel, table=True):
    """One Slack user. ``standing`` is "member" for those who may use Keydesk, else what they are instead.

    ``org_user_id`` is their id in the whole organisation (``enterprise_user.id``), on Enterprise Grid alone: somebody
    may come with a W-id here and a U-id there, and is still one person.

    ``read_at`` is when Slack was last asked (``users.info``), ``doubted_at`` when something else than its answer took
    their right away: an event, or that Slack would not show them. Such people may do nothing, and yet nobody knows that
    they are gone. Both are the machine's time; a ``read_at`` that lies ahead of it is no knowledge.
    """

    __tablename__ = "people"
    __table_args__ = (
        one_of("standing", STANDINGS),
        Index("ix_people_team_id_org_user_id", "team_id", "org_user_id"),
    )

    team_id: str = Field(primary_key=True)
    user_id: str = Field(primary_key=True)
    name: str = ""
    tz: str = "UTC"
    standing: str = "member"
    read_at: datetime = Field(sa_type=UTCDateTime)
    doubted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    project_id: str | None = None
    home_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    org_user_id: str | None = None
    known_since: datetime | None = Field(default=None, sa_type=UTCDateTime)


def get(session: Session, team_id: str, user_id: str) -> Person | None:
    """Return the person as last read, or None."""
    return session.get(Person, (team_id, user_id))


def save(session: Session, person: Person, now: datetime) -> Person:
    """Write what Slack said, unless something newer stands there, and return what stands there then.

    What the person chose and did stays. Two processes may do so at once; what one whose clock is ahead wrote, at a time
    that is still to come by ``now``, is not newer.
    """
    said = person.model_dump(include=SAID)
    if person.org_user_id is None:  # an answer that leaves it out does not make two people of one
        del said["org_user_id"]
    read, doubted = col(Person.read_at), col(Person.doubted_at)
    older = or_(read <= person.read_at, read > now)
    no_newer_doubt = or_(doubted.is_(None), doubted <= person.read_at, doubted > now)
    session.execute(
        insert_into(session, Person)
        .values(team_id=person.team_id, user_id=person.user_id, known_since=now, **said)
        .on_conflict_do_update(index_elements=["team_id", "user_id"], set_=said, where=older & no_newer_doubt)
    )
    return session.get_one(Person, (person.team_id, person.user_id), populate_existing=True)


def doubt(session: Session, team_id: str, user_id: str, standing: str, now: datetime) -> None:
    """Take the right of somebody known here away until Slack is asked again; nothing of anybody else."""
    change(
        session,
        Person,
        col(Person.team_id) == team_id,
        col(Person.user_id) == user_id,
        standing=standing,
        doubted_at=now,
    )


def not_shown(session: Session, person: Person, *, invalid: bool) -> Person:
    """Write that Slack, asked now, did not show this person, and return them; ``invalid`` if it said "no such id".

    An id of which it never told anything, or only that it is a stranger's, is then nobody's. Whom it once told of, or
    does not let us see, may still be a member: that stays in doubt.
    """
    known = get(session, person.team_id, person.user_id)
    never_told = known is None or (known.standing == "stranger" and known.doubted_at is None)
    if known is None or (invalid and never_told):
        person.doubted_at = None if invalid else person.read_at
        return save(session, person, person.read_at)
    doubt(session, person.team_id, person.user_id, person.standing, person.read_at)
    session.refresh(known)
    return known


def update_name(session: Session, person: Person) -> None:
    """Write how somebody who is known here is called and in which zone they are; when they were judged stays."""
    change(
        session,
        Person,
        col(Person.team_id) == person.team_id,
        col(Person.user_id) == person.user_id,
        name=person.name,
        tz=person.tz,
    )


def choose_project(session: Session, team_id: str, user_id: str, project_id: str) -> None:
    """Keep this project as the person's own choice."""
    person = get(session, team_id, user_id)
    if person is not None:
        person.project_id = project_id


def in_project(session: Session, project_id: str) -> bool:
    """Tell whether anybody has chosen this project."""
    return session.exec(select(Person.user_id).where(col(Person.project_id) == project_id).limit(1)).first() is not None


def named(session: Session, team_id: str, user_ids: Iterable[str]) -> dict[str, Person]:
    """Return those of these people who are known here, by user id; each is read once in a session that only reads."""
    wanted = list(dict.fromkeys(user_ids))
    known: dict[str, Person | None] = once(session, (named, team_id), dict)
    lacking = [user_id for user_id in wanted if user_id not in known]
    if lacking:
        found = select(Person).where(col(Person.team_id) == team_id, col(Person.user_id).in_(lacking))
        known |= dict.fromkeys(lacking) | {person.user_id: person for person in session.exec(found)}
    return {user_id: person for user_id in wanted if (person := known[user_id]) is not None}


def called(session: Session, team_id: str, names: Iterable[str]) -> list[Person]:
    """Return the people known here who have one of these names or ids, whatever the case."""
    wanted = [name.lower() for name in names]
    is_one = func.lower(col(Person.name)).in_(wanted) | func.lower(col(Person.user_id)).in_(wanted)
    return list(session.exec(select(Person).where(col(Person.team_id) == team_id, is_one)))


def are_one(session: Session, team_id: str, first: str, second: str) -> bool:
    """Tell whether two user ids are of one person: the same, or the same in the whole organisation."""
    if first == second:
        return True
    known = named(session, team_id, (first, second))
    ids = {known[each].org_user_id if each in known else None for each in (first, second)}
    return len(ids) == 1 and None not in ids


def able(session: Session, team_id: str, user_ids: Iterable[str]) -> frozenset[str]:
    """Return those of these people who can act: members, as Slack said. Of whom it never said, nobody knows."""
    return frozenset(
        user_id for user_id, person in named(session, team_id, user_ids).items() if person.standing == "member"
    )


def locked(session: Session, team_id: str, user_id: str) -> None:
    """Keep others from judging this person until this transaction ends; SQLite has one writer anyway."""
    session.get(Person, (team_id, user_id), with_for_update=True)


def judged(
    session: Session, team_id: str, user_ids: Iterable[str], since: datetime
) -> tuple[frozenset[str], frozenset[str]]:
    """Return those of these people who are members as last read, and those of whom Slack has said so or not since.

    Whoever is in doubt is neither; nor does it say anything that a row was read at a time which is still to come.
    """
    found, now = named(session, team_id, user_ids).values(), datetime.now(UTC)
    able = frozenset(person.user_id for person in found if person.standing == "member")
    known = (person for person in found if person.doubted_at is None and since <= person.read_at <= now)
    return able, frozenset(person.user_id for person in known)


def left(session: Session, team_id: str, user_ids: Iterable[str], since: datetime) -> frozenset[str]:
    """Return those of these people who are no members (any more), as Slack has said since."""
    wanted = frozenset(user_ids)
    able, known = judged(session, team_id, wanted, since)
    return (wanted & known) - able


def unable(session: Session, team_id: str, user_ids: Iterable[str]) -> frozenset[str]:
    """Return those of these people who are known to be no members (any more)."""
    return frozenset(
        user_id for user_id, person in named(session, team_id, user_ids).items() if person.standing != "member"
    )


def unread(session: Session, team_id: str, user_ids: Iterable[str]) -> frozenset[str]:
    """Return those of these people of whom Slack was never asked."""
    asked = frozenset(user_ids)
    return asked - named(session, team_id, asked).keys()


def saw_home(session: Session, team_id: str, user_id: str, now: datetime) -> None:
    """Note that the person has their App Home open."""
    person = get(session, team_id, user_id)
    if person is not None:
        person.home_at = now


def at_home(session: Session, team_id: str, since: datetime) -> list[str]:
    """Return who has opened their App Home since then."""
    return list(
        session.exec(select(Person.user_id).where(col(Person.team_id) == team_id, col(Person.home_at) >= since))
    )


def who_is_home(session: Session, user_id: str, since: datetime) -> list[Person]:
    """Return the rows of this person (one in each workspace) if they have opened their App Home since then."""
    found = select(Person).where(col(Person.user_id) == user_id, col(Person.home_at) >= since)
    return list(session.exec(found))


def at_home_in(session: Session, project_id: str) -> list[str]:
    """Return who chose this project and has ever opened their App Home, which shows it."""
    found = select(Person.user_id).where(col(Person.project_id) == project_id, col(Person.home_at).is_not(None))
    return list(session.exec(found.distinct()))

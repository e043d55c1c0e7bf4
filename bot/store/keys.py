"""Keys: those made here, with who asked and why, and those that stand at the provider without us."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, and_, case, func, or_
from sqlmodel import Field, Session, SQLModel, col, select

from bot.store import people
from bot.store.columns import FIRST_PROVIDER, UTCDateTime, no_list, one_of
from bot.store.conditional import change, changed
from bot.store.upsert import insert_into

MOVES: dict[str, frozenset[str]] = {
    "making": frozenset({"live", "ending"}),
    "live": frozenset({"ending", "ended"}),
    "ending": frozenset({"ended", "live"}),
    "ended": frozenset({"ending", "live"}),
}
AT_ONCE = 1000  # ids in one question: a driver takes so many parameters only


class Key(SQLModel, table=True):
    """A key at the provider. Its secret is nowhere here.

    making (made, not yet shown) → live → ending (an end is being carried out) → ended, or back to live
    if the provider refused to end it; when the provider lists it again, ended → ending, or live where others made it.
    ``owner`` is None for a key not made here; ``ends_at`` None means that no end is known.
    """

    __tablename__ = "keys"
    __table_args__ = (one_of("state", MOVES),)

    id: str = Field(primary_key=True, default_factory=lambda: "ky" + secrets.token_hex(8))
    provider_key_id: str = Field(unique=True)
    project_id: str = Field(index=True)
    provider: str = Field(default=FIRST_PROVIDER, sa_column_kwargs={"server_default": FIRST_PROVIDER})
    team_id: str | None = None
    owner: str | None = Field(default=None, index=True)
    request_id: str | None = Field(default=None, index=True)
    mint_id: str | None = None
    purpose: str = ""
    place: str = ""
    customer: str | None = None
    preset: str | None = None
    scopes: list[str] = Field(default_factory=no_list, sa_type=JSON)
    tags: list[str] = Field(default_factory=no_list, sa_type=JSON)
    state: str = Field(index=True)
    member_id: str | None = None
    member_email: str | None = None
    created_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    shown_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_by: str | None = None
    end_reason: str | None = None
    listed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)

    @property
    def made_here(self) -> bool:
        """Whether Keydesk made this key."""
        return self.mint_id is not None

    @property
    def label(self) -> str:
        """The short form of the provider's id, by which people tell keys apart."""
        return short(self.provider_key_id)


def short(provider_key_id: str) -> str:
    """Return the beginning of the provider's id of a key."""
    return provider_key_id[:8]


def get(session: Session, key_id: str) -> Key | None:
    """Return the key by our id, or None."""
    return session.get(Key, key_id)


def add(session: Session, key: Key) -> Key:
    """Write the row of a key that was just made, and return it; if somebody wrote one of it before, that one stands."""
    insert = insert_into(session, Key).values(key.model_dump()).on_conflict_do_nothing()
    if session.execute(insert.returning(col(Key.id))).first() is not None:
        return key
    known = by_provider_id(session, key.provider_key_id)
    if known is None:
        raise RuntimeError("a key is there and is not")
    known.scopes = key.scopes
    return known


def by_provider_id(session: Session, provider_key_id: str) -> Key | None:
    """Return the key by the provider's id, or None."""
    return session.exec(select(Key).where(col(Key.provider_key_id) == provider_key_id)).first()


def by_provider_ids(session: Session, provider_key_ids: Iterable[str]) -> dict[str, Key]:
    """Return those of these keys that are known here, by the provider's id."""
    wanted, found = sorted(set(provider_key_ids)), list[Key]()
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        found += session.exec(select(Key).where(col(Key.provider_key_id).in_(some)))
    return {key.provider_key_id: key for key in found}


def by_ids(session: Session, key_ids: Sequence[str]) -> list[Key]:
    """Return those of these keys that are known here, by our ids."""
    found = list[Key]()
    for start in range(0, len(key_ids), AT_ONCE):
        found += session.exec(select(Key).where(col(Key.id).in_(key_ids[start : start + AT_ONCE])))
    return found


def by_label(session: Session, label: str, *, limit: int) -> tuple[list[Key], int]:
    """Return keys whose provider id starts with ``label``, and how many there are in all."""
    matches = col(Key.provider_key_id).startswith(label, autoescape=True)
    total = session.exec(select(func.count()).select_from(Key).where(matches)).one()
    return list(session.exec(select(Key).where(matches).order_by(col(Key.provider_key_id)).limit(limit))), total


def tagged(session: Session, project_id: str) -> list[tuple[str, frozenset[str]]]:
    """Return (provider's id, tags) of every key of a project that has tags, ended ones too, the newest first."""
    newest = (col(Key.created_at).is_(None), col(Key.created_at).desc(), col(Key.provider_key_id))
    columns = select(Key.provider_key_id, Key.tags, Key.customer).where(col(Key.project_id) == project_id)
    listed = session.exec(columns.order_by(*newest))
    every = [(key_id, frozenset(tags) | ({customer} if customer else set())) for key_id, tags, customer in listed]
    return [(key_id, tags) for key_id, tags in every if tags]


def of_request(session: Session, request_id: str) -> list[Key]:
    """Return every key that a request ever made, oldest first."""
    found = select(Key).where(col(Key.request_id) == request_id)
    return list(session.exec(found.order_by(col(Key.created_at), col(Key.id))))


def move(session: Session, key: Key, to: str, **values: Any) -> bool:
    """Move the key from the state it was read in; True for the one caller who did it.

    Raises:
        ValueError: there is no such move.
    """
    if to not in MOVES[key.state]:
        raise ValueError(f"no move from {key.state} to {to}")
    return changed(session, Key, col(Key.id) == key.id, col(Key.state) == key.state, state=to, **values)


def describe(session: Session, key: Key, tags: list[str], ends_at: datetime | None) -> None:
    """Note what the provider says of a key that was not made here."""
    change(session, Key, col(Key.id) == key.id, tags=tags, ends_at=ends_at)


def search(
    session: Session,
    *,
    limit: int,
    offset: int = 0,
    project_id: str | None = None,
    owner: str | None = None,
    words: str = "",
    states: Sequence[str] = ("live", "ending"),
    providers: Collection[str] | None = None,
) -> tuple[list[Key], int]:
    """Return a page of keys, the soonest end first, and how many there are in all.

    ``providers`` are the vendors' ids whose keys are looked for; None means all.
    """
    wanted: list[ColumnElement[bool]] = [col(Key.state).in_(states)]
    if providers is not None:
        wanted.append(col(Key.provider).in_(providers))
    if project_id is not None:
        wanted.append(col(Key.project_id) == project_id)
    if owner is not None:
        wanted.append(col(Key.owner) == owner)
    if words:
        wanted.append(_matches(words))
    total = session.exec(select(func.count()).select_from(Key).where(*wanted)).one()
    order = (col(Key.ends_at).is_(None), col(Key.ends_at), col(Key.id))
    return list(session.exec(select(Key).where(*wanted).order_by(*order).limit(limit).offset(offset))), total


def _matches(words: str) -> ColumnElement[bool]:
    plain = words.lower()
    return or_(
        func.lower(col(Key.purpose)).contains(plain, autoescape=True),
        func.lower(col(Key.customer)).contains(plain, autoescape=True),
        col(Key.provider_key_id).startswith(plain, autoescape=True),
        col(Key.id) == words,
    )


def provider_ids_of(session: Session, owner: str) -> dict[str, str]:
    """Return the providers' ids of every key that this person ever had, ended ones too, each with its provider."""
    return dict(session.exec(select(Key.provider_key_id, Key.provider).where(col(Key.owner) == owner)).all())


def ended_ids(session: Session) -> list[str]:
    """Return the provider's ids of the keys that have ended."""
    return list(session.exec(select(Key.provider_key_id).where(col(Key.state) == "ended")))


def live_count(session: Session, **of: Any) -> int:
    """Return how many live keys match these columns."""
    wanted = [col(getattr(Key, column)) == value for column, value in of.items()]
    return session.exec(select(func.count()).where(col(Key.state) == "live", *wanted)).one()


def live_counts_in(session: Session, project_id: str, owner: str) -> tuple[int, int]:
    """Return how many live keys a project has, and how many of them are of this owner."""
    theirs = func.coalesce(func.sum(case((col(Key.owner) == owner, 1), else_=0)), 0)
    wanted = (col(Key.state) == "live", col(Key.project_id) == project_id)
    everyone, own = session.exec(select(func.count(), theirs).where(*wanted)).one()
    return everyone, int(own)


def live_counts(session: Session, project_ids: Collection[str] | None = None) -> dict[str, int]:
    """Return how many live keys each of these projects has (None: every one); one without any is left out."""
    counted = select(Key.project_id, func.count()).where(col(Key.state) == "live").group_by(col(Key.project_id))
    if project_ids is not None:
        counted = counted.where(col(Key.project_id).in_(project_ids))
    return dict(session.exec(counted).all())


def unended(session: Session, project_id: str, *, limit: int) -> list[Key]:
    """Return keys of a project that have not ended here."""
    found = select(Key).where(col(Key.project_id) == project_id, col(Key.state) != "ended")
    return list(session.exec(found.order_by(col(Key.id)).limit(limit)))


def of_maker(session: Session, project_id: str, member_id: str, email: str, *, limit: int) -> tuple[list[Key], int]:
    """Return live keys that a member made in a project, the soonest end first, and how many there are in all."""
    maker = col(Key.member_id) == member_id
    if email:  # the provider may leave the id out
        maker = or_(maker, and_(col(Key.member_id).is_(None), func.lower(col(Key.member_email)) == email.lower()))
    wanted = (col(Key.state) == "live", col(Key.project_id) == project_id, maker)
    total = session.exec(select(func.count()).select_from(Key).where(*wanted)).one()
    order = (col(Key.ends_at).is_(None), col(Key.ends_at), col(Key.id))
    return list(session.exec(select(Key).where(*wanted).order_by(*order).limit(limit))), total


def live_by_maker(session: Session, project_id: str) -> Counter[str]:
    """Return how many live keys of a project each member made, by member id, or by address where there is no id."""
    maker = func.coalesce(col(Key.member_id), func.lower(col(Key.member_email)))
    wanted = (col(Key.state) == "live", col(Key.project_id) == project_id, maker.is_not(None))
    return Counter(dict(session.exec(select(maker, func.count()).where(*wanted).group_by(maker)).all()))


def live_made_here(session: Session) -> int:
    """Return how many live keys Keydesk made: they die with the member that it is at the provider."""
    wanted = (col(Key.state) == "live", col(Key.mint_id).is_not(None))
    return session.exec(select(func.count()).select_from(Key).where(*wanted)).one()


def in_use(session: Session, project_id: str) -> bool:
    """Tell whether somebody works in a project, or a key that Keydesk made lives in it."""
    made_here = (col(Key.project_id) == project_id, col(Key.mint_id).is_not(None), col(Key.state) != "ended")
    return (
        people.in_project(session, project_id)
        or session.exec(select(Key.id).where(*made_here).limit(1)).first() is not None
    )


def live_made_in(session: Session, project_id: str) -> list[Key]:
    """Return the keys that Keydesk made in a project and that may still be used, the soonest end first."""
    made_here = (col(Key.project_id) == project_id, col(Key.mint_id).is_not(None), col(Key.state) != "ended")
    return list(session.exec(select(Key).where(*made_here).order_by(col(Key.ends_at), col(Key.id))))


def unlisted(session: Session, project_id: str, read_at: datetime) -> int:
    """Return how many live keys of a project the list of this time left out, though one before had them."""
    wanted = (col(Key.state) == "live", col(Key.project_id) == project_id, col(Key.listed_at) < read_at)
    return session.exec(select(func.count()).select_from(Key).where(*wanted)).one()


def overdue(session: Session, now: datetime) -> list[Key]:
    """Return keys whose end should have come, in one order: being ended, or made here and live past their end."""
    past = and_(col(Key.state) == "live", col(Key.ends_at) <= now, col(Key.mint_id).is_not(None))
    return list(session.exec(select(Key).where(or_(col(Key.state) == "ending", past)).order_by(col(Key.id))))

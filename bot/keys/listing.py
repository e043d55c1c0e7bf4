"""Lists of keys and one key, read from the local store and drawn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from bot.desk import words
from bot.desk.service import Desk
from bot.errors import NotAllowed, NotUnderstood
from bot.keys import views
from bot.keys.rights import KeyRights
from bot.keys.service import KeyPage, the_key
from bot.mirror import fresh
from bot.operation import Actor
from bot.providers.port import THE_PROVIDER
from bot.slack.pages import WORDS_LONGEST, read_page_in
from bot.slack.words import escape, when
from bot.store import decisions, keys, mirrors, projects
from bot.store.keys import Key
from bot.vendors import vendor_of

PAGE = 10


@dataclass(frozen=True)
class KeysWanted:
    """Which keys: of a project (None: all), of an owner (None: everybody's), matching words; which page."""

    project_id: str | None = None
    owner: str | None = None
    words: str = ""
    number: int = 1

    @property
    def value(self) -> str:
        """What the paging buttons carry after the page."""
        return f"{self.project_id or ''}:{self.words[:WORDS_LONGEST]}"


def read_wanted(value: str, *, owner: str | None) -> KeysWanted:
    """Read what a paging button carries; nonsense means the first page of everything."""
    number, project_id, typed = read_page_in(value)
    return KeysWanted(project_id or None, owner, typed, number)


@dataclass(frozen=True)
class KeyReader:
    """Who looks at a list."""

    desk: Desk
    actor: Actor

    def rights(self, session: Session) -> KeyRights:
        """Return what they may do with what stands in it."""
        return KeyRights(session, self.desk, self.actor)


def draw(session: Session, reader: KeyReader, wanted: KeysWanted, now: datetime) -> list[views.Block]:
    """Draw one page of keys."""
    found, total = keys.search(
        session,
        limit=PAGE,
        offset=(wanted.number - 1) * PAGE,
        project_id=wanted.project_id,
        owner=wanted.owner,
        words=wanted.words,
    )
    if not found and wanted.number > 1:  # keys have ended since the page before was drawn
        return draw(session, reader, replace(wanted, number=max(1, -(-total // PAGE))), now)
    page = KeyPage(_title(session, wanted), tuple(found), total, wanted.number, PAGE, wanted.words)
    rights = reader.rights(session)
    vendor = vendor_of(session, wanted.project_id) if wanted.project_id is not None else THE_PROVIDER
    action = "keys.mine" if wanted.owner is not None else "keys.list"
    return views.key_list(
        page,
        now=now,
        fresh=freshness(session, wanted.project_id),
        endable=frozenset(key.id for key in found if rights.may_end(key)),
        vendor=vendor,
        beyond=not all(rights.credential_suffices(key) for key in found),
        action=action,
        value=wanted.value,
        refresh=wanted.project_id is not None,
        names=_names(session, found) if wanted.project_id is None else {},
    )


def draw_one(session: Session, reader: KeyReader, key_id: str, now: datetime, *, ask: bool) -> list[views.Block]:
    """Draw one key; with ``ask``, with the question whether to end it.

    Raises:
        NotUnderstood: there is no such key, or it has ended and cannot be ended again.
        NotAllowed: this person may not end it.
    """
    key = the_key(session, key_id)
    name = projects.name_of(session, key.project_id)
    rights = reader.rights(session)
    suffices, refusal = rights.credential_suffices(key), rights.refusal(key)
    cannot = views.beyond_us(vendor_of(session, key.project_id))
    if not ask:
        mine, approved = suffices and refusal is None, _approved(session, key)
        return views.key_details(key, name, now, mine=mine, approved=approved, cannot="" if suffices else cannot)
    if refusal is not None:
        raise NotAllowed(refusal)
    if not suffices:
        raise NotAllowed(f"{cannot} Nothing changed.")
    if key.state != "live":
        raise NotUnderstood(f"Key {key.label} is not live any more. Nothing changed.")
    return views.ask_to_end(key, name, now, _approved(session, key))


def _approved(session: Session, key: Key) -> str:
    made = decisions.of_request(session, key.request_id) if key.request_id is not None else []
    if not made:
        return ""
    last = made[-1]
    return f"{escape(words.people_of(session, last.team_id, [last.user_id]))} {when(last.decided_at)}"


def freshness(session: Session, project_id: str | None) -> str:
    """Say how old the list is."""
    if project_id is None:
        return "all projects, as last read from the provider"
    mirror = mirrors.get(session, mirrors.of_keys(project_id))
    read = fresh(mirror, vendor_of(session, project_id))
    left_out = keys.unlisted(session, project_id, mirror.read_at) if mirror.read_at is not None else 0
    if not left_out:
        return read
    return f"{read} · {left_out} of these keys were not in it: Keydesk is finding out whether they have ended"


def _names(session: Session, found: Iterable[Key]) -> dict[str, str]:
    return {key.project_id: projects.name_of(session, key.project_id) for key in found}


def _title(session: Session, wanted: KeysWanted) -> str:
    if wanted.owner is not None:
        return "Your keys"
    if wanted.project_id is None:
        return "Keys in all projects"
    return f"Keys in {projects.name_of(session, wanted.project_id)}"

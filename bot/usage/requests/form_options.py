"""What the form of requests offers while somebody types, from the local mirror."""

from __future__ import annotations

from sqlmodel import Session

from bot.operation import Actor
from bot.providers.port import Capability
from bot.spending.key_names import key_with_owner
from bot.store import keys, people, projects
from bot.usage.requests.question import LONGEST
from bot.vendors import vendors_in

MOST_OPTIONS = 100
Option = tuple[str, str]
STATES = ("live", "ending", "ended")


def projects_like(session: Session, _actor: Actor, _project_id: str, typed: str) -> list[Option]:
    """Return at most a hundred projects that match and whose requests can be read."""
    able = vendors_in(session).offering(Capability.REQUESTS)
    found, _ = projects.search(session, typed.strip(), limit=MOST_OPTIONS, providers=able)
    return [(project.id, project.name) for project in found]


def keys_like(session: Session, actor: Actor, project_id: str, typed: str) -> list[Option]:
    """Return at most a hundred keys of a project that match, ended ones too, as Keydesk knows them."""
    found, _ = keys.search(session, limit=MOST_OPTIONS, project_id=project_id, words=typed.strip(), states=STATES)
    owners = people.named(session, actor.team_id, {key.owner for key in found if key.owner})
    names = {user_id: person.name for user_id, person in owners.items()}
    ids = [key.provider_key_id for key in found]
    return [(id_, key_with_owner(id_, key, names.get(key.owner or ""))) for id_, key in zip(ids, found, strict=True)]


def customers_like(session: Session, _actor: Actor, project_id: str, typed: str) -> list[Option]:
    """Return at most a hundred tags of a project's keys that match, and what was typed: not every tag is known here."""
    wanted = typed.strip()[:LONGEST]
    tags = {tag for _, carried in keys.tagged(session, project_id) for tag in carried if 0 < len(tag) <= LONGEST}
    found = sorted(tag for tag in tags if wanted.lower() in tag.lower())[: MOST_OPTIONS - 1]
    own = [wanted] if wanted and wanted not in tags else []
    return [(tag, tag) for tag in [*found, *own]]

"""What the request form must know, read from the local store: fast enough to come before the window."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlmodel import Session

from bot.clock import zone_of
from bot.desk import words
from bot.desk.service import Desk
from bot.keys.customer_choice import Billed
from bot.keys.operations import CreateKey
from bot.keys.request_form import KeyRequestForm
from bot.operation import Actor
from bot.providers.port import Capability
from bot.slack.words import cut
from bot.store import accounts, customers, keys, people, projects
from bot.vendors import vendors_in

MOST_OPTIONS = 100
NAME_SHOWN = 60


def form(session: Session, desk: Desk, actor: Actor, wanted: str, now: datetime) -> KeyRequestForm:
    """Return what the form shows for the project that was named; unless one was, the chosen one, else the only one.

    A name that means no project, or several, leaves the choice open: nobody shall ask for a key in another project
    than they meant.
    """
    named = wanted.strip()
    project = projects.named(session, named) if named else projects.chosen(session, actor.team_id, actor.user_id)
    if project is None:
        problem = _not_found(session, named) if named else ""
        nothing = KeyRequestForm(None, projects.RECOMMENDED_DAYS, projects.MOST_DAYS, "", 0, now, problem=problem)
        return replace(nothing, any_customer=_any_customer(session, actor))
    settings = projects.settings(session, project.id)
    obstacle = desk.access(session, actor, project.id).obstacle(CreateKey.kind)
    allowed = desk.policy.deciders(
        CreateKey.kind, actor.user_id, desk.policy_context(session, actor.team_id, project.id)
    )
    return KeyRequestForm(
        project=(project.id, project.name),
        recommended_days=settings.recommended_days,
        most_days=settings.most_days,
        deciders=words.people_of(session, actor.team_id, allowed) if allowed else "",
        live_here=keys.live_count(session, owner=actor.user_id, project_id=project.id),
        now=now.astimezone(_zone(session, actor)),
        problem=obstacle.text if obstacle is not None else "",
        any_customer=_any_customer(session, actor),
    )


def customers_like(session: Session, actor: Actor, typed: str) -> list[Billed]:
    """Return customers that match what was typed: as many as fit into a menu beside own use."""
    found, _ = customers.search(session, actor.team_id, typed.strip(), limit=MOST_OPTIONS - 1)
    return [Billed(customer.tag, customer.name) for customer in found]


def billed_to(session: Session, actor: Actor, tag: str | None) -> Billed | None:
    """Return how a customer stands in the form."""
    customer = customers.get(session, actor.team_id, tag) if tag is not None else None
    return Billed(customer.tag, customer.name) if customer is not None else None


def _any_customer(session: Session, actor: Actor) -> bool:
    return customers.search(session, actor.team_id, limit=1)[1] > 0


def _not_found(session: Session, named: str) -> str:
    _, total = projects.search(session, named, limit=1)
    shown = cut(named, NAME_SHOWN)
    if not total:
        return f"There is no project {shown}; choose one below."
    return f"{total} projects match {shown}; choose one below."


def projects_like(session: Session, typed: str) -> list[tuple[str, str, str]]:
    """Return at most a hundred (id, name, account) that match and offer keys; no account where there is only one."""
    able = vendors_in(session).offering(Capability.KEYS)
    found, _ = projects.search(session, typed.strip(), limit=MOST_OPTIONS, providers=able)
    labels = accounts.labels(session)
    return [(project.id, project.name, labels.get(project.account_id, "")) for project in found]


def _zone(session: Session, actor: Actor) -> ZoneInfo:
    person = people.get(session, actor.team_id, actor.user_id)
    return zone_of(person.tz if person is not None else actor.tz)

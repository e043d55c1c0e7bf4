"""Large numbers of everything, on demand: what a big customer of the vendor has."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from playground.deepgram.ledger import RETENTION
from playground.deepgram.seed import SERVICE_ACCOUNTS, made_up_id
from playground.deepgram.state import Account, Project, State

BUSY_KEYS = 40
# Weekends are quieter, and one request in 256 stays without an answer: 90 days hold about 73 working days' worth.
WORKING_DAYS = 73


def seed_many(state: State, *, projects: int, keys: int) -> Sequence[Project]:
    """Add this many projects with this many idle keys each, all of the "admin" service account; return them."""
    owner, admin = (made_up_id(SERVICE_ACCOUNTS[role]) for role in ("owner", "admin"))
    added = []
    for number in range(projects):
        members = {owner: ["owner"], admin: ["admin"]}
        name = f"customer {number:04}"
        project = state.add_project(Project(made_up_id(f"many {number}"), name, members=members))
        for count in range(keys):
            state.add_key(project, admin, f"key {count:05}", ["usage:write"])
        added.append(project)
    return added


def seed_members(state: State, project: Project, number: int) -> None:
    """Add this many people of the member role to a project."""
    for count in range(number):
        name = f"person {count:05}"
        email = f"person.{count:05}@large.example"
        account = state.add_account(Account(email, "Person", f"{count:05}", made_up_id(name)))
        project.members[account.account_id] = ["member"]


def seed_requests(state: State, project: Project, number: int) -> None:
    """Add busy keys, of ten customers, that make about this many requests in the 90 days before now."""
    admin = made_up_id(SERVICE_ACCOUNTS["admin"])
    for count in range(BUSY_KEYS):
        state.add_key(
            project,
            admin,
            f"busy key {count:02}",
            ["usage:write"],
            tags=[f"customer:{count % 10}", "prod" if count % 3 else "test"],
            created=state.now() - RETENTION - timedelta(days=1),
            key_id=made_up_id(f"{project.name} busy {count}"),
            per_day=max(1, round(number / BUSY_KEYS / WORKING_DAYS)),
        )

"""Whatever commit 4a04ed7 could have left at rest is answered today: in messages, open forms, rows and the engine.

The lists are what that commit registered; they never change.
"""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot import former_names
from bot.app import unconnected
from bot.desk.words import happened
from bot.rooms import Rooms
from bot.slack.payload import read
from bot.slack.router import Router, join
from bot.slack.web import SlackWeb

ACTIONS = [
    "accounts.csv",
    "accounts.list",
    "accounts.remove",
    "billing.balance",
    "billing.close",
    "billing.month",
    "billing.month.csv",
    "billing.month.customer",
    "billing.month.part",
    "billing.month.pdf",
    "billing.purchases",
    "budgets.acknowledge",
    "budgets.alerts",
    "budgets.end_keys",
    "budgets.list",
    "budgets.raise",
    "budgets.row",
    "budgets.set",
    "budgets.snooze",
    "customers.add",
    "customers.adopt",
    "customers.archive",
    "customers.change",
    "customers.csv",
    "customers.list",
    "customers.markup",
    "customers.restore",
    "customers.show",
    "customers.tags",
    "desk.approve",
    "desk.cancel",
    "desk.deny",
    "desk.details",
    "desk.remind",
    "digests.change",
    "digests.details",
    "digests.end",
    "digests.export",
    "digests.list",
    "digests.mute",
    "digests.pause",
    "digests.preview",
    "digests.resume",
    "digests.subscribe",
    "home.refresh",
    "invites.csv",
    "invites.domains",
    "invites.form",
    "invites.list",
    "invites.refresh",
    "invites.row",
    "keys.end",
    "keys.list",
    "keys.mine",
    "keys.open",
    "keys.refresh",
    "keys.request",
    "keys.request.project",
    "keys.row",
    "members.csv",
    "members.list",
    "members.refresh",
    "members.remove",
    "members.row",
    "members.scope",
    "models.list",
    "models.refresh",
    "models.show",
    "projects.choose",
    "projects.csv",
    "projects.delete",
    "projects.list",
    "projects.refresh",
    "projects.rename",
    "projects.settings",
    "projects.show",
    "projects.use",
    "roles.default",
    "roles.list",
    "roles.set",
    "usage.fields.export",
    "usage.figures.by",
    "usage.figures.closer",
    "usage.figures.export",
    "usage.figures.measure",
    "usage.figures.period",
    "usage.figures.turn",
    "usage.requests",
    "usage.requests.again",
    "usage.requests.change",
    "usage.requests.export",
    "usage.requests.show",
    "usage.requests.turn",
]
MENUS = {  # an entry's wish comes before the colon of its value
    "budgets.row": {"raise", "end", "keys"},
    "invites.row": {"cancel", "resend"},
    "keys.row": {"show", "end"},
    "members.row": {"show", "scope", "remove"},
}
VIEWS = [
    "accounts.remove",
    "budgets.raise",
    "budgets.set",
    "customers.markup",
    "customers.save",
    "desk.deny",
    "digests.form",
    "invites.domains",
    "invites.form",
    "keys.clear",
    "keys.request",
    "members.remove",
    "members.scope",
    "projects.choose",
    "projects.delete",
    "projects.rename",
    "projects.settings",
    "roles.default",
    "roles.set",
    "usage.requests",
]
OPTIONS = [
    "budgets.what",
    "digests.customers",
    "digests.projects",
    "keys.request.customer",
    "keys.request.project",
    "projects.choose",
    "roles.group",
    "roles.project",
    "usage.requests.customer",
    "usage.requests.key",
    "usage.requests.project",
]
SHORTCUTS = ["keys.request", "keys.request_about"]
EVENTS = ["app_home_opened", "user_change"]
COMMANDS = """
accounts, accounts list, accounts ls, accounts remove, accounts rm, billing balance, billing balances, billing
month, billing orders, billing purchases, billing statement, budgets, budgets alerts, budgets list, budgets ls,
budgets new, budgets set, customers, customers add, customers adopt, customers archive, customers change,
customers create, customers delete, customers edit, customers get, customers list, customers ls, customers
markup, customers new, customers remove, customers rename, customers search, customers show, customers tags,
digests change, digests delete, digests edit, digests end, digests list, digests ls, digests new, digests pause,
digests preview, digests resume, digests subscribe, digests unsubscribe, invites cancel, invites delete, invites
domains, invites invite, invites list, invites ls, invites new, invites resend, invites revoke, invites search,
invites send, keys create, keys delete, keys end, keys get, keys list, keys ls, keys mine, keys new, keys
request, keys revoke, keys search, keys show, members cancel, members delete, members get, members invite,
members invites, members kick, members list, members ls, members remove, members resend, members scope, members
scopes, members search, members show, models get, models list, models ls, models search, models show, projects
delete, projects get, projects list, projects ls, projects remove, projects rename, projects search, projects
select, projects settings, projects show, projects use, roles, roles default, roles list, roles ls, roles set,
roles show, status, usage, usage fields, usage mine, usage request, usage requests
""".replace("\n", " ").split(",")
OPERATIONS = [
    "accounts.remove",
    "billing.close",
    "budgets.end",
    "budgets.raise",
    "budgets.set",
    "customers.archive",
    "customers.markup",
    "customers.save",
    "digests.change",
    "digests.end",
    "digests.pause",
    "digests.subscribe",
    "invites.cancel",
    "invites.domains",
    "invites.resend",
    "invites.send",
    "keys.create",
    "keys.end",
    "members.remove",
    "members.scope",
    "projects.delete",
    "projects.rename",
    "projects.settings",
    "roles.default",
    "roles.make_owner",
    "roles.set",
    "roles.take_owner",
]
JOBS = [
    "budgets.balances",
    "budgets.post",
    "budgets.watch",
    "desk.cards",
    "desk.expire",
    "desk.lapse",
    "desk.remind",
    "desk.ring",
    "desk.run",
    "desk.settle",
    "desk.sweep",
    "desk.tell",
    "digests.complete",
    "digests.follow",
    "digests.post",
    "digests.sweep",
    "home.refresh",
    "invites.mirror",
    "keys.clear",
    "keys.end_due",
    "keys.end_with_project",
    "keys.mirror",
    "keys.settle",
    "keys.settle_end",
    "keys.sweep",
    "keys.tell_cleared",
    "keys.tell_end",
    "keys.tell_refused",
    "members.mirror",
    "people.learn",
    "projects.mirror",
    "standing.learn",
    "store.tidy",
    "usage.collect",
    "usage.plan",
]


@pytest.fixture(scope="module")
def rooms() -> Rooms:
    return unconnected()


@pytest.fixture(scope="module")
def names(rooms: Rooms) -> Router:
    return join(rooms.routes)


def test_every_button_and_menu_of_that_day_is_answered(names: Router) -> None:
    silent = [name for name in ACTIONS if name not in MENUS and names.find("action", name) is None]
    assert silent == []
    for menu, wishes in MENUS.items():
        assert [wish for wish in wishes if names.find_wish(menu, f"{wish}:1") is None] == []


def test_every_open_form_of_that_day_is_answered(names: Router) -> None:
    assert [name for name in VIEWS if names.find("view", _name_of_view(names, name)) is None] == []
    assert [name for name in OPTIONS if names.find("options", name) is None] == []


def test_every_shortcut_event_and_command_of_that_day_is_answered(names: Router) -> None:
    assert [name for name in SHORTCUTS if names.find("shortcut", name) is None] == []
    assert [name for name in EVENTS if names.find("event", name) is None] == []
    typed = [command.strip().partition(" ") for command in COMMANDS]
    assert [(noun, verb) for noun, _, verb in typed if verb not in names.nouns.get(noun, {})] == []


def test_every_job_of_that_day_runs_whether_a_row_or_the_engine_kept_it(rooms: Rooms) -> None:
    assert set(JOBS) - set(rooms.jobs()) == set()
    for former, now in former_names.JOBS.items():
        assert rooms.jobs()[former] == rooms.jobs()[now]
        assert (former in rooms.jobs(frozen=True)) == (now in rooms.jobs(frozen=True))
        assert (former in rooms.background) == (now in rooms.background)


def test_every_request_of_that_day_can_be_decided_and_carried_out(rooms: Rooms) -> None:
    assert set(OPERATIONS) - set(rooms.kinds) == set()
    assert set(OPERATIONS) - set(rooms.policy.rights) == set()


def test_every_former_name_in_the_record_is_found_and_said_as_the_one_of_today(rooms: Rooms) -> None:
    said = {name: words for room in rooms.rooms for name, words in room.recorded.items()}
    for former, now in former_names.RECORD.items():
        assert set(former_names.recorded_as(now)) == {former, now}
        assert happened(former, said) == happened(now, said) != now


def test_no_name_is_both_a_former_one_and_one_of_today(rooms: Rooms, names: Router) -> None:
    assert set(former_names.JOBS) & {job.kind for job in rooms.job_kinds} == set()
    assert set(former_names.VIEWS) & set(names.listeners["view"]) == set()


def _name_of_view(names: Router, callback_id: str) -> str:
    body: dict[str, Any] = {
        "user": {"id": "U1"},
        "team": {"id": "T1"},
        "view": {"id": "V1", "callback_id": callback_id},
    }
    return read("view", body, names, SlackWeb(AsyncWebClient(), 1.0), _no_answer, "T1").name


async def _no_answer(**_given: object) -> None: ...

"""The tables in ``docs/deepgram-api.md`` are true: of our client, the SDK, the specification and the app in Slack."""

import inspect
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import httpx
import pytest

from bot.app import unconnected
from bot.providers.deepgram.client import Deepgram
from bot.slack.router import Router, join
from bot.slack.routes import Route
from tests.declared import LEAST
from tests.playground.deepgram.contract import ROOT, load, vendor_file
from tests.providers.deepgram.oracle import sdk_client, sent_by_ours

GOOD = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11"
LEFT_OUT = "left out"
PLUMBING = {"aclose", "lacks_project", "lists_key", "sees_all_keys"}
SECTIONS = (ROOT / "docs" / "deepgram-api.md").read_text(encoding="utf-8").split("\n## ")
MANAGEMENT = ("auth", "manage", "self_hosted", "voice_agent")
NOT_MANAGEMENT = ("/v1/listen", "/v1/speak", "/v2/speak", "/v1/read", "/v1/agent/")
# The methods of `ManageClient` in deepgram-sdk 4.8.1, without second names, constructor and request plumbing;
# `get_usage` is what 2.x called get_usage_summary.
MANAGE_CLIENT = set(
    """create_key delete_invite delete_key delete_project get_balance get_balances get_invites get_key get_keys
    get_member_scopes get_members get_model get_models get_project get_project_model get_project_models get_projects
    get_usage get_usage_fields get_usage_request get_usage_requests get_usage_summary leave_project remove_member
    send_invite send_invite_options update_member_scope update_project update_project_option""".split()  # noqa: SIM905  thirty names read better so
)
CALLS: dict[str, Callable[[Deepgram], Awaitable[Any]]] = {
    "projects": lambda ours: ours.projects(),
    "project": lambda ours: ours.project(GOOD),
    "rename_project": lambda ours: ours.rename_project(GOOD, "n"),
    "delete_project": lambda ours: ours.delete_project(GOOD),
    "keys": lambda ours: ours.keys(GOOD),
    "create_key": lambda ours: ours.create_key(GOOD, comment="c", scopes=["member"]),
    "key": lambda ours: ours.key(GOOD, GOOD),
    "delete_key": lambda ours: ours.delete_key(GOOD, GOOD),
    "members": lambda ours: ours.members(GOOD),
    "remove_member": lambda ours: ours.remove_member(GOOD, GOOD),
    "member_scopes": lambda ours: ours.member_scopes(GOOD, GOOD),
    "change_member_scope": lambda ours: ours.change_member_scope(GOOD, GOOD, "member"),
    "invites": lambda ours: ours.invites(GOOD),
    "send_invite": lambda ours: ours.send_invite(GOOD, "a@b.example", "member"),
    "delete_invite": lambda ours: ours.delete_invite(GOOD, "a@b.example"),
    "request_page": lambda ours: ours.request_page(GOOD),
    "request": lambda ours: ours.request(GOOD, GOOD),
    "usage": lambda ours: ours.usage(GOOD),
    "usage_fields": lambda ours: ours.usage_fields(GOOD),
    "usage_breakdown": lambda ours: ours.usage_breakdown(GOOD),
    "balances": lambda ours: ours.balances(GOOD),
    "balance": lambda ours: ours.balance(GOOD, GOOD),
    "billing_breakdown": lambda ours: ours.billing_breakdown(GOOD),
    "billing_fields": lambda ours: ours.billing_fields(GOOD),
    "purchases": lambda ours: ours.purchases(GOOD),
    "models": lambda ours: ours.models(),
    "model": lambda ours: ours.model(GOOD),
    "project_models": lambda ours: ours.project_models(GOOD),
    "project_model": lambda ours: ours.project_model(GOOD, GOOD),
    "grant_token": lambda ours: ours.grant_token(),
    "who_am_i": lambda ours: ours.who_am_i(),
}


def rows(section: str) -> list[list[str]]:
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in lines]


OPERATIONS, OLD_METHODS, IN_SLACK = (rows(section) for section in SECTIONS[1:4])
REACHED = [row for row in IN_SLACK if row[1] != LEFT_OUT]


def operation_of(row: list[str]) -> tuple[str, str]:
    method, path = row[0].split()
    return method, path.replace("{p}", "/v1/projects/{project_id}")


def sdk_methods(part: Any, place: str = "") -> Iterator[str]:
    for name in dir(type(part)):
        kind = inspect.getattr_static(type(part), name)
        if name.startswith("_") or name == "with_raw_response":
            continue
        if isinstance(kind, property):
            yield from sdk_methods(getattr(part, name), f"{place}{name}.")
        elif inspect.isfunction(kind):
            yield f"{place}{name}"


@pytest.mark.parametrize("row", [row for row in OPERATIONS if row[2] != LEFT_OUT], ids=lambda row: row[2])
async def test_a_listed_method_sends_the_operation_beside_it(row: list[str]) -> None:
    method, template = operation_of(row)
    sent_method, path, *_ = (await sent_by_ours(CALLS[row[2]]))[0]
    assert sent_method == method
    assert re.fullmatch(re.sub(r"\{[a-z_]+\}", "[^/]+", template), path)


def test_every_method_of_our_client_is_listed() -> None:
    public = {
        name
        for name, member in inspect.getmembers(Deepgram, inspect.isfunction)
        if not name.startswith("_") and name not in PLUMBING
    }
    listed = {row[2] for row in OPERATIONS} | {row[1] for row in OLD_METHODS}
    assert public == listed - {LEFT_OUT}
    assert {row[2] for row in OPERATIONS} - {LEFT_OUT} == CALLS.keys()


async def test_every_management_method_of_the_sdk_is_listed() -> None:
    async with httpx.AsyncClient() as client:
        sdk = sdk_client(client)
        known = {name for part in MANAGEMENT for name in sdk_methods(getattr(sdk, part), f"{part}.")}
    listed = [row[1] for row in OPERATIONS if row[1] != "–"]
    assert set(listed) == known
    assert len(listed) == len(known)


def test_every_method_of_the_older_sdk_is_listed() -> None:
    assert {row[0] for row in OLD_METHODS} == MANAGE_CLIENT
    assert len(OLD_METHODS) == len(MANAGE_CLIENT)


def test_what_is_left_out_has_a_reason() -> None:
    assert all(row[-1] for row in [*OPERATIONS, *OLD_METHODS, *IN_SLACK] if LEFT_OUT in row)


def test_every_operation_and_old_method_is_in_slack_or_left_out() -> None:
    named = [row[0] for row in IN_SLACK]
    assert len(named) == len(set(named))
    assert set(named) == ({row[2] for row in OPERATIONS} | {row[1] for row in OLD_METHODS}) - {LEFT_OUT}


@pytest.fixture(scope="module")
def names() -> Router:
    return join(unconnected().routes)


@pytest.mark.parametrize("row", REACHED, ids=lambda row: row[0])
def test_its_command_its_room_and_its_role_are_those_of_the_app(row: list[str], names: Router) -> None:
    _, typed, room, role, *_ = row
    slash, _, rest = typed.partition(" ")
    name, nothing = names.read(slash, rest)
    noun, _, verb = name.partition(" ")
    command = names.nouns[noun][verb]
    assert (command.verb, nothing) == (verb, "")
    listener: Any = command.listener.listener if isinstance(command.listener, Route) else command.listener
    assert listener.__module__.startswith(f"bot.{room}.")
    least, name = role.split(", ")
    assert LEAST[name].word == least


@pytest.mark.parametrize("row", REACHED, ids=lambda row: row[0])
def test_its_scenario_types_its_command(row: list[str]) -> None:
    file, _, function = row[4].partition("::")
    told = (ROOT / "tests" / "scenarios" / file).read_text(encoding="utf-8")
    assert f"\nasync def {function}(" in told
    assert row[1].removeprefix("/").removeprefix("keydesk ") in told


@pytest.mark.skipif(not vendor_file().is_file(), reason="Deepgram's OpenAPI is not here; see KEYDESK_VENDOR_DATA")
def test_every_management_operation_of_the_specification_is_listed() -> None:
    described = {
        (method.upper(), path)
        for path, operations in load(vendor_file())["paths"].items()
        for method in operations
        if not path.startswith(NOT_MANAGEMENT)
    }
    listed = [operation_of(row) for row in OPERATIONS]
    assert {one for one in listed if one != ("GET", "/v1/auth/token")} == described
    assert len(set(listed)) == len(listed)

"""The doctor finds what is wrong with an installation, and says how to mend it; it changes nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.config import Settings
from bot.doctor.examining import examine
from bot.home.check import Check
from bot.people import read_profile
from bot.sealing import Keyring, new_key
from bot.store.accounts import Account
from bot.store.people import Person
from bot.store.projects import ProjectSettings
from bot.store.roles import RoleHeld
from playground.deepgram.server import DeepgramEmulator
from playground.slack.seed import OWNERS
from playground.slack.server import SlackEmulator
from playground.slack.state import Organisation
from tests.emulated import emulated
from tests.factories import NOON, PROJECT, TEAM, add, small_database


class Installation:
    """Settings of an installation that works, and the two emulated services behind it."""

    def __init__(self, folder: Path, slack: SlackEmulator, deepgram: DeepgramEmulator) -> None:
        self.slack = slack
        self.deepgram = deepgram
        self.settings: dict[str, Any] = {
            "slack_bot_token": "xoxb-of-the-test",
            "slack_app_token": "xapp-of-the-test",
            "slack_api_url": f"{slack.state.address}/api/",
            "deepgram_api_key": deepgram.credentials["admin"],
            "deepgram_api_url": deepgram.url,
            "database_url": f"sqlite:///{folder}/keydesk.db",
            "keydesk_owners": ",".join(OWNERS),
        }

    async def problems(self, **changes: Any) -> dict[str, str]:
        """Return what the doctor says is wrong, by name."""
        return {check.name: check.text for check in await self.checks(**changes) if not check.ok}

    async def checks(self, **changes: Any) -> list[Check]:
        """Return all that the doctor says."""
        return await examine(Settings(_env_file=None, **(self.settings | changes)))


@pytest.fixture
async def works(tmp_path: Path) -> AsyncIterator[Installation]:
    database = small_database(tmp_path)
    add(database, ProjectSettings(project_id=PROJECT, approvers=[], channel="C0APPROVE02"))
    database.close()
    async with emulated() as (slack, deepgram):
        yield Installation(tmp_path, slack, deepgram)


async def test_a_good_installation_is_well(works: Installation) -> None:
    checks = await works.checks()
    assert [check for check in checks if not check.ok] == []
    assert {"settings", "database", "migrations", "bot token", "scopes", "transport", "two owners"} <= {
        check.name for check in checks
    }
    assert all(check.text for check in checks)


WRONG: list[tuple[str, dict[str, Any], str, str]] = [
    ("no token", {"slack_bot_token": ""}, "settings", "missing in .env: SLACK_BOT_TOKEN"),
    ("a bad token", {"slack_bot_token": "xoxb-wrong"}, "bot token", "into SLACK_BOT_TOKEN"),
    ("a bad app token", {"slack_app_token": "xapp-wrong"}, "transport", "connections:write"),
    ("no signing secret", {"keydesk_transport": "http", "slack_signing_secret": "x"}, "transport", "Signing Secret"),
    ("one owner", {"keydesk_owners": OWNERS[0]}, "two owners", "name two in KEYDESK_OWNERS"),
    ("an owner who is a guest", {"keydesk_owners": f"{','.join(OWNERS)},U0GUEST0010"}, "owner", "cannot be an owner"),
    ("an owner who is nobody", {"keydesk_owners": f"{','.join(OWNERS)},UNOBODY"}, "owner", "correct KEYDESK_OWNERS"),
    ("no Deepgram key", {"deepgram_api_key": ""}, "deepgram", "Set DEEPGRAM_API_KEY"),
    ("an odd Deepgram key", {"deepgram_api_key": "a b\n"}, "deepgram", "Set DEEPGRAM_API_KEY"),
    ("a bad Deepgram key", {"deepgram_api_key": "emulated-wrong"}, "deepgram", "DEEPGRAM_API_KEY"),
    ("no Deepgram at all", {"deepgram_api_url": "http://127.0.0.1:9"}, "deepgram", "Deepgram"),
    ("no database", {"database_url": "postgresql://u:p@127.0.0.1:9/none"}, "database", "check DATABASE_URL"),
    ("no address of a database", {"database_url": "nonsense"}, "database", "correct it in .env"),
    ("no Slack at all", {"slack_api_url": "http://127.0.0.1:9/api/"}, "clock", "is the network open?"),
]


@pytest.mark.parametrize(("changes", "name", "mend"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG])
async def test_each_problem_is_found_and_says_how_to_mend_it(
    works: Installation, changes: dict[str, Any], name: str, mend: str
) -> None:
    assert mend in (await works.problems(**changes)).get(name, "not found")


async def test_a_plan_without_user_groups_is_said_and_is_a_fault_only_where_one_holds_a_role(
    works: Installation, tmp_path: Path
) -> None:
    works.slack.state.workspace.plan = "free"
    said = {check.name: check for check in await works.checks()}["user groups"]
    assert (said.ok, said.text) == (True, "this workspace's Slack plan has none: roles go to people")
    database = small_database(tmp_path)
    add(database, RoleHeld(team_id=TEAM, holder_kind="group", holder="S1", role="owner", set_by="U1", set_at=NOON))
    database.close()
    assert "give it to people (/keydesk roles set)" in (await works.problems())["user groups"]


async def test_two_ids_of_one_person_are_one_owner(works: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    def of_one(team_id: str, user: Mapping[str, Any], now: datetime) -> Person:
        return read_profile(team_id, {**user, "enterprise_user": {"id": "W0ONE"}}, now)

    monkeypatch.setattr("bot.doctor.slack.read_profile", of_one)
    assert "1 found: name two in KEYDESK_OWNERS" in (await works.problems())["two owners"]


async def test_on_enterprise_grid_the_doctor_says_what_holds(works: Installation) -> None:
    workspace = works.slack.state.workspace
    workspace.join_organisation(Organisation())
    told = {check.name: check for check in await works.checks()}
    assert told["enterprise grid"].ok
    assert "people of sister workspaces alone may not" in told["enterprise grid"].text
    workspace.join_organisation(Organisation(org_wide=True, names_team=True))
    assert await works.problems() == {}
    workspace.join_organisation(Organisation(org_wide=True))
    assert "install the app in that workspace itself" in (await works.problems())["workspace"]


async def test_a_member_role_credential_is_not_enough(works: Installation) -> None:
    problems = await works.problems(deepgram_api_key=works.deepgram.credentials["member"])
    assert "Create the key as an admin" in problems["deepgram"]


async def test_an_account_that_cannot_be_used_is_named(works: Installation, tmp_path: Path) -> None:
    database = small_database(tmp_path)
    key = new_key()
    sealed = Keyring(SecretStr(key)).seal(SecretStr(works.deepgram.open_account("studio", "dubbing")))
    add(database, Account(id="ac1", name="studio", sealed=sealed, fingerprint="f", added_at=NOON))
    database.close()
    well = {check.name: check for check in await works.checks(keydesk_secret_key=key)}
    assert (well["secret key"].ok, well["account studio"].ok) == (True, True)
    for wrong, mend in (("", "keydesk secret new"), ("nonsense", "cannot be read"), (new_key(), "")):
        problems = await works.problems(keydesk_secret_key=wrong)
        assert mend in problems.get("secret key", "")
        assert "put the key that sealed it back" in problems["account studio"]
        assert problems.keys() <= {"secret key", "account studio"}


async def test_a_database_that_is_not_there_is_not_made(works: Installation, tmp_path: Path) -> None:
    problems = await works.problems(database_url=f"sqlite:///{tmp_path}/new.db")
    assert problems == {"database": f"{tmp_path}/new.db is not there yet: run keydesk init"}
    assert not (tmp_path / "new.db").exists()


async def test_a_database_that_others_may_read_is_told(works: Installation, tmp_path: Path) -> None:
    file = tmp_path / "keydesk.db"
    for mode, well in ((0o600, True), (0o644, False), (0o640, False)):
        file.chmod(mode)
        told = {check.name: check for check in await works.checks()}["database file"]
        assert (told.ok, f"chmod 600 {file}" in told.text) == (well, not well)


async def test_what_is_no_setting_is_told(works: Installation) -> None:
    told = await examine(Settings(_env_file=None, **works.settings), strangers=["KEYDESK_X is not a setting."])
    assert Check("settings", False, "KEYDESK_X is not a setting. Correct .env") in told


async def test_an_empty_database_needs_a_migration(works: Installation, tmp_path: Path) -> None:
    (tmp_path / "new.db").touch()
    problems = await works.problems(database_url=f"sqlite:///{tmp_path}/new.db")
    assert "run keydesk migrate" in problems["migrations"]


async def test_a_channel_that_can_no_longer_be_used_is_named(works: Installation) -> None:
    channel = works.slack.state.workspace.channels["C0APPROVE02"]
    channel.is_ext_shared = True
    assert "shared outside" in (await works.problems())["approvals channel"]
    channel.is_ext_shared = False
    channel.members.remove(works.slack.state.workspace.app.bot_user_id)
    assert "nvite" in (await works.problems())["approvals channel"]


async def test_missing_scopes_are_named(works: Installation) -> None:
    state = works.slack.state
    state.manifest = replace(state.manifest, bot_scopes=state.manifest.bot_scopes - {"chat:write"})
    assert "missing chat:write" in (await works.problems())["scopes"]


async def test_scopes_that_slack_does_not_tell_are_not_claimed(works: Installation) -> None:
    state = works.slack.state
    state.manifest = replace(state.manifest, bot_scopes=frozenset())
    told = {check.name: check.text for check in await works.checks()}
    assert "granted" not in told["scopes"]
    assert "did not say" in told["scopes"]


async def test_no_secret_stands_in_the_report(works: Installation) -> None:
    wrong = {"slack_bot_token": "xoxb-canary", "deepgram_api_key": "canary", "slack_app_token": "xapp-canary"}
    told = [*await works.checks(), *await works.checks(**wrong)]
    assert not [check for check in told if "canary" in check.text or "of-the-test" in check.text]


async def test_asked_which_blocks_this_workspace_takes_it_asks_by_one_message_to_an_owner(works: Installation) -> None:
    works.slack.state.refused_blocks.set({"types": ["table"], "pointing": "nothing"})

    asked = await examine(Settings(_env_file=None, **works.settings), check_blocks=True)
    known = await works.checks()

    assert [check.text for check in asked if check.name == "blocks"] == [
        "asked just now: Slack refuses table, so they are shown as text for a day"
    ]
    assert "Slack refuses table in this workspace" in next(check.text for check in known if check.name == "blocks")
    workspace = works.slack.state.workspace
    [message] = workspace.direct(workspace.app.bot_user_id, OWNERS[0]).messages.values()
    assert "table: no, shown as text; data_visualization: yes" in message.text

    works.slack.state.refused_blocks.clear()
    asked = await examine(Settings(_env_file=None, **works.settings), check_blocks=True)
    assert [check.text for check in asked if check.name == "blocks"] == [
        "asked just now: Slack takes table and data_visualization"
    ]

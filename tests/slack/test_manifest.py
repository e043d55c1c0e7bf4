"""The manifest says what the bot calls and answers, both ways."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import bot
from bot.slack.call import Call
from bot.slack.manifest import WEB_API_SCOPES, manifest
from bot.slack.router import Command, Routes

SOURCE = Path(bot.__file__).parent
SCHEMA = SOURCE.parents[1] / "shared" / "data" / "slack-manifest.schema.json"
METHOD = re.compile(
    r'"((?:apps|auth|bots|chat|conversations|files|pins|reactions|team|usergroups|users|views)(?:\.[a-zA-Z]+)+)"'
)


async def nothing(_call: Call) -> None:
    pass


DOORS = [
    Routes(
        commands=(
            Command("keys", "list", nothing, "", ""),
            Command("keys", "create", nothing, "", "", ("new",)),
            Command("status", "", nothing, "", "how we are doing"),
        ),
        shortcuts={"leak": nothing},
        events={"team_join": nothing, "app_home_opened": nothing},
    )
]
DESCRIBED = {"leak": ("Report a leaked key", "message", "Ends the key in this message")}


def methods_in_source() -> set[str]:
    files = [path for path in (SOURCE / "slack").rglob("*.py") if path.name != "manifest.py"]
    return {name for path in files for name in METHOD.findall(path.read_text())}


def test_every_web_api_method_has_its_scopes_and_every_scope_its_method() -> None:
    assert methods_in_source() == set(WEB_API_SCOPES)


def test_only_the_slack_floor_calls_the_web_api() -> None:
    others = [path for path in SOURCE.rglob("*.py") if SOURCE / "slack" not in path.parents]

    assert [path for path in others if ".api_call(" in path.read_text()] == []


def test_socket_mode_needs_no_address() -> None:
    made = manifest(DOORS, shortcuts=DESCRIBED)

    assert made["settings"]["socket_mode_enabled"] is True
    assert "url" not in str(made["features"]["slash_commands"])
    assert made["settings"]["event_subscriptions"] == {"bot_events": ["app_home_opened", "team_join"]}
    assert made["settings"]["token_rotation_enabled"] is False


def test_http_needs_the_address_everywhere() -> None:
    made = manifest(DOORS, "acme-", "https://keydesk.example/", shortcuts=DESCRIBED)
    address = "https://keydesk.example/slack/events"

    assert {each["url"] for each in made["features"]["slash_commands"]} == {address}
    assert made["settings"]["interactivity"]["message_menu_options_url"] == address
    assert made["settings"]["event_subscriptions"]["request_url"] == address
    assert made["settings"]["socket_mode_enabled"] is False


def test_commands_carry_the_prefix_and_name_their_verbs_once() -> None:
    made = manifest(DOORS, "acme-", shortcuts=DESCRIBED)["features"]["slash_commands"]

    assert [each["command"] for each in made] == ["/acme-keydesk", "/acme-keys"]
    assert made[0]["usage_hint"] == "[keys | status | help]"
    assert made[1]["usage_hint"] == "[create | list | help]"
    assert all(each["should_escape"] for each in made)


def test_the_scopes_are_those_of_the_calls_and_events() -> None:
    scopes = manifest(DOORS, shortcuts=DESCRIBED)["oauth_config"]["scopes"]["bot"]

    assert scopes == sorted({"commands", *(scope for each in WEB_API_SCOPES.values() for scope in each)})


def test_an_event_or_a_shortcut_that_nobody_described_is_refused() -> None:
    with pytest.raises(KeyError, match="leak"):
        manifest(DOORS)
    with pytest.raises(KeyError, match="star_added"):
        manifest([Routes(events={"star_added": nothing})])


@pytest.mark.skipif(not SCHEMA.exists(), reason="Slack's published schema lies beside the checkout in CI only")
@pytest.mark.parametrize("url", [None, "https://keydesk.example"])
def test_slacks_published_schema_takes_the_manifest(url: str | None) -> None:
    from jsonschema import Draft7Validator  # takes two seconds

    made = manifest(DOORS, "acme-", url, shortcuts=DESCRIBED)

    Draft7Validator(json.loads(SCHEMA.read_text())).validate(made)

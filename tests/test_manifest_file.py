"""The manifest that people paste is the one that the code means."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from slack_sdk.web.async_client import AsyncWebClient

from bot.__main__ import main
from bot.slack.manifest import EVENT_SCOPES, WEB_API_SCOPES

ROOT = Path(__file__).parents[1]
SCHEMA = ROOT.parent / "shared" / "data" / "slack-manifest.schema.json"
ADDRESS = "https://keydesk.example"
SLASH = ["keydesk", "billing", "digests", "invites", "keys", "members", "projects", "usage"]
NOUNS = ("billing", "digests", "invites", "keys", "members", "projects", "usage")


def printed(*options: str) -> str:
    return CliRunner().invoke(main, ["manifest", *options], catch_exceptions=False).output


def described(*options: str) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(printed(*options))
    return made


def test_the_file_is_what_the_command_prints() -> None:
    written = (ROOT / "manifest.yml").read_text(encoding="utf-8")
    assert written == printed(), "run: .venv/bin/keydesk manifest > manifest.yml"


def test_only_nouns_with_verbs_are_slash_commands() -> None:
    commands = described()["features"]["slash_commands"]

    assert [each["command"] for each in commands] == ["/keydesk", *(f"/{noun}" for noun in NOUNS)]


def test_every_command_shows_its_prefix() -> None:
    commands = described("--prefix", "acme-")["features"]["slash_commands"]

    assert [each["command"] for each in commands] == ["/acme-keydesk", *(f"/acme-{noun}" for noun in NOUNS)]


def test_the_two_transports_differ_only_in_addresses() -> None:
    socket, http = described(), described("--url", ADDRESS)

    assert http["settings"].pop("socket_mode_enabled") is False
    assert socket["settings"].pop("socket_mode_enabled") is True
    assert without_addresses(http) == socket


def test_no_scope_is_asked_for_without_a_use() -> None:
    made = described()
    used = {scope for scopes in WEB_API_SCOPES.values() for scope in scopes}
    used |= {scope for event in made["settings"]["event_subscriptions"]["bot_events"] for scope in EVENT_SCOPES[event]}

    assert set(made["oauth_config"]["scopes"]["bot"]) == used | {"commands"}


def test_every_method_with_scopes_is_known_to_slacks_own_client() -> None:
    known = {name.replace("_", "").lower() for name in dir(AsyncWebClient)}

    assert {method for method in WEB_API_SCOPES if method.replace(".", "").lower() not in known} == set()


@pytest.mark.skipif(not SCHEMA.exists(), reason="Slack's published schema lies beside the checkout in CI only")
@pytest.mark.parametrize("options", [(), ("--url", ADDRESS), ("--prefix", "acme-", "--url", ADDRESS)])
def test_slacks_published_schema_takes_what_the_command_prints(options: tuple[str, ...]) -> None:
    from jsonschema import Draft7Validator  # takes two seconds

    Draft7Validator(json.loads(SCHEMA.read_text())).validate(described(*options))


def without_addresses(part: Any) -> Any:
    if isinstance(part, dict):
        kept = {key: value for key, value in part.items() if not str(value).startswith(ADDRESS)}
        return {key: without_addresses(value) for key, value in kept.items()}
    return [without_addresses(each) for each in part] if isinstance(part, list) else part

"""The command line: what it writes, what it prints, and how it ends when something is wrong."""

from __future__ import annotations

import asyncio
import errno
import json
import os
import stat
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result
from pydantic import SecretStr

from bot.__main__ import main, reason_of
from bot.app import app_manifest
from bot.config import Settings
from bot.install import TEMPLATE
from bot.sealing import Ring, new_key
from bot.slack.http import health_app
from bot.slack.serving import listening
from bot.store import schema
from bot.store.database import Database
from tests.emulated import emulated

COMPLETE = {
    "SLACK_BOT_TOKEN": "xoxb-canary",
    "SLACK_APP_TOKEN": "xapp-canary",
    "DEEPGRAM_API_KEY": "emulated-canary",
    "KEYDESK_OWNERS": "U1,U2",
}


@pytest.fixture(autouse=True)
def _empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KEYDESK_HOME", str(tmp_path / "home"))


def keydesk(*arguments: str, **environment: str) -> Result:
    return CliRunner().invoke(main, arguments, env=environment)


def test_init_writes_a_file_for_its_owner_only_and_says_what_is_missing(tmp_path: Path) -> None:
    result = keydesk("init")
    assert result.exit_code == 0
    assert stat.S_IMODE((tmp_path / ".env").stat().st_mode) == 0o600
    assert (tmp_path / ".env").read_text(encoding="utf-8") == TEMPLATE
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DEEPGRAM_API_KEY", "KEYDESK_OWNERS"):
        assert f"Still missing in .env: {name}" in result.output
    database = Database(f"sqlite:///{tmp_path}/home/keydesk.db")
    assert schema.is_current(database)
    database.close()


def test_init_leaves_what_is_there(tmp_path: Path) -> None:
    lines = "".join(f"{name}={value}\n" for name, value in COMPLETE.items())
    (tmp_path / ".env").write_text(lines, encoding="utf-8")
    result = keydesk("init")
    assert (tmp_path / ".env").read_text(encoding="utf-8") == lines
    assert "left as it is" in result.output
    assert "Nothing is missing." in result.output
    assert "canary" not in result.output


def test_everything_in_the_written_file_is_a_setting(tmp_path: Path) -> None:
    keydesk("init")
    names = [line.partition("=")[0].lower() for line in TEMPLATE.splitlines() if line and not line.startswith("#")]
    assert set(names) <= set(Settings.model_fields)
    assert Settings(_env_file=tmp_path / ".env").missing()


def test_migrate_may_be_run_twice() -> None:
    for _ in range(2):
        result = keydesk("migrate")
        assert (result.exit_code, result.output) == (0, "The schema is current.\n")


@pytest.mark.parametrize("command", ["run", "web", "worker", "reconcile"])
def test_what_is_missing_is_named_before_anything_starts(command: str) -> None:
    result = keydesk(command)
    assert result.exit_code == 1
    assert "Missing settings: SLACK_BOT_TOKEN, DEEPGRAM_API_KEY, KEYDESK_OWNERS, SLACK_APP_TOKEN" in result.output


@pytest.mark.parametrize("command", ["web", "worker"])
def test_split_processes_need_postgresql(command: str) -> None:
    result = keydesk(command, **COMPLETE)
    assert result.exit_code == 1
    assert "with SQLite use: keydesk run" in result.output


def test_split_processes_need_a_current_schema(postgres_url: str) -> None:
    result = keydesk("web", **COMPLETE, DATABASE_URL=postgres_url)
    assert result.exit_code == 1
    assert "Run: keydesk migrate" in result.output


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"KEYDESK_TRANSPORT": "pigeon"}, "keydesk_transport"),
        ({"PORT": "many"}, "port"),
        ({"KEYDESK_LOG_LEVEL": "loud"}, "must be one of DEBUG"),
        ({"KEYDESK_CLOCK_URL": "http://127.0.0.1:1/"}, "playground only"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://u:canary@127.0.0.1:9/none"}, "DATABASE_URL"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_settings_that_do_not_fit_are_explained(environment: dict[str, str], words: str) -> None:
    result = keydesk("migrate", **environment)
    assert result.exit_code == 1
    assert words in result.output
    assert "canary" not in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_secret_key_is_printed_once_and_can_be_used() -> None:
    first, second = (keydesk("secret", "new").output.strip() for _ in range(2))
    assert first != second
    assert Ring(SecretStr(f"{first},{second}")).problem == ""


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({}, "KEYDESK_SECRET_KEY is empty. Make one with: keydesk secret new"),
        ({"KEYDESK_SECRET_KEY": "canary"}, "KEYDESK_SECRET_KEY cannot be read"),
        ({"KEYDESK_SECRET_KEY": new_key(), "DEEPGRAM_API_URL": "http://127.0.0.1:9"}, "could not be reached"),
        ({"KEYDESK_SECRET_KEY": new_key(), "DEEPGRAM_API_KEY": ""}, "The Deepgram API key is empty"),
    ],
    ids=["no secret key", "a bad secret key", "no Deepgram", "no main account"],
)
def test_an_account_that_cannot_be_added_is_explained(environment: dict[str, str], words: str) -> None:
    arguments = ["accounts", "add", "--name", "studio"]
    result = CliRunner().invoke(main, arguments, env=COMPLETE | environment, input="canary-of-studio\n")
    assert result.exit_code == 1
    assert words in result.output
    assert "canary" not in result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)


def test_a_credential_is_never_an_argument() -> None:
    result = keydesk("accounts", "add", "--name", "studio", "canary")
    assert (result.exit_code, "unexpected extra argument" in result.output) == (2, True)


@pytest.mark.parametrize(
    ("key", "words", "code"),
    [(new_key(), "Sealed anew: 0", 0), ("", "Nothing was sealed anew", 1)],
    ids=["key", "none"],
)
def test_resealing_says_what_it_did(key: str, words: str, code: int) -> None:
    keydesk("migrate")
    result = keydesk("accounts", "reseal", KEYDESK_SECRET_KEY=key)
    assert (result.exit_code, words in result.output) == (code, True)


def test_the_manifest_is_yaml_that_says_the_same() -> None:
    result = keydesk("manifest")
    assert result.exit_code == 0
    assert yaml.safe_load(result.output) == app_manifest()
    prefixed = yaml.safe_load(keydesk("manifest", "--prefix", "acme-", "--url", "https://keydesk.example").output)
    assert {each["command"][:6] for each in prefixed["features"]["slash_commands"]} == {"/acme-"}
    assert prefixed["settings"]["socket_mode_enabled"] is False
    assert prefixed["features"]["slash_commands"][0]["url"].startswith("https://keydesk.example/")


async def test_a_bad_token_ends_with_a_clear_message(tmp_path: Path) -> None:
    async with emulated() as (slack, _):
        places = {"SLACK_API_URL": f"{slack.state.address}/api/", "PYTHONPATH": str(Path(__file__).parents[1])}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            cwd=tmp_path, env=os.environ | COMPLETE | places,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, complaint = await asyncio.wait_for(process.communicate(), 120)  # on a busy machine it takes a while to start
    assert process.returncode == 1
    assert b"Keydesk could not start: Slack does not accept Keydesk's token any more" in complaint
    assert b"Traceback" not in complaint
    assert b"canary" not in complaint


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (TimeoutError(), "Slack did not answer in time"),
        (OSError(errno.EADDRINUSE, "Address already in use"), "port 3000 is taken already"),
        (OSError(errno.EACCES, "Permission denied"), "Permission denied"),
        (OSError(), "OSError"),
    ],
)
def test_why_a_start_failed_is_never_empty(problem: Exception, words: str) -> None:
    assert words in reason_of(problem, Settings(_env_file=None))


async def test_a_port_that_is_taken_is_named() -> None:
    async def nobody() -> list[tuple[str, bool, str]]:
        return []

    async with listening(health_app(nobody), 0, "127.0.0.1") as port:
        with pytest.raises(OSError, match="in use") as refusal:
            async with listening(health_app(nobody), port, "127.0.0.1"):
                pass
    assert f"port {port} is taken already" in reason_of(refusal.value, Settings(_env_file=None, port=port))


def test_the_doctor_speaks_json_too_even_where_the_settings_do_not_fit() -> None:
    result = keydesk("doctor", "--json", DEEPGRAM_API_URL="https://api.eu.deepgram.com")
    told = json.loads(result.output)
    assert (result.exit_code, told["ok"]) == (1, False)
    assert [set(check) for check in told["checks"]] == [{"name", "ok", "text"}]
    assert "api.eu.deepgram.com has no management API" in told["checks"][0]["text"]


def test_the_doctor_ends_with_one_when_something_is_wrong() -> None:
    result = keydesk(
        "doctor",
        SLACK_API_URL="http://127.0.0.1:9/api/",
        DEEPGRAM_API_URL="http://127.0.0.1:9",
        **{**COMPLETE, "DATABASE_URL": "sqlite:///keydesk.db"},
    )
    assert result.exit_code == 1
    assert "ok    settings: all there" in result.output
    assert "MEND  bot token:" in result.output
    assert "canary" not in result.output

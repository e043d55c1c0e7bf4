"""The command line: what it writes, what it prints, and how it ends when something is wrong."""

from __future__ import annotations

import asyncio
import errno
import functools
import io
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner, Result
from pydantic import SecretStr

from bot.__main__ import main
from bot.app import app_manifest
from bot.commandline import reason_of
from bot.config import Settings
from bot.install import TEMPLATE
from bot.sealing import Keyring, new_key
from bot.slack.http import health_app
from bot.slack.serving import listening
from bot.store import schema
from bot.store.database import Database
from tests import stores
from tests.emulated import emulated

ROOT = Path(__file__).parents[1]
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


@pytest.fixture
def migrated(tmp_path: Path) -> None:
    stores.opened(f"sqlite:///{tmp_path}/home/keydesk.db").close()


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


def test_help_of_accounts_is_about_accounts_at_any_provider() -> None:
    told = keydesk("accounts", "--help").output
    assert "Accounts at providers beside the main one" in told
    assert "Deepgram" not in told


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
        ({"KEYDESK_TRANSPORT": "pigeon"}, "KEYDESK_TRANSPORT: must be"),
        ({"PORT": "many"}, "PORT: must be"),
        ({"PORT": "99999"}, "PORT: must be"),
        ({"DATABASE_URL": "mysql://u:canary@h/d"}, "works on SQLite and PostgreSQL"),
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
    assert Keyring(SecretStr(f"{first},{second}")).problem == ""


@pytest.mark.usefixtures("migrated")
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


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(
    "typed", [b"\xff\xfe\n", b"canary\xff\n", b"\n", b"", "canary-\u2019\n".encode(), b"a canary\n"]
)
@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])  # of a UTF-8 locale, and of C
def test_what_is_no_credential_is_not_added(typed: bytes, errors: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with CliRunner().isolation(env=COMPLETE | {"KEYDESK_SECRET_KEY": new_key()}):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(typed), "utf-8", errors))
        with pytest.raises(click.ClickException) as refusal:
            main(["accounts", "add", "--name", "studio"], standalone_mode=False)
    assert "That is not a credential" in refusal.value.message
    assert "Nothing was added." in refusal.value.message
    assert "canary" not in refusal.value.message


@pytest.mark.usefixtures("migrated")
async def test_a_credential_that_deepgram_refuses_is_not_called_keydesks_own() -> None:
    async with emulated() as (_, deepgram):
        given = COMPLETE | {"KEYDESK_SECRET_KEY": new_key(), "DEEPGRAM_API_URL": deepgram.url}
        add = functools.partial(CliRunner().invoke, main, ["accounts", "add", "--name", "studio"], env=given)
        result = await asyncio.to_thread(add, input="wrong-canary\n")
    assert "The provider does not accept the credential you typed. Nothing was added." in result.output
    assert "owner needs to replace" not in result.output
    assert "canary" not in result.output


@pytest.mark.parametrize("command", ["add --name studio", "reseal"])
def test_accounts_before_there_is_a_database_say_how_to_make_it(command: str, tmp_path: Path) -> None:
    given = COMPLETE | {"KEYDESK_SECRET_KEY": new_key()}
    result = CliRunner().invoke(main, ["accounts", *command.split()], env=given, input="canary\n")
    assert (result.exit_code, "keydesk.db is not there yet: run keydesk init" in result.output) == (1, True)
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("command", ["init", "run", "doctor", "accounts reseal"])
def test_a_file_of_settings_that_cannot_be_read_is_named_by_every_command(command: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"# ok\nKEYDESK_OWNERS=\xff\n")
    result = keydesk(*command.split())
    assert (result.exit_code, ".env, line 2: a byte that is not UTF-8" in result.output) == (1, True)
    assert isinstance(result.exception, SystemExit)


def test_ctrl_c_ends_a_command_without_a_word_while_it_loads_and_while_it_works(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    for place in ("bot.commandline.migrate_engine", "bot.__main__._commands"):
        monkeypatch.setattr(place, interrupted)
        result = keydesk("migrate")
        assert (result.exit_code, result.output) == (130, "")


def test_the_version_is_told_without_loading_what_commands_need() -> None:
    program = "import sys; from bot.__main__ import main; main(['--version'], 'keydesk', standalone_mode=False)"
    loaded = f"{program}; print({{'bot.commandline', 'sqlalchemy', 'slack_sdk', 'pydantic'}} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True, cwd=ROOT)
    assert told.stdout.startswith("keydesk")
    assert told.stdout.endswith("\nset()\n")


@pytest.mark.parametrize("given", [[], ["rnu"], ["run", "test"]])
def test_the_installer_says_how_it_is_called(given: list[str]) -> None:
    told = subprocess.run([ROOT / "requirements" / "install", *given], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stdout) == (2, "")
    assert told.stderr.startswith("Usage: requirements/install run")
    assert len(told.stderr.splitlines()) == 1


def test_a_credential_is_never_an_argument() -> None:
    result = keydesk("accounts", "add", "--name", "studio", "canary")
    assert (result.exit_code, "unexpected extra argument" in result.output) == (2, True)


@pytest.mark.usefixtures("migrated")
@pytest.mark.parametrize(
    ("key", "words", "code"),
    [(new_key(), "Sealed anew: 0", 0), ("", "Nothing was sealed anew", 1)],
    ids=["key", "none"],
)
def test_resealing_says_what_it_did(key: str, words: str, code: int) -> None:
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


async def test_a_bad_token_ends_with_a_clear_message_after_what_is_doubtful(tmp_path: Path) -> None:
    async with emulated() as (slack, _):
        places = {"SLACK_API_URL": f"{slack.state.address}/api/", "PYTHONPATH": str(ROOT)}
        doubtful = {"KEYDESK_TRANSPORT": "http", "SLACK_SIGNING_SECRET": "canary"}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "run",
            cwd=tmp_path, env=os.environ | COMPLETE | places | doubtful,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        _, complaint = await asyncio.wait_for(process.communicate(), 120)  # on a busy machine it takes a while to start
    assert process.returncode == 1
    assert b"SLACK_SIGNING_SECRET is no 32 hexadecimal digits" in complaint
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


async def test_nothing_is_logged_before_the_doctors_report() -> None:
    async with emulated() as (slack, deepgram):
        places = {"SLACK_API_URL": f"{slack.state.address}/api/", "DEEPGRAM_API_URL": deepgram.url}
        result = await asyncio.to_thread(keydesk, "doctor", **COMPLETE, **places)
    assert "MEND  bot token: Slack says invalid_auth" in result.output
    assert all(line.startswith(("ok    ", "MEND  ")) for line in result.output.splitlines())
    assert "canary" not in result.output

"""Settings: what is missing, what is refused, and that no secret shows."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from bot.config import BadSettings, Settings, load, strangers
from bot.providers.deepgram.addresses import doubt

SECRETS = {
    "slack_bot_token": "xoxb-canary-1",
    "slack_app_token": "xapp-canary-2",
    "slack_signing_secret": "canary-3",
    "deepgram_api_key": "canary-4",
    "keydesk_secret_key": "canary-5",
}


def settings(**given: Any) -> Settings:
    return Settings(_env_file=None, **given)


def test_an_empty_environment_misses_all_that_socket_mode_needs() -> None:
    assert settings().missing() == ("SLACK_BOT_TOKEN", "DEEPGRAM_API_KEY", "KEYDESK_OWNERS", "SLACK_APP_TOKEN")


def test_http_needs_a_signing_secret_instead_of_an_app_token() -> None:
    assert settings(keydesk_transport="http").missing()[-1] == "SLACK_SIGNING_SECRET"
    assert "SLACK_APP_TOKEN" not in settings(keydesk_transport="http").missing()


def test_nothing_is_missing_once_all_is_there() -> None:
    assert settings(**SECRETS, keydesk_owners="U1,U2").missing() == ()


@pytest.mark.parametrize(
    ("given", "owners"),
    [
        ("U1, U2 U1", ("U1", "U2")),
        ("U1,U2", ("U1", "U2")),
        (" U1 ; U2".replace(";", ","), ("U1", "U2")),
        ("U1 U2", ("U1", "U2")),
        (" , ", ()),
    ],
)
def test_owners_are_read_from_a_list(given: str, owners: tuple[str, ...]) -> None:
    assert settings(keydesk_owners=given).keydesk_owners == owners


def test_settings_come_from_the_environment_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_text("KEYDESK_OWNERS=U1, U2\nPORT=3001\nSOMETHING_ELSE=1\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "3002")
    found = Settings()
    assert (found.keydesk_owners, found.port) == (("U1", "U2"), 3002)


@pytest.mark.parametrize("url", ["https://slack.com/api/", "https://127.0.0.1.evil.test/", "https://localhost.test/"])
def test_a_moved_clock_is_refused_outside_this_machine(url: str) -> None:
    with pytest.raises(ValidationError, match="playground only"):
        settings(slack_api_url=url, keydesk_clock_url="http://127.0.0.1:1/clock")


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/api", "http://localhost/api/", "http://[::1]:9/api/"])
def test_a_moved_clock_is_fine_on_this_machine(url: str) -> None:
    found = settings(slack_api_url=url, keydesk_clock_url="http://127.0.0.1:1/clock")
    assert found.slack_api_url.endswith("/api/")


def test_without_an_address_the_database_is_a_file_at_an_absolute_path(tmp_path: Path) -> None:
    assert settings(keydesk_home=tmp_path).database_url == f"sqlite:///{tmp_path}/keydesk.db"
    assert settings(database_url="postgresql://h/d").database_url == "postgresql://h/d"


@pytest.mark.parametrize(
    "wrong",
    [
        {"keydesk_log_level": "loud"},
        {"keydesk_transport": "pigeon"},
        {"keydesk_prefix": "Acme "},
        {"keydesk_prefix": "a" * 17},
        {"port": "many"},
        {"port": "99999"},
        {"port": "-1"},
    ],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(**wrong)


@pytest.mark.parametrize("level", ["debug", " Debug ", "DEBUG"])
def test_a_log_level_may_be_written_in_any_case(level: str) -> None:
    assert settings(keydesk_log_level=level).keydesk_log_level == "DEBUG"


def test_an_unknown_log_level_is_answered_with_the_known_ones() -> None:
    with pytest.raises(ValidationError, match="must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL"):
        settings(keydesk_log_level="verbose")


def test_no_secret_shows_in_settings() -> None:
    found = settings(**SECRETS)
    shown = f"{found!r} {found} {found.model_dump()} {found.model_dump_json()}"
    assert not [secret for secret in SECRETS.values() if secret in shown]


def test_a_databases_password_does_not_show_in_settings() -> None:
    found = settings(database_url="postgresql://keydesk:canary-6@host/keydesk")
    assert "canary" not in f"{found!r} {found}"


def test_no_secret_shows_in_what_is_refused() -> None:
    with pytest.raises(ValidationError) as refusal:
        settings(**SECRETS, keydesk_transport="pigeon", database_url="postgresql://u:canary-6@h/d")
    assert "canary" not in f"{refusal.value!r} {refusal.value}"


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://api.deepgram.com", "in the clear"),
        ("http://10.0.0.5:8080", "in the clear"),
        ("http://127.0.0.1.evil.test", "in the clear"),
        ("https://api.eu.deepgram.com", "no management API"),
        ("https://api.au.deepgram.com/", "no management API"),
        ("https://agent.deepgram.com", "no management API"),
        ("https://api.deepgram.com/v1", "has a path"),
        ("https://api.deepgram.com/v1/projects?x=1", "has a path"),
        ("https://key:word@api.deepgram.com", "user name or password"),
        ("api.deepgram.com", "is no address"),
        ("ftp://api.deepgram.com", "is no address"),
        ("https://api.deepgram.com:99999", "is no address"),
    ],
)
def test_an_address_that_cannot_be_deepgrams_management_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        settings(deepgram_api_url=url)


@pytest.mark.parametrize(
    "url", ["https://api.deepgram.com/", "http://127.0.0.1:9", "http://[::1]:9", "https://a1.eu.api.deepgram.com"]
)
def test_other_addresses_are_taken_without_their_last_slash(url: str) -> None:
    assert settings(deepgram_api_url=url).deepgram_api_url == url.rstrip("/")


def test_only_an_address_that_is_not_deepgrams_own_is_doubted() -> None:
    assert doubt("https://api.deepgram.com") is doubt("http://127.0.0.1:9") is None
    assert "your own proxy" in (doubt("https://deepgram-proxy.example.com") or "")


def test_slacks_token_is_sent_to_no_other_machine_in_the_clear() -> None:
    with pytest.raises(ValidationError, match="in the clear"):
        settings(slack_api_url="http://slack.example.com/api/")


@pytest.mark.parametrize(
    ("given", "host"),
    [
        ({}, "127.0.0.1"),
        ({"keydesk_transport": "http"}, "0.0.0.0"),
        ({"host": "0.0.0.0"}, "0.0.0.0"),
        ({"keydesk_transport": "http", "host": "127.0.0.1"}, "127.0.0.1"),
    ],
)
def test_beside_socket_mode_nobody_outside_is_answered_unless_told(given: dict[str, Any], host: str) -> None:
    assert settings(**given).host == host


@pytest.mark.parametrize("empty", ["", "  "])
def test_what_is_written_and_empty_means_the_default(empty: str) -> None:
    written = dict.fromkeys(("port", "keydesk_transport", "keydesk_ring_seconds", "deepgram_api_url", "host"), empty)
    assert settings(**written) == settings()


@pytest.mark.parametrize("owners", ["U1;U2", "<@U1>", "@maria, U2"])
def test_owners_that_are_no_ids_are_answered_with_how_they_are_written(owners: str) -> None:
    with pytest.raises(ValidationError, match="with commas between them"):
        settings(keydesk_owners=owners)


@pytest.mark.parametrize("kind", ["mysql", "postgresql+psycopg2", "sqlite+aiosqlite"])
def test_another_kind_of_database_is_refused_in_words(kind: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"SQLite and PostgreSQL; DATABASE_URL names {kind}")):
        settings(database_url=f"{kind}://keydesk:canary@host/keydesk")


@pytest.mark.parametrize("given", [{"slack_bot_token": "xapp-canary"}, {"slack_app_token": "xoxb-canary"}])
def test_tokens_that_look_swapped_are_refused_in_words(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="look swapped") as refusal:
        settings(**given)
    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    ("transport", "secret", "doubts"),
    [("http", "x" * 32, 1), ("http", "a" * 31, 1), ("http", "0f" * 16, 0), ("socket", "x", 0)],
)
def test_a_signing_secret_that_is_none_is_doubted(transport: str, secret: str, doubts: int) -> None:
    found = settings(keydesk_transport=transport, slack_signing_secret=secret).doubts()
    assert len(found) == doubts
    assert secret not in " ".join(found)


def test_what_does_not_fit_is_named_as_it_stands_in_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    wrong = {
        "PORT": ("99999", "PORT: must be less than or equal to 65535"),
        "KEYDESK_TRANSPORT": ("pigeon", "KEYDESK_TRANSPORT: must be 'socket' or 'http'"),
        "KEYDESK_LOG_LEVEL": ("loud", "KEYDESK_LOG_LEVEL: must be one of DEBUG"),
        "DATABASE_URL": (
            "mysql://h/d",
            "DATABASE_URL: Keydesk works on SQLite and PostgreSQL; DATABASE_URL names mysql",
        ),
    }
    Path(".env").write_text("".join(f"{name}={value}\n" for name, (value, _) in wrong.items()), encoding="utf-8")
    with pytest.raises(BadSettings) as refusal:
        load()
    lines = str(refusal.value).splitlines()
    assert all(any(line.startswith(said) for line in lines) for _, said in wrong.values()), lines
    assert "Value error" not in str(refusal.value)


def test_a_byte_that_is_not_utf_8_is_found_by_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".env").write_bytes(b"PORT=3000\n# caf\xe9\n")
    with pytest.raises(BadSettings, match=r"\.env, line 2: a byte that is not UTF-8"):
        load()
    Path(".env").unlink()
    monkeypatch.setenv("DEEPGRAM_API_KEY", "canary\udcff")
    with pytest.raises(BadSettings, match="DEEPGRAM_API_KEY holds a byte that is not UTF-8") as refusal:
        load()
    assert "canary" not in str(refusal.value)


def test_a_variable_of_ours_that_is_no_setting_is_told_with_the_nearest(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("KEYDESK_OWNER=canary\nkeydesk_home=/tmp\nKEYDESK_WEATHER=1\nOTHER=1\nPORT=1\n", encoding="utf-8")
    assert strangers(file) == [
        "KEYDESK_OWNER is not a setting; did you mean KEYDESK_OWNERS?",
        "KEYDESK_WEATHER is not a setting.",
    ]
    assert strangers(tmp_path / "none") == []

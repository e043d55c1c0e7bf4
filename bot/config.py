"""Settings, read from the environment and a ``.env`` file; nothing here touches the world."""

from __future__ import annotations

import re
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.providers.deepgram.addresses import DEFAULT_URL, LOOPBACK, refusal

PREFIX = r"[a-z0-9_-]{0,16}"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
ENV_FILE = Path(".env")
DATABASES = frozenset({"sqlite", "sqlite+pysqlite", "postgres", "postgresql", "postgresql+psycopg"})
SIGNING_DIGITS = 32  # hexadecimal, in every signing secret that Slack shows under Basic Information


class Settings(BaseSettings):
    """Everything that differs between one installation and another."""

    model_config = SettingsConfigDict(env_file=ENV_FILE, extra="ignore", hide_input_in_errors=True)

    slack_bot_token: SecretStr = SecretStr("")
    slack_app_token: SecretStr = SecretStr("")
    slack_signing_secret: SecretStr = SecretStr("")
    slack_api_url: str = "https://slack.com/api/"
    deepgram_api_key: SecretStr = SecretStr("")
    deepgram_api_url: str = DEFAULT_URL
    database_url: str = Field(default="", repr=False)  # may hold a password
    keydesk_home: Path = Field(default_factory=lambda: Path.home() / ".keydesk")
    keydesk_secret_key: SecretStr = SecretStr("")
    keydesk_transport: Literal["socket", "http"] = "socket"
    keydesk_owners: Annotated[tuple[str, ...], NoDecode] = ()
    keydesk_prefix: str = Field(default="", pattern=f"^{PREFIX}$")
    keydesk_clock_url: str = ""
    keydesk_log_level: str = "INFO"
    keydesk_health_token: SecretStr = SecretStr("")
    keydesk_requests_per_hour: int = Field(default=10, ge=1, le=10_000)
    keydesk_ring_seconds: float = Field(default=5.0, ge=0, le=300)
    host: str = ""
    port: int = Field(default=3000, ge=0, le=65535)

    @model_validator(mode="before")
    @classmethod
    def _written(cls, given: dict[str, Any]) -> dict[str, Any]:
        """Take what is written and empty for not written, and nothing that could not be sent or kept."""
        for name, value in given.items():
            if isinstance(value, str) and not _is_utf8(value):
                raise ValueError(f"{name.upper()} holds a byte that is not UTF-8. Write it again")
        return {name: value for name, value in given.items() if not isinstance(value, str) or value.strip()}

    @field_validator("keydesk_owners", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Read “U1, U2, U1” as two people."""
        return tuple(dict.fromkeys(value.replace(",", " ").split())) if isinstance(value, str) else value

    @field_validator("keydesk_owners")
    @classmethod
    def _ids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(re.fullmatch("[A-Za-z0-9]+", each) for each in value):
            raise ValueError("must be Slack user ids with commas between them, for example U024BE7LH,U0G9QF9C6")
        return value

    @field_validator("database_url")
    @classmethod
    def _of_ours(cls, value: str) -> str:
        kind, there, _ = value.strip().partition("://")
        if there and kind not in DATABASES:
            raise ValueError(f"Keydesk works on SQLite and PostgreSQL; DATABASE_URL names {kind[:20]}")
        return value.strip()

    @field_validator("keydesk_log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        level = value.strip().upper()
        if level not in LOG_LEVELS:
            raise ValueError(f"must be one of {', '.join(LOG_LEVELS)}")
        return level

    @field_validator("deepgram_api_url")
    @classmethod
    def _deepgrams(cls, value: str) -> str:
        problem = refusal(value)
        if problem is not None:
            raise ValueError(problem)
        return value.strip().rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _sealed_on_the_way(cls, value: str) -> str:
        found = urlsplit(value.strip())
        if found.scheme != "https" and found.hostname not in LOOPBACK:
            raise ValueError("must begin with https://: anything else would send the token in the clear")
        return value.strip()

    @model_validator(mode="after")
    def _finish(self) -> Settings:
        bot, app = self.slack_bot_token.get_secret_value(), self.slack_app_token.get_secret_value()
        if bot.startswith("xapp-") or app.startswith("xoxb-"):
            raise ValueError(
                "SLACK_BOT_TOKEN and SLACK_APP_TOKEN look swapped: the bot token begins with xoxb-, "
                "the app-level token with xapp-"
            )
        if self.keydesk_clock_url and urlsplit(self.slack_api_url).hostname not in LOOPBACK:
            raise ValueError("KEYDESK_CLOCK_URL is for the playground only: SLACK_API_URL must be on this machine")
        # Beside Socket Mode there is only health to read, and nobody outside has to.
        self.host = self.host or ("0.0.0.0" if self.keydesk_transport == "http" else "127.0.0.1")
        self.slack_api_url = self.slack_api_url.rstrip("/") + "/"
        self.database_url = self.database_url or f"sqlite:///{self.keydesk_home.expanduser().resolve()}/keydesk.db"
        return self

    def missing(self) -> tuple[str, ...]:
        """Return the names of settings without which nothing can start."""
        needed = {
            "SLACK_BOT_TOKEN": self.slack_bot_token.get_secret_value(),
            "DEEPGRAM_API_KEY": self.deepgram_api_key.get_secret_value(),
            "KEYDESK_OWNERS": " ".join(self.keydesk_owners),
        }
        if self.keydesk_transport == "socket":
            needed["SLACK_APP_TOKEN"] = self.slack_app_token.get_secret_value()
        else:
            needed["SLACK_SIGNING_SECRET"] = self.slack_signing_secret.get_secret_value()
        return tuple(name for name, value in needed.items() if not value)

    def doubts(self) -> tuple[str, ...]:
        """Return what is probably not meant, in sentences; nothing of it keeps Keydesk from starting."""
        secret = self.slack_signing_secret.get_secret_value()
        if self.keydesk_transport == "http" and re.fullmatch(f"[0-9a-fA-F]{{{SIGNING_DIGITS}}}", secret) is None:
            mend = "copy the Signing Secret from Basic Information"
            return (f"SLACK_SIGNING_SECRET is no {SIGNING_DIGITS} hexadecimal digits: {mend}",)
        return ()


class BadSettings(Exception):
    """The settings cannot be read; the text says which, and nothing that stands in them."""


def load() -> Settings:
    """Read the settings from the environment and from ``.env``.

    Raises:
        BadSettings: one of them does not fit, or the file cannot be read.
    """
    try:
        return Settings()
    except ValidationError as problem:
        raise BadSettings("The settings do not fit:\n" + "\n".join(map(_line, problem.errors()))) from None
    except UnicodeDecodeError:
        raise BadSettings(
            f"{ENV_FILE}, line {_broken_line()}: a byte that is not UTF-8. Write that line again."
        ) from None
    except OSError as problem:
        raise BadSettings(f"{ENV_FILE} cannot be read: {problem.strerror}.") from None


def strangers(file: Path = ENV_FILE) -> list[str]:
    """Return a sentence for each ``KEYDESK_`` variable in the file that is no setting.

    The environment is not looked at: it may name other programs' things (Kubernetes adds ``KEYDESK_SERVICE_HOST``).
    """
    known = [name.upper() for name in Settings.model_fields]
    written = dotenv_values(file, interpolate=False) if file.is_file() else {}
    return [
        _stranger(name, known) for name in written if name.upper().startswith("KEYDESK_") and name.upper() not in known
    ]


def _stranger(name: str, known: list[str]) -> str:
    near = get_close_matches(name.upper(), known, n=1, cutoff=0.85)
    return f"{name} is not a setting" + (f"; did you mean {near[0]}?" if near else ".")


def _line(error: Any) -> str:
    name = ".".join(str(part) for part in error["loc"]).upper()
    text = error["msg"].removeprefix("Value error, ").replace("Input should be", "must be")
    return f"{name}: {text}" if name else text


def _broken_line() -> int:
    try:
        ENV_FILE.read_bytes().decode()
    except UnicodeDecodeError as problem:
        return problem.object[: problem.start].count(b"\n") + 1
    return 1  # somebody has mended it meanwhile


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True

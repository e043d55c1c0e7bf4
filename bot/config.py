"""Settings, read from the environment and a ``.env`` file; nothing here touches the world."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.providers.deepgram.addresses import DEFAULT_URL, LOOPBACK, refusal

PREFIX = r"[a-z0-9_-]{0,16}"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


class Settings(BaseSettings):
    """Everything that differs between one installation and another."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", hide_input_in_errors=True)

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
    port: int = 3000

    @field_validator("keydesk_owners", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """Read “U1, U2, U1” as two people."""
        return tuple(dict.fromkeys(value.replace(",", " ").split())) if isinstance(value, str) else value

    @field_validator("keydesk_log_level")
    @classmethod
    def _known_level(cls, value: str) -> str:
        level = value.strip().upper()
        if level not in LOG_LEVELS:
            raise ValueError(f"KEYDESK_LOG_LEVEL must be one of {', '.join(LOG_LEVELS)}")
        return level

    @field_validator("deepgram_api_url")
    @classmethod
    def _deepgrams(cls, value: str) -> str:
        problem = refusal(value)
        if problem is not None:
            raise ValueError(f"DEEPGRAM_API_URL: {problem}")
        return value.strip().rstrip("/")

    @field_validator("slack_api_url")
    @classmethod
    def _sealed_on_the_way(cls, value: str) -> str:
        found = urlsplit(value.strip())
        if found.scheme != "https" and found.hostname not in LOOPBACK:
            raise ValueError("SLACK_API_URL must begin with https://: anything else would send the token in the clear")
        return value.strip()

    @model_validator(mode="after")
    def _finish(self) -> Settings:
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

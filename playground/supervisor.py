"""Starts the emulators and the unchanged bot beside them, and leaves nothing behind when it ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import secrets
import socket
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import httpx

from bot.app import app_manifest
from bot.sealing import new_key
from playground import demo
from playground.clock import PlaygroundClock
from playground.deepgram.server import DeepgramEmulator
from playground.slack.seed import OWNERS
from playground.slack.server import SlackEmulator
from playground.workplace import prepare_store

Transport = Literal["socket", "http"]

STOP_SECONDS = 15.0
PORTS = range(20_000, 32_000)
PAGE = Path(__file__).parent / "page"


@dataclass
class Playground:
    """The emulators, and the bot as a process of its own.

    ``home`` keeps the bot's database and log; ``role`` is whose management key the bot has at Deepgram;
    ``lived_in``: its people have worked with Keydesk for a while, as `playground.demo` tells.
    The bot has ``start_seconds`` to become ready.
    """

    home: Path
    transport: Transport = "socket"
    role: Literal["owner", "admin", "member"] = "admin"
    port: int = 0
    database_url: str = ""
    rate_limits: bool = True
    lived_in: bool = False
    clock: PlaygroundClock = field(default_factory=PlaygroundClock)
    start_seconds: float = 30.0
    address: str = ""
    bot_port: int = 0
    bot: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Start everything; return once the bot is ready."""
        await self.start_emulators()
        await self.start_bot()

    async def start_emulators(self) -> None:
        """Start everything but the bot, and prepare its database."""
        self.bot_port = free_port()
        self.signing_secret, self.bot_token, self.app_token = secrets.token_hex(16), "xoxb-emulated", "xapp-emulated"
        self.secret_key = new_key()
        self.deepgram = DeepgramEmulator(self.clock.now)
        deepgram_url = await self.deepgram.start()
        self.slack = SlackEmulator(
            self.clock,
            transport=self.transport,
            signing_secret=self.signing_secret,
            bot_token=self.bot_token,
            app_token=self.app_token,
            manifest=app_manifest(url=self._bot_address() if self.transport == "http" else None),
            request_url=f"{self._bot_address()}/slack/events" if self.transport == "http" else None,
            page_folder=PAGE,
            providers=[{"name": "Deepgram", "url": deepgram_url}],
            rate_limits=self.rate_limits,
        )
        self.address = await self.slack.start(self.port)
        await asyncio.to_thread(prepare_store, self.database(), self.deepgram.state)
        if self.lived_in:
            await demo.move_in(self.database(), self.deepgram, self.secret_key, self.role)

    def database(self) -> str:
        """Return the address of the bot's database."""
        return self.database_url or f"sqlite:///{self.home / 'keydesk.db'}"

    def environment(self) -> dict[str, str]:
        """Return the bot's whole environment: only addresses and tokens differ from production.

        Nothing is inherited but what a process needs to run: proxy variables would send loopback elsewhere.
        """
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ", "TMPDIR") if name in os.environ}
        return kept | {
            "SLACK_API_URL": f"{self.address}/api/",
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
            "SLACK_SIGNING_SECRET": self.signing_secret,
            "DEEPGRAM_API_URL": self.deepgram.url,
            "DEEPGRAM_API_KEY": self.deepgram.credentials[self.role],
            "DATABASE_URL": self.database(),
            "KEYDESK_HOME": str(self.home),
            "KEYDESK_TRANSPORT": self.transport,
            "KEYDESK_OWNERS": ",".join(OWNERS),
            "KEYDESK_SECRET_KEY": self.secret_key,
            "KEYDESK_CLOCK_URL": f"{self.address}/clock",
            "HOST": "127.0.0.1",
            "PORT": str(self.bot_port),
            "PYTHONUNBUFFERED": "1",
        }

    async def start_bot(self) -> None:
        """Start the bot and wait until it says that it is ready.

        Raises:
            RuntimeError: it ended, or was not ready in time; the text holds the end of its log.
        """
        with (self.home / "bot.log").open("ab") as log:
            self.bot = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "bot", "run",
                env=self.environment(), cwd=self.home, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        try:
            async with asyncio.timeout(self.start_seconds):
                await self._until_ready()
        except TimeoutError:
            raise RuntimeError(f"the bot was not ready in {self.start_seconds:.0f} s:\n{self.log_end()}") from None

    async def _until_ready(self) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=6) as client:
            while True:
                if self.bot is None or self.bot.returncode is not None:
                    raise RuntimeError(f"the bot ended:\n{self.log_end()}")
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(f"{self._bot_address()}/readyz")).status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(0.05)

    def log_end(self) -> str:
        """Return the last lines of the bot's log."""
        log = self.home / "bot.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""

    async def kill_bot(self) -> None:
        """Kill the bot at once, as ``kill -9`` does."""
        if self.bot is not None and self.bot.returncode is None:
            self.bot.kill()
            await self.bot.wait()

    async def stop_bot(self) -> int:
        """Tell the bot to stop, kill it if it does not, and return its exit code."""
        if self.bot is None or self.bot.returncode is not None:
            return self.bot.returncode if self.bot is not None and self.bot.returncode is not None else 0
        self.bot.terminate()
        try:
            return await asyncio.wait_for(self.bot.wait(), STOP_SECONDS)
        except TimeoutError:
            await self.kill_bot()
            return -9

    async def stop(self) -> None:
        """Stop the bot first, then the emulators."""
        await self.stop_bot()
        if self.address:
            await self.slack.stop()
        await self.deepgram.stop()

    def _bot_address(self) -> str:
        return f"http://127.0.0.1:{self.bot_port}"


@contextlib.asynccontextmanager
async def playground(
    transport: Transport = "socket",
    *,
    port: int = 0,
    database_url: str = "",
    rate_limits: bool = True,
    lived_in: bool = False,
    clock: PlaygroundClock | None = None,
) -> AsyncIterator[Playground]:
    """Run a playground in a folder of its own, which is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="keydesk-") as home:
        running = Playground(
            Path(home),
            transport,
            port=port,
            database_url=database_url,
            rate_limits=rate_limits,
            lived_in=lived_in,
            clock=clock or PlaygroundClock(),
        )
        try:
            await running.start()
            yield running
        finally:
            await running.stop()


def free_port() -> int:
    """Return a port of this machine that nobody listens on.

    It is below those that systems give to outgoing connections, so that whoever is started anew finds it free again.
    """
    while True:
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", random.choice(PORTS))) as listener:
            port: int = listener.getsockname()[1]
            return port

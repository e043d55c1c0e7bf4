"""An emulated Groq, and the official SDKs that speak with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from groq import AsyncGroq
from groq.types.chat import ChatCompletion
from openai import AsyncOpenAI

from playground.groq.server import GroqEmulator
from playground.groq.state import Organization
from tests.sdks import groq_sdk, openai_sdk

MODEL = "openai/gpt-oss-20b"
HELLO: Any = [{"role": "user", "content": "Say something long enough"}]
"""Untyped, for it goes to both SDKs, whose types are not the same."""


@dataclass
class Clock:
    """Monotonic seconds that a test moves."""

    now: float = 1_000.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclass
class Groq:
    """An emulator with one organization and one key, and both SDKs, which retry nothing by themselves."""

    emulator: GroqEmulator
    organization: Organization
    key: str
    clock: Clock
    groq: AsyncGroq = field(init=False)
    openai: AsyncOpenAI = field(init=False)

    def __post_init__(self) -> None:
        self.groq = groq_sdk(self.emulator.url, self.key)
        self.openai = openai_sdk(self.emulator.url, self.key)


async def asks(here: Groq, words: str = HELLO[0]["content"], most: int | None = None) -> ChatCompletion:
    """Ask by the Groq SDK."""
    messages: Any = [{"role": "user", "content": words}]
    return await here.groq.chat.completions.create(model=MODEL, messages=messages, max_tokens=most)


@pytest.fixture
async def here() -> AsyncIterator[Groq]:
    """A Groq without limits, until a test sets some."""
    clock = Clock()
    emulator = GroqEmulator(clock)
    await emulator.start()
    organization = emulator.state.add_organization()
    served = Groq(emulator, organization, organization.new_key(), clock)
    yield served
    await served.groq.close()
    await served.openai.close()
    await emulator.stop()

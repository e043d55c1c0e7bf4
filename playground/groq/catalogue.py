"""The models that are there, with the base limits that Groq publishes (its pages of models and of rate limits)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Purpose = Literal["chat", "transcription", "speech"]
Limits = Mapping[str, int]

_TEXT: Limits = {"RPM": 30, "RPD": 1_000, "TPM": 8_000, "TPD": 200_000}
_COMPOUND: Limits = {"RPM": 30, "RPD": 250, "TPM": 70_000}
_GUARD: Limits = {"RPM": 30, "RPD": 14_400, "TPM": 15_000, "TPD": 500_000}
_WHISPER: Limits = {"RPM": 20, "RPD": 2_000, "ASH": 7_200, "ASD": 28_800}
_ORPHEUS: Limits = {"RPM": 10, "RPD": 100, "TPM": 1_200, "TPD": 3_600}


@dataclass(frozen=True)
class Model:
    """One model: what it is for, and how many tokens it reads and writes at most.

    ``limits`` are the published ones of autumn 2026, by metric.
    """

    owner: str
    limits: Limits
    context_window: int = 131_072
    longest_answer: int = 65_536
    purpose: Purpose = "chat"
    translates: bool = False


MODELS: Mapping[str, Model] = {
    "openai/gpt-oss-120b": Model("OpenAI", _TEXT),
    "openai/gpt-oss-20b": Model("OpenAI", _TEXT),
    "openai/gpt-oss-safeguard-20b": Model("OpenAI", _TEXT),
    "qwen/qwen3.6-27b": Model("Alibaba Cloud", _TEXT),
    "qwen/qwen3.8-27b": Model("Alibaba Cloud", _TEXT),
    "groq/compound": Model("Groq", _COMPOUND, longest_answer=8_192),
    "groq/compound-mini": Model("Groq", _COMPOUND, longest_answer=8_192),
    "meta-llama/llama-prompt-guard-2-22m": Model("Meta", _GUARD, 512, 512),
    "meta-llama/llama-prompt-guard-2-86m": Model("Meta", _GUARD, 512, 512),
    "whisper-large-v3": Model("OpenAI", _WHISPER, 448, 448, "transcription", translates=True),
    "whisper-large-v3-turbo": Model("OpenAI", _WHISPER, 448, 448, "transcription"),
    "canopylabs/orpheus-v1-english": Model("Canopy Labs", _ORPHEUS, 4_000, 50_000, "speech"),
    "canopylabs/orpheus-arabic-saudi": Model("Canopy Labs", _ORPHEUS, 4_000, 50_000, "speech"),
}

"""The emulated Deepgram's models. Names are the vendor's; ids are this emulator's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import NAMESPACE_URL, uuid5


@dataclass(frozen=True)
class Model:
    """One version of a model; ``accent`` is known of voices only."""

    kind: Literal["stt", "tts"]
    name: str
    architecture: str
    languages: tuple[str, ...]
    version: str
    accent: str = ""
    outdated: bool = False
    batch: bool = True

    @property
    def canonical_name(self) -> str:
        """Return the name that requests use."""
        return self.name if self.name.startswith(self.architecture) else f"{self.architecture}-{self.name}"

    @property
    def model_id(self) -> str:
        """Return its id, the same at every start."""
        return str(uuid5(NAMESPACE_URL, f"keydesk-playground:model:{self.canonical_name}:{self.version}"))

    def described(self) -> dict[str, Any]:
        """Return it as the vendor's lists show it."""
        shown: dict[str, Any] = {
            "name": self.name,
            "canonical_name": self.canonical_name,
            "architecture": self.architecture,
            "languages": list(self.languages),
            "version": self.version,
            "uuid": self.model_id,
        }
        if self.kind == "stt":
            return shown | {"batch": self.batch, "streaming": True, "formatted_output": self.architecture != "whisper"}
        return shown | {"metadata": self._voice()}

    def _voice(self) -> dict[str, Any]:
        place = f"https://static.example/voices/{self.name}"
        return {
            "accent": self.accent,
            "age": "Adult",
            "color": "#7800ED",
            "image": f"{place}.jpg",
            "sample": f"{place}.wav",
            "tags": ["clear", "warm"],
            "use_cases": ["Customer service", "IVR"],
        }


_MANY = ("de", "en", "en-GB", "en-US", "es", "fr", "hi", "it", "ja", "nl", "pt", "ru")
MODELS = (
    Model("stt", "general", "nova-3", _MANY, "2026-06-11.0"),
    Model("stt", "general", "nova-3", ("en", "en-US"), "2025-02-12.1", outdated=True),
    Model("stt", "medical", "nova-3", ("en", "en-GB", "en-US"), "2025-10-01.0"),
    Model("stt", "general", "nova-2", _MANY, "2024-01-18.26916"),
    Model("stt", "phonecall", "nova-2", ("en", "en-US"), "2024-01-09.29447"),
    Model("stt", "general", "flux", ("en", "es", "de"), "2026-03-02.0", batch=False),
    Model("stt", "large", "whisper", ("multi",), "2022-09-22.1"),
    Model("stt", "general", "base", ("en", "es"), "2021-05-01.0", outdated=True),
    Model("tts", "thalia", "aura-2", ("en", "en-US"), "2025-04-07.0", "American"),
    Model("tts", "celeste", "aura-2", ("es", "es-CO"), "2025-04-07.0", "Colombian"),
    Model("tts", "izanami", "aura-2", ("ja",), "2025-10-15.0", "Japanese"),
    Model("tts", "asteria", "aura", ("en", "en-US"), "2024-11-19.0", "American"),
)
BY_ID = {model.model_id: model for model in MODELS}
LATEST = {model.canonical_name: model for model in MODELS if not model.outdated}
READER_ID = str(uuid5(NAMESPACE_URL, "keydesk-playground:model:read"))  # reads text; in no list of models

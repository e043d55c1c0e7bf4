"""What can be asked about keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import ClassVar

from pydantic import Field, field_validator

from bot.operation import Operation
from bot.store.customers import is_tag

PURPOSE_LONGEST = 300
PLACE_LONGEST = 120


@dataclass(frozen=True)
class Preset:
    """A set of scopes in plain words. None can make, list or end keys, or see people."""

    name: str
    words: str
    cannot: str
    scopes: tuple[str, ...]


# The scope names are those of the provider's page on roles and permissions.
PRESETS: Mapping[str, Preset] = MappingProxyType(
    {
        preset.name: preset
        for preset in (
            Preset(
                "speech",
                "Use speech: transcribe, speak, voice agents",
                "cannot read usage or manage anything",
                ("usage:write",),
            ),
            Preset(
                "speech-and-usage",
                "Use speech, and read the project's usage",
                "cannot manage anything",
                ("usage:write", "usage:read", "project:read"),
            ),
            Preset(
                "usage",
                "Read the project's usage only",
                "cannot transcribe, speak or manage anything",
                ("usage:read", "project:read"),
            ),
        )
    }
)


class CreateKey(Operation):
    """A key for one purpose, made when its owner opens it, ending by itself ``days`` later."""

    kind: ClassVar[str] = "keys.create"

    purpose: str = Field(min_length=1, max_length=PURPOSE_LONGEST)
    preset: str
    days: int = Field(ge=1, le=3650)
    customer: str | None = None
    place: str = Field(min_length=1, max_length=PLACE_LONGEST)

    @field_validator("customer")
    @classmethod
    def _is_tag(cls, value: str | None) -> str | None:
        if value is not None and not is_tag(value):
            raise ValueError("no key may carry this tag")
        return value


class EndKey(Operation):
    """The end of a key, at once and for good. ``key_id`` is our own id."""

    kind: ClassVar[str] = "keys.end"

    key_id: str
    leaked: bool = False


class EndKeys(Operation):
    """The end of several keys at once; ``key_ids`` are our own ids, ``about`` says whose they are to the reader.

    ``project_id`` is "" where they are of several. ``form`` is the view in which they were seen, so that they are ended
    by it once.
    """

    kind: ClassVar[str] = "keys.end_many"

    key_ids: tuple[str, ...]
    form: str
    about: str = ""
    leaked: bool = False

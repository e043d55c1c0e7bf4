"""Field types for what providers answer: a missing, null or odd value becomes "unknown", never a crash."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


def text_or_none(value: object) -> str | None:
    """Return a text that every database and Slack can hold: no NUL, no half of a surrogate pair."""
    if not isinstance(value, str):
        return None
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def moment_or_none(value: object) -> datetime | None:
    """Return an ISO 8601 time as an aware UTC moment; without a zone it is UTC."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def texts_or_none(value: object) -> tuple[str, ...] | None:
    """Return the texts of a list, dropping whatever else is in it; None if it is no list."""
    if not isinstance(value, list | tuple):
        return None
    return tuple(text for item in value if (text := text_or_none(item)) is not None)


def object_or_empty(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


Text = Annotated[str, BeforeValidator(lambda value: text_or_none(value) or "")]
MaybeText = Annotated[str | None, BeforeValidator(text_or_none)]
Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: texts_or_none(value) or ())]
MaybeTexts = Annotated[tuple[str, ...] | None, BeforeValidator(texts_or_none)]
MaybeMoment = Annotated[datetime | None, BeforeValidator(moment_or_none)]


class Lenient(BaseModel):
    """A frozen value that ignores fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

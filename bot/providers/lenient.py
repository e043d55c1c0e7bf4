"""Field types for what providers answer: a missing, null or odd value becomes "unknown", never a crash."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

TEXT_LONGEST = 10_000  # of a name, a comment, a tag: a hundred times what the provider itself takes
LARGEST_EXPONENT = 18  # beyond ±10^18 no sum of money, hours or calls is real, and arithmetic becomes expensive
LONGEST_NUMBER = 400  # characters: a float written out digit for digit has more than a thousand at worst, 60 usually
MOST_PLACES = Decimal(1).scaleb(-30)
_NUMBER = re.compile(r"-?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,5})?")
_WIDE = Context(prec=60)
USUAL_COUNT = 10**12  # below it a whole number needs no look at its digits
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@lru_cache(maxsize=10_000)  # a report writes the same few numbers over and over
def exact_number(text: str) -> Decimal | None:
    """Return the number that a JSON text writes, digit for digit; None if it is absurdly large or long.

    What a float's arithmetic leaves behind (``1.4e-20``) is nothing: beyond 30 places it is rounded.
    """
    if len(text) > LONGEST_NUMBER or _NUMBER.fullmatch(text) is None:
        return None
    number = Decimal(text)
    if number and number.adjusted() > LARGEST_EXPONENT:
        return None
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -30:
        number = number.quantize(MOST_PLACES, context=_WIDE)
    return number or Decimal()


def text_or_none(value: object) -> str | None:
    """Return a text that every database and Slack can hold: no NUL, no half of a surrogate pair, an end in sight."""
    if not isinstance(value, str):
        return None
    return value[:TEXT_LONGEST].replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


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
    """Return the texts of a list, dropping whatever else is in it; one text alone is a list of one; else None.

    A vendor's own types had one text where there is a list now (usage ``tags`` and ``models``, 2025-10 to 2026-04).
    """
    if isinstance(value, str):
        value = [value] if value else []
    if not isinstance(value, list | tuple):
        return None
    return tuple(text for item in value if (text := text_or_none(item)) is not None)


def decimal_or_none(value: object) -> Decimal | None:
    """Return an exact number, given as such or as text; a float is refused, because it is not exact."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return None
    return exact_number(str(value))


def count_or_none(value: object) -> int | None:
    """Return a whole number; ``200.0`` counts as one."""
    if type(value) is int and abs(value) < USUAL_COUNT:
        return value
    number = decimal_or_none(value)
    return int(number) if number is not None and number == number.to_integral_value() else None


def bool_or_none(value: object) -> bool | None:
    """Return a truth value, or None for anything else."""
    return value if isinstance(value, bool) else None


def day_or_none(value: object) -> date | None:
    """Return the calendar day that an ISO 8601 text begins with."""
    if not isinstance(value, str) or _DAY.match(value) is None:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError:
        return None


def object_or_empty(value: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def is_odd(body: dict[str, Any], read: BaseModel) -> bool:
    """Tell whether something was said that could not be read: what is null, empty or left out was not said."""
    told = (name for name in type(read).model_fields if body.get(name) is not None and body[name] != "")
    return any(getattr(read, name) is None for name in told)


Text = Annotated[str, BeforeValidator(lambda value: text_or_none(value) or "")]
MaybeText = Annotated[str | None, BeforeValidator(text_or_none)]
Texts = Annotated[tuple[str, ...], BeforeValidator(lambda value: texts_or_none(value) or ())]
MaybeTexts = Annotated[tuple[str, ...] | None, BeforeValidator(texts_or_none)]
MaybeMoment = Annotated[datetime | None, BeforeValidator(moment_or_none)]
MaybeDay = Annotated[date | None, BeforeValidator(day_or_none)]
MaybeDecimal = Annotated[Decimal | None, BeforeValidator(decimal_or_none)]
MaybeCount = Annotated[int | None, BeforeValidator(count_or_none)]
MaybeBool = Annotated[bool | None, BeforeValidator(bool_or_none)]


class Lenient(BaseModel):
    """A frozen value that ignores fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

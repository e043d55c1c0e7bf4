"""What a project holds at the provider, read now: each figure on its own, and none waited for longer than a moment."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import TypeVar

from bot.errors import NotOffered, ProviderError, ScopeMissing
from bot.money import dollars
from bot.projects.operations import Contents
from bot.providers.billing import Balance
from bot.providers.listed import Listed
from bot.providers.provider import Provider
from bot.slack.words import cut

T = TypeVar("T")
PATIENCE_SECONDS = 4.0
REASON_SHOWN = 120
NOT_OURS = "– (Keydesk's own key may not read it)"
NOT_TOLD = "– (the provider did not tell)"
NOT_OFFERED = "– (the provider does not offer it)"
TOO_SLOW = "– (the provider did not answer in time)"


async def read(provider: Provider, project_id: str) -> Contents:
    """Return what a project holds; a figure that cannot be read is “–” with the reason."""
    members, invites, balance = await asyncio.gather(
        told(provider.members(project_id), number),
        told(provider.invites(project_id), number),
        told(provider.balances(project_id), in_words),
    )
    return Contents(members=members, invites=invites, balance=balance)


async def told(reading: Awaitable[T], say: Callable[[T], str], patience: float = PATIENCE_SECONDS) -> str:
    """Return what was read in words, or “–” with the reason; ``patience`` is in seconds."""
    try:
        async with asyncio.timeout(patience):
            return say(await reading)
    except ScopeMissing:
        return NOT_OURS
    except NotOffered:
        return NOT_OFFERED
    except ProviderError as problem:
        return f"– ({cut(problem.text, REASON_SHOWN)})"
    except TimeoutError:
        return TOO_SLOW


def number(found: Listed[T]) -> str:
    """Say how many are in a list, and how many of its entries could not be read."""
    if not found.is_told:
        return NOT_TOLD
    return f"{len(found)} and {found.left_out} that cannot be read" if found.left_out else str(len(found))


def in_words(balances: Sequence[Balance]) -> str:
    """Say what is left, summed by unit: “$3,512.35 and 12.00 hours”; an unknown amount leaves its sum unknown."""
    amounts: dict[str, list[Decimal | None]] = {}
    for balance in balances:
        amounts.setdefault(balance.units, []).append(balance.amount)
    return " and ".join(_sum(parts, units) for units, parts in amounts.items()) or "none told"


def _sum(parts: Sequence[Decimal | None], units: str) -> str:
    known = [part for part in parts if part is not None]
    if len(known) < len(parts):
        return f"– {_unit(units)} (not every amount was told)"
    total = sum(known, Decimal())
    return dollars(total) if units == "usd" else f"{total:,.2f} {_unit(units)}"


def _unit(units: str) -> str:
    return {"usd": "USD", "hour": "hours", "": "of an unknown unit"}.get(units) or cut(units, 20)

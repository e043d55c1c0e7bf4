"""What a provider says that it did is believed once a read agrees, where people rely on it."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.errors import ProviderError, Unclear


async def believed(seen: Awaitable[bool], claim: str) -> None:
    """Return if a read shows what the provider's answer claims ("that Ana was removed").

    Raises:
        Unclear: it shows something else, or could not be made; the change was sent, so it may have been done.
    """
    try:
        agrees = await seen
    except ProviderError as problem:
        raise Unclear(f"The provider says {claim}, but that could not be read. {problem.text}") from problem
    if not agrees:
        raise Unclear(f"The provider says {claim}, and does not show it yet.")

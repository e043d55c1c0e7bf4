"""Deepgram as people know it: its words, and what its management interface offers.

Its roles are those of `bot.providers.roles`: https://developers.deepgram.com/docs/working-with-roles-and-api-scopes.
"""

from __future__ import annotations

from types import MappingProxyType

from bot.providers.port import Capability, Level, Vendor

OFFERED = frozenset(Capability) - {Capability.LIMITS}

DEEPGRAM = Vendor(
    id="deepgram",
    name="Deepgram",
    console="Deepgram's console",
    console_url="https://console.deepgram.com",
    variable="DEEPGRAM_API_KEY",
    header="Authorization: Token $DEEPGRAM_API_KEY",
    able_roles=frozenset({"owner", "admin"}),
    levels=MappingProxyType(dict.fromkeys(OFFERED, Level.NATIVE)),
)

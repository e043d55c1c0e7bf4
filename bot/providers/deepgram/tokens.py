"""Short-lived tokens for Deepgram's speech services; the management API does not accept them."""

from __future__ import annotations

from pydantic import SecretStr

from bot.errors import NotUnderstood
from bot.providers.deepgram.endpoints import Endpoints
from bot.providers.http import ProviderCall
from bot.providers.lenient import Lenient, MaybeDecimal

SHORTEST_SECONDS = 1
LONGEST_SECONDS = 3600  # both bounds from the vendor's SDK pull requests; its specification has none
DEFAULT_SECONDS = 30


class GrantedToken(Lenient):
    """A token just made; ``token`` shows in no repr, and ``expires_in`` is in seconds."""

    token: SecretStr
    expires_in: MaybeDecimal = None


class Tokens(Endpoints):
    """The endpoint ``/v1/auth/grant``."""

    async def grant_token(self, ttl_seconds: int = DEFAULT_SECONDS) -> GrantedToken:
        """Make a token with the rights of the credential's key to the speech services.

        Raises:
            NotUnderstood: the lifetime is outside 1 to 3600 seconds.
            ScopeMissing: the credential is weaker than the member role.
            Unclear: a token may or may not exist; it ends by itself.
        """
        if not SHORTEST_SECONDS <= ttl_seconds <= LONGEST_SECONDS:
            raise NotUnderstood(f"A token lives for {SHORTEST_SECONDS} to {LONGEST_SECONDS} seconds.")
        call = ProviderCall("POST", "/v1/auth/grant", "to make a token", body={"ttl_seconds": ttl_seconds})
        body = await self._transport.change(call)
        token = body.get("access_token")
        if not (isinstance(token, str) and token):
            raise self._transport.no_answer(call)
        return GrantedToken.model_validate({"token": token, "expires_in": body.get("expires_in")})

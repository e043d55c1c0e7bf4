"""Slack's answers, read within the bounds of every answer, whoever of aiohttp and slack_sdk reads them."""

from __future__ import annotations

from typing import Any

import aiohttp

from bot import bodies


class BoundedResponse(aiohttp.ClientResponse):
    """Gives up a body that is larger than we read; a large JSON text is parsed where it holds nobody up.

    aiohttp itself unpacks a compressed body in small pieces, as it is read. The body is kept as `bodies.read_body`
    gives it, in which JSON means the same.
    """

    async def read(self) -> bytes:
        """Return the body.

        Raises:
            aiohttp.ClientPayloadError: it is too large; the connection is closed.
        """
        if self._body is None:
            try:
                self._body = (await bodies.read_body(self.content.iter_any())).encode("ascii")
            except bodies.TooLarge:
                self.close()
                raise aiohttp.ClientPayloadError("the answer is larger than Keydesk reads") from None
            except BaseException:
                self.close()
                raise
        return await super().read()

    async def json(self, **options: Any) -> Any:
        """Return the JSON value of the body.

        Raises:
            aiohttp.ClientPayloadError: as in `read`.
            aiohttp.ContentTypeError: the answer says that it is something else.
        """
        body = await self.read()
        if len(body) <= bodies.PARSED_HERE or self.content_type != "application/json":
            return await super().json(**options)
        return await bodies.parsed(body.decode("ascii"))

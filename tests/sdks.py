"""The official SDKs as their users have them, but for one thing: on loopback there is no certificate to check.

Reading the certificates that a machine trusts takes most of the time that a client takes to be made.
"""

from __future__ import annotations

import ssl

import groq
import openai

TRUSTS_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""For plain HTTP: over TLS it would refuse everybody."""


def groq_sdk(url: str, key: str, retries: int = 0) -> groq.AsyncGroq:
    """Return Groq's own SDK, with the base that it wants."""
    client = groq.DefaultAsyncHttpxClient(verify=TRUSTS_NOBODY)
    return groq.AsyncGroq(api_key=key, base_url=url, max_retries=retries, http_client=client)


def openai_sdk(url: str, key: str, retries: int = 0) -> openai.AsyncOpenAI:
    """Return OpenAI's own SDK, with the base that Groq's documentation gives it."""
    client = openai.DefaultAsyncHttpxClient(verify=TRUSTS_NOBODY)
    return openai.AsyncOpenAI(api_key=key, base_url=f"{url}/openai/v1", max_retries=retries, http_client=client)

"""Where Deepgram's management API is, and where it is not: its key opens everything, so it goes to no other place.

Regional hosts serve listen, speak, agent and read, and no management; the same holds for ``agent.deepgram.com``.
A dedicated installation is ``{SHORT_UID}.{REGION}.api.deepgram.com`` (developers.deepgram.com, November 2026).
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

DEFAULT_URL = "https://api.deepgram.com"
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_HOST = "api.deepgram.com"
_ELSEWHERE = re.compile(r"(api\.[a-z0-9-]+|agent|console|developers|www|manage)\.deepgram\.com|deepgram\.com")


def refusal(url: str) -> str | None:
    """Return why nothing may be asked at this address, in words; None where it can be asked."""
    found = _parts(url)
    if found is None or found.scheme not in {"http", "https"} or not found.hostname:
        return f"it is no address; Deepgram's is {DEFAULT_URL}"
    if found.username is not None or found.password is not None:
        return f"it holds a user name or password; write the address alone, such as {DEFAULT_URL}"
    if found.path.strip("/") or found.query or found.fragment:
        return f"it has a path; write the host alone, such as {DEFAULT_URL}, as Keydesk adds /v1 itself"
    if found.scheme == "http" and found.hostname not in LOOPBACK:
        return f"http:// would send Deepgram's key in the clear; write https://{found.netloc}"
    if _ELSEWHERE.fullmatch(found.hostname):
        return f"{found.hostname} has no management API; Deepgram's is {DEFAULT_URL}, for every region"
    return None


def doubt(url: str) -> str | None:
    """Return what to look at where an address is not Deepgram's own and may well be meant; None for Deepgram's own."""
    found = _parts(url)
    host = found.hostname if found is not None else None
    if host == _HOST or host in LOOPBACK:
        return None
    return (
        f"{host} is not Deepgram's own address ({DEFAULT_URL}). Whoever answers there gets Deepgram's key: keep it "
        "only if it is your own proxy, or if Deepgram gave it to you for management"
    )


def _parts(url: str) -> SplitResult | None:
    try:
        found = urlsplit(url.strip())
        found.port  # noqa: B018  it raises for what is no number
    except ValueError:
        return None
    return found

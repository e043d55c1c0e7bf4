"""Headers pass by allow-list, both ways."""

from __future__ import annotations

from bot.gateway import headers


def test_the_provider_gets_its_own_key_and_nothing_of_the_client_but_what_is_allowed() -> None:
    given = [
        (b"authorization", b"Bearer kd_live_mine"),
        (b"cookie", b"a=b"),
        (b"accept-encoding", b"gzip"),
        (b"x-forwarded-for", b"10.0.0.1"),
        (b"host", b"gateway"),
        (b"content-type", b"text/plain"),
        (b"user-agent", b"Groq/Python"),
        (b"accept", b"application/json"),
    ]

    assert headers.to_upstream(given, "gsk_theirs") == {
        "user-agent": "Groq/Python",
        "accept": "application/json",
        "authorization": "Bearer gsk_theirs",
        "accept-encoding": "identity",
        "content-type": "application/json",
    }


def test_the_client_gets_no_cookie_no_server_and_no_limit_of_others() -> None:
    given = [
        (b"Content-Type", b"application/json"),
        (b"Set-Cookie", b"__cf_bm=1"),
        (b"Server", b"cloudflare"),
        (b"x-ratelimit-limit-requests", b"1000"),
        (b"Retry-After", b"7"),
        (b"Content-Encoding", b"gzip"),
        (b"Content-Length", b"7"),
        (b"x-request-id", b"req_1\x00"),
    ]

    assert headers.to_client(given) == [(b"content-type", b"application/json"), (b"retry-after", b"7")]


def test_organizations_and_keys_are_masked() -> None:
    text = b"in organization `org_01hrsvc1b8ey0anvbgha0xckf2` with gsk_abc123, not forg_x"

    assert headers.masked(text) == b"in organization `org_***` with gsk_***, not forg_x"


def test_a_header_is_found_by_its_name() -> None:
    assert headers.find([(b"a", b"1"), (b"b", b"2"), (b"b", b"3")], b"b") == b"2"
    assert headers.find([], b"b") == b""

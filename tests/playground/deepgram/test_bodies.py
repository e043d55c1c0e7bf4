"""Any body is a valid wish or a refusal in the vendor's words, never a crash."""

import contextlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from playground.deepgram.bodies import key_wish
from playground.deepgram.refusals import Refusal

NOW = datetime(2026, 11, 21, tzinfo=UTC)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=4,
)
ENDS = st.sampled_from(["9999-12-31T23:59:59-05:00", "2027-01-01", "2027-01-01T00:00:00Z", "0001-01-01T00:00:00+05:00"])


@given(
    st.fixed_dictionaries(
        {"comment": st.text() | JSON, "scopes": st.lists(st.text(), min_size=1) | JSON},
        optional={"tags": JSON, "expiration_date": ENDS | JSON, "time_to_live_in_seconds": st.integers() | JSON},
    )
)
def test_any_object_is_a_sensible_wish_or_a_refusal(body: dict[str, Any]) -> None:
    with contextlib.suppress(Refusal):
        wish = key_wish(json.dumps(body).encode(), NOW)
        assert wish.scopes
        assert wish.expiration_date is None or wish.expiration_date > NOW


@given(st.binary() | st.integers(1, 200_000).map(lambda depth: b"[" * depth))
def test_any_bytes_are_a_wish_or_a_refusal(raw: bytes) -> None:
    with contextlib.suppress(Refusal):
        key_wish(raw, NOW)


@given(st.integers(1, 10**9))
def test_a_lifetime_counts_from_now(seconds: int) -> None:
    body = {"comment": "c", "scopes": ["member"], "time_to_live_in_seconds": seconds}
    assert key_wish(json.dumps(body).encode(), NOW).expiration_date == NOW + timedelta(seconds=seconds)

"""What Slack makes of addresses, domains and mentions is undone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.typed import as_typed, by_id


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("<mailto:ana@acme.com|ana@acme.com>", "ana@acme.com"),
        ("<mailto:ana@acme.com|click here> admin", "ana@acme.com admin"),
        ("<http://acme.com|acme.com>, <https://beta.io/>", "acme.com, beta.io"),
        ("<@U1|ana> and <@U2>", "@ana and @U2"),
        ("<#C1|general>", "#general"),
        ("  Ana Souza ", "Ana Souza"),
        ("a < b > c", "a < b > c"),
    ],
)
def test_it_reads_as_it_was_typed(text: str, typed: str) -> None:
    assert as_typed(text) == typed


def test_a_mention_can_be_read_by_its_id() -> None:
    assert by_id("<@U1|ana>, <@U2> and <!subteam^S1|@speech> in <#C1|general>") == "U1, U2 and S1 in <#C1|general>"


@given(st.text())
def test_any_text_is_borne_and_what_is_plain_stays(text: str) -> None:
    assert as_typed(as_typed(text)) is not None
    plain = text.replace("<", "")
    assert as_typed(plain) == plain.strip()

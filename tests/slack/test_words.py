"""Words that say what they mean and do nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.foreign import visible
from bot.slack import words

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@given(st.text())
def test_escaped_text_holds_no_markup(text: str) -> None:
    escaped = words.escape(text)

    assert "<" not in escaped
    assert ">" not in escaped
    read = escaped.replace("\u2060", "").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    assert len(read) == len(visible(text)) + escaped.count("`")  # around what is copied as it is


def test_nothing_turns_the_words_around_it() -> None:
    assert words.escape("before \u202eafter\u2066 \x07") == "before after "


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call_summary_api", "call_summary_api"),
        ("2*3*4", "2*3*4"),
        ("*bold* _it_ ~no~", "∗bold∗ ˍitˍ ∼no∼"),
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("> quoted", "\u2060&gt; quoted"),
        ("`code`", "ˋcodeˋ"),
        (":white_check_mark: approved by @raj", "꞉white_check_mark: approved by @raj"),
        ("yes:wave::skin-tone-2:", "yes꞉wave:꞉skin-tone-2:"),
        ("at 12:30:45, http://host:8080", "at 12:30:45, http://host:8080"),
        ("2*_3_*4", "2∗ˍ3ˍ∗4"),
    ],
)
def test_formatting_is_shown_and_not_done(text: str, shown: str) -> None:
    assert words.escape(text) == shown


@pytest.mark.parametrize(
    "path",
    [
        "~/calls/*.wav",
        "/srv/keydesk/__init__.py",
        "C:\\calls\\_old_\\a.wav",
        "arn:aws:s3:::calls",
        "https://acme.com/_next/:id:/~ana",
        "git@acme.com:ops/_infra_.git",
        "s3://calls/2026-11/call_1.wav",
    ],
)
def test_a_path_is_copied_as_it_is(path: str) -> None:
    said = words.escape(f"reads *only* {path} at night")

    assert path in said
    assert said in (f"reads ∗only∗ {path} at night", f"reads ∗only∗ `{path}` at night")
    assert words.code(path) == f"`{path}`"


def test_what_would_end_a_code_span_stands_in_none() -> None:
    assert words.escape("/srv/`*x*`/:tada:") == "/srv/ˋ∗x∗ˋ/꞉tada:"


def test_the_fallback_does_nothing_either() -> None:
    header = {"type": "header", "text": {"type": "plain_text", "text": "*b* :tada: <!channel>"}}
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "_it_"}]]}

    assert words.fallback_text([header, table]) == "∗b∗ ꞉tada: &lt;!channel&gt;\nˍitˍ"


@given(st.text())
def test_a_code_span_has_two_backticks_and_one_line(text: str) -> None:
    span = words.code(text)

    assert span.count("`") == 2
    assert len(span) > 2
    assert len(span.splitlines()) == 1


@given(st.text(), st.integers(min_value=0, max_value=50))
def test_cut_text_is_never_longer_than_its_limit(text: str, limit: int) -> None:
    assert len(words.cut(text, limit)) <= limit


def test_mentions_take_ids_only() -> None:
    assert words.user("U1") == "<@U1>"
    assert words.channel("C1") == "<#C1>"
    assert words.user("!channel> hey") == "!channel&gt; hey"


def test_a_moment_reads_in_the_readers_zone_or_in_utc() -> None:
    expected = "<!date^1795262400^{date_short_pretty} at {time}|21 Nov 2026 12:00 UTC>"

    assert words.when(NOON) == expected


@pytest.mark.parametrize(
    ("span", "said"),
    [
        (timedelta(days=30), "30 days"),
        (timedelta(days=1, hours=3, minutes=5), "1 day 3 hours"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(days=2, seconds=5), "2 days"),
        (timedelta(seconds=-1), "0 seconds"),
    ],
)
def test_durations_are_said_in_their_two_largest_units(span: timedelta, said: str) -> None:
    assert words.duration(span) == said


def test_lists_are_said_as_people_do() -> None:
    assert words.listed([]) == ""
    assert words.listed(["@raj"]) == "@raj"
    assert words.listed(["@raj", "@li", "@ana"], "or") == "@raj, @li or @ana"


def test_the_fallback_tells_what_the_blocks_tell() -> None:
    built: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": "A & B"}},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "*Hours* 3"}]},
        {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}, {"type": "raw_number", "value": 4}]]},
        {"type": "actions", "elements": [{"type": "button", "text": {"type": "plain_text", "text": "Deny…"}}]},
        {"type": "divider"},
    ]

    assert words.fallback_text(built) == "A &amp; B\n*Hours* 3\nx | 4\n[Deny…]"

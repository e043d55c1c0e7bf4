"""What is written in a message is drawn as Slack draws it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from playwright.async_api import Locator, Page, expect

from tests.playground.page.fake_slack import FakeSlack

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def _open(page: Page, slack: FakeSlack, user: str = "U1") -> Locator:
    await page.goto(f"{slack.address}/?user={user}")
    last = page.get_by_role("article").last
    await last.wait_for()
    return last.locator(".message-body")


async def _html(body: Locator) -> str:
    return await body.inner_html()


@pytest.mark.parametrize(
    ("typed", "drawn"),
    [
        ("*bold* _it_ ~gone~ `code`", "<strong>bold</strong> <em>it</em> <del>gone</del> <code>code</code>"),
        ("snake_case_word 2*3*4 **no**", "snake_case_word 2*3*4 **no**"),
        ("*_both_*", "<strong><em>both</em></strong>"),
        ("`*as typed*`", "<code>*as typed*</code>"),
        ("&lt;b&gt; &amp; &nbsp;", "&lt;b&gt; &amp; &amp;nbsp;"),
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        (":tada: :no_such_emoji:", "🎉 :no_such_emoji:"),
    ],
)
async def test_mrkdwn_is_drawn_as_slack_draws_it(page: Page, slack: FakeSlack, typed: str, drawn: str) -> None:
    slack.say(typed)
    assert await _html(await _open(page, slack)) == f'<span class="lines">{drawn}</span>'


async def test_quotes_and_fences_stand_apart_from_the_lines_around_them(page: Page, slack: FakeSlack) -> None:
    slack.say("before\n&gt; quoted\n> too\nafter\n```\n*as is*\n```")
    drawn = await _html(await _open(page, slack))
    assert drawn == (
        '<span class="lines">before</span><blockquote>quoted\ntoo</blockquote><span class="lines">after\n</span>'
        "<pre>*as is*</pre>"
    )


async def test_plain_text_is_never_formatted(page: Page, slack: FakeSlack) -> None:
    slack.say(blocks=[{"type": "section", "text": {"type": "plain_text", "text": "*IVR* <@U2>"}}])
    body = await _open(page, slack)
    await expect(body).to_have_text("*IVR* <@U2>")
    await expect(body.locator("strong")).to_have_count(0)


async def test_mentions_links_and_addresses_that_are_no_links(page: Page, slack: FakeSlack) -> None:
    slack.say("<@U2> in <#C2> see <https://example.com/a?b=1&amp;c|the *doc*> <javascript:alert(1)|never>")
    body = await _open(page, slack)
    await expect(body.locator("[data-user=U2]")).to_have_text("@Raj Patel")
    await expect(body.get_by_role("button", name="#security")).to_be_visible()
    link = body.get_by_role("link")
    await expect(link).to_have_count(1)
    await expect(link).to_have_attribute("href", "https://example.com/a?b=1&c")


@pytest.mark.parametrize(
    ("hour", "before", "after"),
    [
        ("00:10", "today", "yesterday"),
        ("18:29", "today", "yesterday"),
        ("18:30", "yesterday", "Nov 18"),  # midnight in Kolkata
        ("23:50", "yesterday", "Nov 18"),
    ],
)
async def test_dates_follow_the_reader_zone_and_the_served_clock(
    page: Page, slack: FakeSlack, hour: str, before: str, after: str
) -> None:
    await page.clock.set_fixed_time(datetime.fromisoformat(f"2026-11-18T{hour}Z"))
    noon = int(datetime(2026, 11, 18, 12, tzinfo=UTC).timestamp())
    slack.say(f"<!date^{noon}^{{date_short_pretty}} at {{time}}|then>")
    body = await _open(page, slack, user="U2")
    await expect(body).to_have_text(f"{before} at 5:30 PM")
    await slack.push({"type": "clock", "offset_seconds": 86_400.0})
    await expect(body).to_have_text(f"{after} at 5:30 PM")


async def test_an_unknown_block_says_that_it_is_unknown(page: Page, slack: FakeSlack) -> None:
    slack.say(blocks=[{"type": "hologram"}])
    await expect(await _open(page, slack)).to_contain_text("does not draw “hologram” blocks")


async def test_a_foreign_picture_is_named_and_not_fetched(page: Page, slack: FakeSlack) -> None:
    slack.say(blocks=[{"type": "image", "image_url": "https://example.com/x.png", "alt_text": "Spend over the month"}])
    body = await _open(page, slack)
    await expect(body.get_by_role("img", name="Spend over the month")).to_be_visible()


async def test_charts_say_their_figures_in_words(page: Page, slack: FakeSlack) -> None:
    chart = {"type": "pie", "segments": [{"label": "speech", "value": 45}, {"label": "other", "value": 9}]}
    slack.say(blocks=[{"type": "data_visualization", "title": "Spend", "chart": chart}])
    body = await _open(page, slack)
    await expect(body.get_by_role("img", name="Spend: speech 45, other 9")).to_be_visible()


async def test_a_data_table_is_sorted_and_turned_on_the_spot(page: Page, slack: FakeSlack) -> None:
    head = [{"type": "raw_text", "text": "Key"}, {"type": "raw_text", "text": "USD"}]
    rows = [[{"type": "raw_text", "text": f"k{n}"}, {"type": "raw_number", "value": n}] for n in (2, 10, 1)]
    slack.say(blocks=[{"type": "data_table", "caption": "Spend", "page_size": 2, "rows": [head, *rows]}])
    body = await _open(page, slack)
    await body.get_by_role("button", name="USD").click()
    await expect(body.locator("tbody th")).to_have_text(["k1", "k2"])
    await body.get_by_role("button", name="Next").click()
    await expect(body.locator("tbody th")).to_have_text(["k10"])


async def test_an_ephemeral_is_marked_and_goes_when_it_is_replaced_by_nothing(page: Page, slack: FakeSlack) -> None:
    message = slack.say("psst", ephemeral=True)
    await _open(page, slack)
    await expect(page.get_by_text("Only visible to you")).to_be_visible()
    await slack.push({"type": "ephemeral_replaced", "channel": "C1", "ts": message["ts"], "message": None})
    await expect(page.get_by_text("psst")).to_be_hidden()


async def test_a_changed_message_is_redrawn_in_place(page: Page, slack: FakeSlack) -> None:
    message = slack.say("waiting")
    slack.say("later")
    await _open(page, slack)
    changed = message | {"text": "approved", "edited": {"user": "UB", "ts": "1.0"}}
    await slack.push({"type": "message_changed", "channel": "C1", "message": changed})
    await expect(page.get_by_role("article").first).to_contain_text("approved (edited)")
    await expect(page.get_by_role("article")).to_have_count(2)


async def test_a_message_elsewhere_is_counted_as_unread(page: Page, slack: FakeSlack) -> None:
    slack.say("here")
    await _open(page, slack)
    news = slack.say("there", channel="D1")
    await slack.push({"type": "message", "channel": "D1", "message": news})
    await expect(page.get_by_role("button", name="Keydesk, 1 unread")).to_be_visible()


async def test_a_thread_opens_beside_and_takes_its_replies(page: Page, slack: FakeSlack) -> None:
    parent = slack.say("the card", reply_count=1)
    slack.say("first reply", thread_ts=parent["ts"])
    await _open(page, slack)
    await page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    await expect(thread.get_by_text("first reply")).to_be_visible()
    reply = slack.say("second reply", thread_ts=parent["ts"])
    await slack.push({"type": "message", "channel": "C1", "message": reply})
    await expect(thread.get_by_text("second reply")).to_be_visible()
    await expect(page.get_by_role("log", name="Messages in #key-requests").get_by_text("second reply")).to_be_hidden()

"""The SDK as an oracle for what is sent about members, invitations, requests, usage, money, models and tokens."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any, get_args
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import NotUnderstood
from bot.providers.billing import BillingGrouping
from bot.providers.deepgram.filters import FEATURES
from bot.providers.records import ENDPOINTS, METHODS, RequestFilter
from bot.providers.usage import Grouping
from tests.providers.deepgram.oracle import agree, sent_by_ours, sent_by_sdk

GOOD = "8f1c2f3e-5b1e-4a53-9d64-2f4f1b1f7c11"
IDS = st.uuids().map(str)
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20).filter(str.strip)
TAGS = WORDS.filter(lambda word: not word.startswith("tag="))
DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
PERIODS = st.tuples(DAYS, DAYS).map(sorted)
NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_+-]{0,20}", fullmatch=True)
EMAILS = st.builds("{}.{}@{}.example".format, NAMES, NAMES, st.from_regex(r"[a-z0-9]{1,12}", fullmatch=True))
# The SDK writes an offset for every zone but the one named UTC.
GMT = timezone(timedelta(0), "GMT")
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(GMT)).map(  # noqa: DTZ001  hypothesis wants naive bounds
    lambda moment: moment.replace(microsecond=0)
)
FILTERS = st.fixed_dictionaries(
    {},
    optional={
        "accessor": IDS,
        "model": IDS,
        "tag": TAGS,
        "deployment": st.sampled_from(["hosted", "beta", "self-hosted"]),
        "endpoint": st.sampled_from(ENDPOINTS),
        "method": st.sampled_from(METHODS),
    }
    | {name: st.booleans() for name in sorted(FEATURES)},
)
few = settings(max_examples=settings().max_examples // 2)  # the SDK imports its parts when first used


@few
@given(IDS, IDS, WORDS, EMAILS)
async def test_members_and_invitations_are_handled_alike(project: str, member: str, scope: str, email: str) -> None:
    await agree(lambda ours: ours.members(project), lambda sdk: sdk.members.list(project))
    await agree(lambda ours: ours.remove_member(project, member), lambda sdk: sdk.members.delete(project, member))
    await agree(
        lambda ours: ours.change_member_scope(project, member, scope),
        lambda sdk: sdk.members.scopes.update(project, member, scope=scope),
    )
    await agree(lambda ours: ours.invites(project), lambda sdk: sdk.members.invites.list(project))
    await agree(
        lambda ours: ours.send_invite(project, email, scope),
        lambda sdk: sdk.members.invites.create(project, email=email, scope=scope),
    )


@few
@given(IDS, EMAILS)
async def test_difference_ours_quotes_the_address_of_a_deleted_invitation(project: str, email: str) -> None:
    [(method, path, query, body)] = await sent_by_ours(lambda ours: ours.delete_invite(project, email))
    theirs = await sent_by_sdk(lambda sdk: sdk.manage.v1.projects.members.invites.delete(project, email))
    assert "@" not in path
    assert [(method, unquote(path), query, body)] == theirs


async def test_difference_the_sdk_lets_an_address_leave_its_segment_and_we_do_not() -> None:
    [(method, path, *_)] = await sent_by_sdk(lambda sdk: sdk.manage.v1.projects.members.invites.delete(GOOD, ".."))
    assert (method, path) == ("DELETE", f"/v1/projects/{GOOD}")  # the project itself!
    with pytest.raises(NotUnderstood):
        await sent_by_ours(lambda ours: ours.delete_invite(GOOD, ".."))


@few
@given(
    IDS,
    IDS,
    st.fixed_dictionaries(
        {},
        optional={
            "start": st.just(datetime(2026, 1, 1, tzinfo=GMT)) | MOMENTS.filter(lambda moment: moment.year < 2050),
            "end": MOMENTS.filter(lambda moment: moment.year >= 2050),
            "accessor": IDS,
            "request_id": IDS,
            "deployment": st.sampled_from(["hosted", "beta", "self-hosted"]),
            "endpoint": st.sampled_from(ENDPOINTS),
            "method": st.sampled_from(METHODS),
            "status": st.sampled_from(["succeeded", "failed"]),
        },
    ),
    st.integers(1, 1000),
    st.integers(0, 10**6),
)
async def test_requests_are_asked_for_alike(
    project: str, request: str, which: dict[str, Any], size: int, page: int
) -> None:
    ours = await sent_by_ours(
        lambda ours: ours.request_page(project, RequestFilter(**which), page=page, page_size=size)
    )
    theirs = await sent_by_sdk(lambda sdk: _first_page(sdk, project, limit=size, page=page, **which))
    assert ours == theirs
    await agree(lambda ours: ours.request(project, request), lambda sdk: sdk.requests.get(project, request))


async def _first_page(sdk: Any, project: str, **options: Any) -> None:
    await sdk.manage.v1.projects.requests.list(project, **options)


async def test_difference_the_sdk_writes_times_in_a_format_that_is_not_documented() -> None:
    start = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
    [ours] = await sent_by_ours(lambda ours: ours.request_page(GOOD, RequestFilter(start=start), page_size=10))
    [theirs] = await sent_by_sdk(lambda sdk: _first_page(sdk, GOOD, start=start, limit=10, page=0))
    assert dict(ours[2])["start"] == "2026-11-21T09:30:00+00:00"
    assert dict(theirs[2])["start"] == "2026-11-21T09:30:00Z"


@few
@given(IDS, PERIODS, FILTERS, st.sampled_from([None, *get_args(Grouping)]))
async def test_usage_is_asked_for_alike(project: str, period: list[date], filters: Any, grouping: Any) -> None:
    start, end = period
    days = {"start": f"{start}", "end": f"{end}"}
    await agree(
        lambda ours: ours.usage(project, start=start, end=end, filters=filters),
        lambda sdk: sdk.usage.get(project, **days, **filters),
    )
    await agree(
        lambda ours: ours.usage_breakdown(project, grouping, start=start, end=end, filters=filters),
        lambda sdk: sdk.usage.breakdown.get(project, grouping=grouping, **days, **filters),
    )
    await agree(
        lambda ours: ours.usage_fields(project, start=start, end=end),
        lambda sdk: sdk.usage.fields.list(project, **days),
    )


@few
@given(
    IDS,
    IDS,
    PERIODS,
    st.lists(st.sampled_from(get_args(BillingGrouping)), unique=True),
    st.fixed_dictionaries({}, optional={"accessor": IDS, "deployment": WORDS, "tag": TAGS, "line_item": WORDS}),
    st.integers(1, 1000),
)
async def test_money_is_asked_for_alike(
    project: str, balance: str, period: list[date], grouping: Any, filters: Any, limit: int
) -> None:
    start, end = period
    days = {"start": f"{start}", "end": f"{end}"}
    await agree(lambda ours: ours.balances(project), lambda sdk: sdk.billing.balances.list(project))
    await agree(lambda ours: ours.balance(project, balance), lambda sdk: sdk.billing.balances.get(project, balance))
    await agree(
        lambda ours: ours.billing_breakdown(project, grouping, start=start, end=end, **filters),
        lambda sdk: sdk.billing.breakdown.list(project, grouping=grouping or None, **days, **filters),
    )
    await agree(
        lambda ours: ours.billing_fields(project, start=start, end=end),
        lambda sdk: sdk.billing.fields.list(project, **days),
    )
    await agree(
        lambda ours: ours.purchases(project, limit), lambda sdk: sdk.billing.purchases.list(project, limit=limit)
    )


@few
@given(IDS, IDS, st.booleans(), st.integers(1, 3600))
async def test_models_and_tokens_are_asked_for_alike(project: str, model: str, outdated: bool, ttl: int) -> None:
    flag = True if outdated else None  # ours says nothing where nothing is to be said
    await agree(
        lambda ours: ours.project_models(project, include_outdated=outdated),
        lambda sdk: sdk.models.list(project, include_outdated=flag),
    )
    await agree(lambda ours: ours.project_model(project, model), lambda sdk: sdk.models.get(project, model))
    ours = [
        await sent_by_ours(lambda ours: ours.models(include_outdated=outdated)),
        await sent_by_ours(lambda ours: ours.model(model)),
        await sent_by_ours(lambda ours: ours.grant_token(ttl)),
    ]
    theirs = [
        await sent_by_sdk(lambda sdk: sdk.manage.v1.models.list(include_outdated=flag)),
        await sent_by_sdk(lambda sdk: sdk.manage.v1.models.get(model)),
        await sent_by_sdk(lambda sdk: sdk.auth.v1.tokens.grant(ttl_seconds=ttl)),
    ]
    assert ours == theirs

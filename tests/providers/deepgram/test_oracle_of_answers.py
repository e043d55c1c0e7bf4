"""The SDK works with the emulator; and where it reads live answers wrong, we read them right."""

from typing import Any

from bot.providers.deepgram.client import Deepgram
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project


async def test_the_sdk_handles_members_and_invitations_of_the_emulator(
    sdk: Any, emulator: DeepgramEmulator, project: Project
) -> None:
    pid, members = project.project_id, sdk.manage.v1.projects.members
    somto = next(one for one in emulator.state.accounts.values() if one.first_name == "Somto")
    await members.scopes.update(pid, somto.account_id, scope="admin")
    assert project.members[somto.account_id] == ["admin"]
    await members.delete(pid, somto.account_id)
    assert somto.account_id not in project.members
    await members.invites.create(pid, email="new+1@acme.example", scope="member")
    assert [(one.email, one.scope) for one in (await members.invites.list(pid)).invites] == [
        ("new+1@acme.example", "member")
    ]
    await members.invites.delete(pid, "new+1@acme.example")
    assert not project.invites


async def test_the_sdk_reads_all_reports_of_the_emulator(sdk: Any, project: Project) -> None:
    pid, projects = project.project_id, sdk.manage.v1.projects
    assert len((await projects.requests.list(pid, limit=3)).requests) == 3
    days = {"start": "2026-11-01", "end": "2026-11-20"}
    assert (await projects.usage.get(pid, **days)).start == "2026-11-01"
    assert (await projects.usage.breakdown.get(pid, grouping="accessor", **days)).results[0].grouping.accessor
    assert (await projects.usage.fields.list(pid, **days)).processing_methods
    assert (await projects.billing.breakdown.list(pid, grouping=["tags", "line_item"], **days)).results
    assert (await projects.billing.fields.list(pid, **days)).line_items
    balance = (await projects.billing.balances.list(pid)).balances[0]
    assert (await projects.billing.balances.get(pid, balance.balance_id)).units == balance.units
    assert (await projects.billing.purchases.list(pid, limit=1)).orders[0].amount
    model = (await projects.models.list(pid, include_outdated=True)).tts[0]
    # One model is "either kind" in the specification, so the SDK takes a voice for a listener with an odd extra field.
    assert (await projects.models.get(pid, model.uuid_)).metadata["accent"] == "American"
    assert (await sdk.manage.v1.models.get((await sdk.manage.v1.models.list()).stt[0].uuid_)).batch is True
    assert (await sdk.auth.v1.tokens.grant(ttl_seconds=60)).expires_in == 60


async def test_difference_the_sdk_misses_what_live_records_have(sdk: Any, owner: Deepgram, project: Project) -> None:
    theirs = (await sdk.manage.v1.projects.requests.list(project.project_id, limit=50)).requests
    mine = {
        record.request_id: record for record in (await owner.request_page(project.project_id, page_size=50)).records
    }
    assert len(theirs) == len(mine) == 50
    for record in theirs:
        assert (record.code, record.deployment) == (None, None)
        assert mine[record.request_id].ready == (record.response is not None)
        if record.response:
            assert mine[record.request_id].code == record.response["code"]


async def test_difference_the_sdk_gives_half_of_a_request_that_is_answered_bare(
    sdk: Any, owner: Deepgram, emulator: DeepgramEmulator, project: Project
) -> None:
    pid = project.project_id
    one = (await owner.request_page(pid, page_size=1)).records[0]
    read = sdk.manage.v1.projects.requests.get
    assert (await read(pid, one.request_id)).request.request_id == one.request_id
    emulator.state.request_shape = "B"
    assert (await read(pid, one.request_id)).request is None
    assert await owner.request(pid, one.request_id) == one


async def test_difference_the_sdk_has_money_as_binary_fractions_and_no_usage_results_by_name(
    sdk: Any, owner: Deepgram, project: Project
) -> None:
    pid = project.project_id
    rows = (await sdk.manage.v1.projects.billing.breakdown.list(pid, grouping=["accessor"])).results
    ours = (await owner.billing_breakdown(pid, ["accessor"])).results
    assert [f"{row.dollars:.5f}" for row in rows] == [f"{row.dollars:.5f}" for row in ours]
    assert all(isinstance(row.dollars, float) for row in rows)
    summary = await sdk.manage.v1.projects.usage.get(pid)
    assert "results" not in type(summary).model_fields
    assert len((await owner.usage(pid)).results) == len(summary.results)

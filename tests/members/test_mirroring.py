"""Lists are read when somebody asks and kept fresh where somebody works; two thousand members are no trouble."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from sqlmodel import select

from bot.errors import ProviderError
from bot.members import service
from bot.members.mirroring import NAME_LONGEST
from bot.members.service import MemberReader
from bot.mirror import EVERY
from bot.store import members, mirrors, people, projects
from bot.store.accounts import keep_main
from bot.store.scheduled_jobs import ScheduledJob
from playground.deepgram.seed import made_up_id
from playground.deepgram.state import Account
from tests.factories import ANA, NOON, OWNER, TEAM, actor
from tests.membership import Membership


def waiting(room: Membership) -> list[str]:
    with room.database.reading() as session:
        return [row.kind for row in session.exec(select(ScheduledJob)) if row.kind.endswith(".mirror")]


async def test_a_list_is_kept_fresh_only_where_somebody_works(room: Membership) -> None:
    await room.read()
    assert waiting(room) == []
    with room.database.transaction() as session:
        people.choose_project(session, TEAM, ANA, room.project.project_id)
    await room.read()
    assert sorted(waiting(room)) == ["invites.mirror", "members.mirror"]


async def test_an_old_list_is_read_again_behind_the_readers_back(room: Membership) -> None:
    mirror = room.members
    project_id = room.project.project_id
    assert not await mirror.look(project_id, NOON)
    await mirror.refresh(project_id, NOON)
    assert await mirror.look(project_id, NOON + EVERY)
    assert waiting(room) == []
    room.project.members.clear()
    room.project.members[made_up_id("keydesk")] = ["admin"]
    assert await mirror.look(project_id, NOON + EVERY + timedelta(seconds=1))
    await room.engine.drain()
    with room.database.reading() as session:
        assert len(members.of_project(session, project_id)) == 1


async def test_a_reading_that_began_earlier_undoes_no_later_one(room: Membership) -> None:
    project_id = room.project.project_id
    await room.members.refresh(project_id, NOON + EVERY)
    room.project.members = {made_up_id("keydesk"): ["admin"]}
    await room.members.refresh(project_id, NOON)
    with room.database.reading() as session:
        assert len(members.of_project(session, project_id)) == 9
        assert mirrors.get(session, mirrors.of_members(project_id)).read_at == NOON + EVERY


async def test_trouble_keeps_what_was_read_and_is_told(room: Membership) -> None:
    await room.read()
    room.fault("403", "GET", "/members")
    with pytest.raises(ProviderError):
        await room.members.refresh(room.project.project_id, NOON)
    with room.database.reading() as session:
        assert len(members.of_project(session, room.project.project_id)) == 9
        assert "the last try failed" in service.freshness(session, room.project.project_id)
        assert mirrors.get(session, mirrors.of_members(room.project.project_id)).read_at == NOON


async def test_two_thousand_members_are_read_searched_and_paged_in_no_time(room: Membership) -> None:
    for number in range(2000):
        account = room.emulator.state.add_account(Account(f"m{number:04}@acme.example", "x" * 500, f"No {number:04}"))
        room.project.members[account.account_id] = ["member"]
    await room.read()
    with room.database.transaction() as session:
        keep_main(session, NOON, fingerprint="f", role="admin", member_id=made_up_id("keydesk"))
    reader = MemberReader(room.desk, actor(OWNER))
    began = time.process_time()
    with room.database.reading() as session:
        project = projects.get(session, room.project.project_id)
        assert project is not None
        first = service.page(session, reader, project, "", 1)
        found = service.page(session, reader, project, "no 19 acme", 1)
        last = service.page(session, reader, project, "", 9999)
        ours = service.page(session, reader, project, "keydesk@", 1)
        rows = service.csv_rows(session, project.id)
    assert time.process_time() - began < 3.0
    assert (first.page.total, first.page.pages, last.page.number, len(rows)) == (2009, 201, 201, 2009)
    assert found.page.total >= 100
    assert max(len(row.member.first_name) for row in first.page.items + found.page.items) <= NAME_LONGEST
    assert [(row.ourselves, row.may_remove) for row in ours.page.items] == [(True, False)]
    owners = [row for row in first.page.items if row.member.scopes == ["owner"]]
    assert not any(row.may_remove or row.may_scope for row in owners)

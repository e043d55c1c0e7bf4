"""Settings of a project: what gives anybody more waits for another Owner, and nobody's choice is overwritten unseen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.desk.drawing import version_now
from bot.desk.service import Desk, Held, Ran
from bot.errors import CouldNotCheck, FormError, NotAllowed, NotUnderstood
from bot.groups import Groups
from bot.operation import OperationKind
from bot.people import People
from bot.projects import settings_card
from bot.projects.operations import ChangeProjectSettings, WishedSettings
from bot.projects.settings_change import ProjectSettingsChange
from bot.store import projects, requests, scheduled_jobs
from bot.store.database import Database
from bot.store.requests import Request
from tests.clocks import SetClock
from tests.declared import POLICY
from tests.factories import (
    ANA,
    EVE,
    LI,
    NOON,
    OWNER,
    PROJECT,
    RAJ,
    SECOND_OWNER,
    TEAM,
    actor,
    add,
    entries,
    owed_to,
    person,
    request,
    rows,
    set_up,
)
from tests.fake_slack import FakeSlack
from tests.inline import InlineEngine

OURS, THEIRS = "C0OURS", "C0THEIRS"


class Settings:
    """The settings of a project with their desk; ``slack`` says who is there."""

    def __init__(self, store: Database) -> None:
        self.store, self.clock, self.slack = store, SetClock(NOON), FakeSlack()
        self.slack.people, self.slack.people_in = (SECOND_OWNER,), {OURS: (SECOND_OWNER, OWNER)}
        engine = InlineEngine(store.transaction, scheduled_jobs, self.clock)
        people = People(store, self.slack.user_profile, TEAM, Groups(store, self.slack.user_groups, TEAM))
        kinds: dict[str, OperationKind] = {}
        self.desk = Desk(store, engine, self.clock, frozenset({OWNER, SECOND_OWNER}), kinds, POLICY, people.look_again)
        self.change = ProjectSettingsChange(self.desk, store, self.clock, people, self.slack)
        kinds[ChangeProjectSettings.kind] = OperationKind(
            ChangeProjectSettings,
            describe=settings_card.describe,
            stakes=self.change.stakes,
            moved=self.change.moved,
            execute=self.change.execute,
        )

    @property
    def mark(self) -> str:
        """What a form that is opened now carries."""
        shown: str = rows(self.store, lambda session: projects.settings(session, PROJECT).mark)
        return shown

    @property
    def most_days(self) -> int:
        """The limit that holds now."""
        days: int = rows(self.store, lambda session: projects.settings(session, PROJECT).most_days)
        return days

    async def ask(self, by: str = OWNER, seen: str | None = None, **changes: Any) -> Held | Ran:
        """Ask as the form does: with all settings, of which these are others."""
        kept = rows(self.store, lambda session: projects.settings(session, PROJECT))
        now = {name: getattr(kept, name) for name in ("approvers", "channel", "recommended_days", "most_days")}
        wish = WishedSettings(**{"project_id": PROJECT, "seen": seen, **now, **changes})
        return await self.desk.submit(await self.change.as_asked(wish, actor(by)), actor(by))

    async def approve(self, asked: Held | Ran, by: str = SECOND_OWNER) -> Request:
        """Approve a change and carry it out; return the request as it is then."""
        assert isinstance(asked, Held)
        await self.desk.decide(asked.request.id, asked.request.version, "approved", actor(by))
        await self.desk.run_approved(asked.request.id, NOON)
        return self.request(asked)

    def request(self, asked: Held | Ran) -> Request:
        """Return the request as it is now."""
        assert isinstance(asked, Held)
        found: Request = rows(self.store, lambda session: requests.get(session, asked.request.id))
        return found

    def heard(self, who: str) -> list[str]:
        """Return what this person is told."""
        return [notice.text for notice in owed_to(self.store, who)]


@pytest.fixture
def room(small_store: Database) -> Settings:
    """A project that Raj and Li approve for, two owners, and a desk."""
    set_up(small_store)
    return Settings(small_store)


WIDER = [
    ("a friend approves alone", {"approvers": [EVE]}),
    ("a friend approves, too", {"approvers": [RAJ, LI, EVE]}),
    ("an approver is taken out", {"approvers": [RAJ]}),
    ("nobody but the owners approves", {"approvers": []}),
    ("keys may last longer", {"most_days": 365}),
    ("keys are recommended to last longer", {"recommended_days": 60}),
    ("requests are shown in another channel", {"channel": OURS}),
    ("something of it narrows, something does not", {"most_days": 30, "approvers": [EVE]}),
]


@pytest.mark.parametrize("changes", [row[1] for row in WIDER], ids=[row[0] for row in WIDER])
async def test_one_owner_alone_gives_nobody_more(room: Settings, changes: dict[str, Any]) -> None:
    asked = await room.ask(**changes)
    assert isinstance(asked, Held)
    assert asked.deciders == {SECOND_OWNER}
    assert set(asked.request.operation["after"]) == set(asked.request.operation["before"]) == set(changes)
    with pytest.raises(NotAllowed, match="You asked for this"):
        await room.desk.decide(asked.request.id, 1, "approved", actor(OWNER))
    assert rows(room.store, lambda session: projects.settings(session, PROJECT).changed_by) is None
    assert (await room.approve(asked)).state == "done"
    kept = rows(room.store, lambda session: projects.settings(session, PROJECT)).model_dump()
    assert {name: kept[name] for name in changes} == changes


async def test_narrowing_and_taking_oneself_out_wait_for_nobody(room: Settings) -> None:
    assert isinstance(await room.ask(most_days=60), Ran)
    assert isinstance(await room.ask(recommended_days=7, most_days=14), Ran)
    await room.approve(await room.ask(approvers=[RAJ, LI, OWNER]))
    assert isinstance(await room.ask(approvers=[RAJ, LI]), Ran)
    room.slack.gone = {LI}
    assert isinstance(await room.ask(approvers=[RAJ]), Ran)
    assert room.heard(LI) == []


async def test_an_approver_of_whom_slack_does_not_say_that_they_left_is_taken_out_by_two(room: Settings) -> None:
    with room.store.transaction() as session:
        session.merge(person(LI, "deactivated"))  # as read long ago
    room.slack.silent = {LI}
    assert isinstance(await room.ask(approvers=[RAJ]), Held)


async def test_whoever_approves_no_more_is_told_once_it_is_so(room: Settings) -> None:
    asked = await room.ask(approvers=[RAJ])
    assert room.heard(LI) == []
    await room.approve(asked)
    told = f"You do not approve keys of *production* any more: <@{OWNER}> changed its settings."
    assert (room.heard(LI), room.heard(RAJ)) == ([told], [])


async def test_the_card_tells_every_value_before_and_after(room: Settings) -> None:
    asked = await room.ask(approvers=[EVE], most_days=365)
    assert isinstance(asked, Held)
    described = asked.request.description
    assert described["fields"] == [
        ["Who approves keys", f"now: <@{LI}> and <@{RAJ}>\nthen: <@{EVE}>"],
        ["Longest duration", "now: 90 days\nthen: 365 days"],
    ]
    assert described["evidence"][:2] == [
        ["Approves from then on", f"<@{EVE}>"],
        ["Approves no more, and is told", f"<@{LI}> and <@{RAJ}>"],
    ]
    assert described["risk"][0] == "High"


async def test_two_held_changes_of_different_settings_both_stand(room: Settings) -> None:
    days, people = await room.ask(most_days=120), await room.ask(approvers=[EVE])
    assert (await room.approve(days)).state == "done"
    assert (await room.approve(people)).state == "done"
    kept = rows(room.store, lambda session: projects.settings(session, PROJECT))
    assert (kept.most_days, kept.approvers) == (120, [EVE])


async def test_a_held_change_is_void_once_what_it_changes_has_moved(room: Settings) -> None:
    first, second = await room.ask(most_days=120), await room.ask(by=SECOND_OWNER, most_days=365)
    assert isinstance(await room.ask(most_days=60), Ran)  # stricter, at once
    for asked in (first, second):
        void = room.request(asked)
        assert void.state == "failed"
        assert void.note == (
            "Void: what it was to change has changed meanwhile. @olu saved other settings since this was asked: "
            "longest duration: 60 days. Nothing changed; ask again if it is wanted."
        )
        assert [entry.name for entry in entries(room.store, void.id)] == ["desk.held", "desk.void"]
    assert room.most_days == 60


async def test_what_moved_unseen_voids_a_change_at_its_approval_and_when_it_is_carried_out(room: Settings) -> None:
    asked = await room.ask(most_days=120)
    assert isinstance(asked, Held)
    with room.store.transaction() as session:
        projects.settings(session, PROJECT).most_days = 50
    with pytest.raises(NotAllowed, match="longest duration: 50 days"):
        await room.desk.decide(asked.request.id, 1, "approved", actor(SECOND_OWNER))
    again = await room.ask(most_days=120)
    assert isinstance(again, Held)
    await room.desk.decide(again.request.id, 1, "approved", actor(SECOND_OWNER))
    with room.store.transaction() as session:
        projects.settings(session, PROJECT).most_days = 40
    await room.desk.run_approved(again.request.id, NOON)
    assert (room.request(again).state, room.most_days) == ("failed", 40)


async def test_only_a_channel_that_one_is_in_gets_the_requests(room: Settings) -> None:
    with pytest.raises(FormError, match="You are not in it"):
        await room.ask(channel=THEIRS)
    assert isinstance(await room.ask(by=SECOND_OWNER, channel=THEIRS), Held)


async def test_who_is_alone_works_on_and_the_record_says_so(room: Settings) -> None:
    room.slack.gone = {SECOND_OWNER}
    with room.store.transaction() as session:
        session.merge(person(SECOND_OWNER, "deactivated"))
    done = await room.ask(approvers=[RAJ, LI, EVE])
    assert isinstance(done, Ran)
    assert "you are the only one who can act" in done.text
    (noted,) = [entry for entry in entries(room.store, PROJECT) if entry.name == "desk.alone"]
    assert (noted.actor, noted.detail["kind"]) == (OWNER, "projects.settings")


async def test_whether_one_is_alone_is_never_guessed(room: Settings) -> None:
    room.slack.silent = {SECOND_OWNER}
    with room.store.transaction() as session:
        session.merge(person(SECOND_OWNER, "deactivated"))  # as read long ago
    with pytest.raises(CouldNotCheck, match="@sam can still decide could not be read"):
        await room.ask(approvers=[RAJ, LI, EVE])
    assert isinstance(await room.ask(most_days=30), Ran)  # what narrows does not depend on it


async def test_other_approvers_stand_on_the_cards_that_wait(room: Settings) -> None:
    add(room.store, request(id="rq1"))
    await room.approve(await room.ask(approvers=[RAJ]))
    await room.ask(most_days=60)
    assert rows(room.store, lambda session: version_now(session, "rq1")) == 2


async def test_what_somebody_else_saved_since_the_form_was_opened_is_told_first(room: Settings) -> None:
    shown = room.mark
    await room.ask(by=SECOND_OWNER, seen=shown, most_days=60)
    room.clock.move(timedelta(seconds=1))
    with pytest.raises(FormError, match=r"^@sam saved settings .*: 30 days recommended; 60 days at most\. "):
        await room.ask(seen=shown, recommended_days=7, most_days=14)
    assert room.most_days == 60
    with pytest.raises(FormError, match="the settings already"):
        await room.ask(seen=room.mark)
    await room.ask(seen=room.mark, recommended_days=7, most_days=14)
    assert room.most_days == 14


async def test_a_project_that_is_gone_is_not_set_up(room: Settings) -> None:
    asked = await room.ask(most_days=365)
    with room.store.transaction() as session:
        projects.deleted(session, PROJECT, NOON)
    assert (await room.approve(asked)).state == "failed"
    with pytest.raises(NotUnderstood, match="no longer there"):
        await room.ask(most_days=365)


async def test_only_owners_change_settings(room: Settings) -> None:
    with pytest.raises(NotAllowed, match="takes the role Owner"):
        await room.ask(by=ANA, most_days=14)
    assert [entry.name for entry in entries(room.store, PROJECT)] == ["desk.refused"]

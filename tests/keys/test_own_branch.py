"""Keydesk never ends what it works with itself, whichever of its accounts opens the project in which that lives."""

from __future__ import annotations

import contextlib

import pytest
from pydantic import SecretStr

from bot.errors import CouldNotCheck, NotAllowed, Unavailable
from bot.keys.operations import EndKey
from bot.members.changing import MemberChanges
from bot.projects.deleting import ProjectDeletion
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.listed import Listed
from bot.providers.provider import Provider, ProviderKind
from bot.providers.registry import Account, Providers
from bot.providers.values import Project
from bot.store.database import Database
from playground.deepgram.server import DeepgramEmulator
from tests.factories import OWNER, actor, bench, set_up
from tests.keys.conftest import SHORT, no_pause
from tests.limits import PatientLimits
from tests.providers.test_registry import Known
from tests.test_toy_provider import PLAYTHINGS, TOYBOX, ToyAccount, Toybox


async def test_the_main_key_in_a_project_of_another_account_is_our_own_too(
    small_store: Database, emulator: DeepgramEmulator
) -> None:
    def open_client(credential: SecretStr) -> Deepgram:
        return Deepgram(credential, emulator.url, limits=PatientLimits(emulator.faults, SHORT), pause=no_pause)

    project = next(iter(emulator.state.projects.values()))
    set_up(small_store, project_id=project.project_id, name=project.name)
    known = Known(
        [Account("ac1", "beside", "deepgram", SecretStr(emulator.credentials["owner"]))], {project.project_id: "ac1"}
    )
    main = open_client(SecretStr(emulator.credentials["admin"]))
    async with contextlib.aclosing(Providers(main, known, (ProviderKind(DEEPGRAM, open_client),))) as deepgram:
        made, identity = await bench(small_store, deepgram), CredentialIdentity(deepgram)
        await made.mirror.refresh(project.project_id, made.clock.now())
        own = next(each for each in made.all_keys() if each.purpose == "Keydesk (admin role)")
        member = emulator.state.accounts[own.member_id or ""]
        deletion = ProjectDeletion(made.desk, made.engine, deepgram, identity)
        changes = MemberChanges(made.engine, deepgram, identity)
        for protected in (
            made.ending.by_person(EndKey(project_id=project.project_id, key_id=own.id), actor(OWNER)),
            deletion.check_not_our_own(project.project_id),
            changes.check_not_ourselves(project.project_id, member.account_id, ""),
            changes.check_not_ourselves(project.project_id, "", member.email),
        ):
            with pytest.raises(NotAllowed, match="Keydesk itself"):
                await protected
        assert (await changes.check_not_ourselves(project.project_id, "somebody", "else@x.example")).role == "owner"
        emulator.faults.add("503", "GET", "/v1/auth/token", times=None)
        with pytest.raises(CouldNotCheck):
            await MemberChanges(made.engine, deepgram, CredentialIdentity(deepgram)).check_not_ourselves("", "", "")
        emulator.faults.clear()
        emulator.faults.add("401", "GET", "/v1/auth/token", times=1)  # one of the two credentials is dead
        assert len(await CredentialIdentity(deepgram).everywhere(project.project_id)) == 1
    assert emulator.state.is_live(emulator.credentials["admin"])


class Silent(ToyAccount):
    """An account that cannot say who it is, and may not be asked."""

    who_am_i = Provider.who_am_i

    async def projects(self) -> Listed[Project]:
        raise Unavailable("The lid is closed.")


@pytest.mark.parametrize("kind_of_account", [ToyAccount, Silent])
async def test_an_account_of_another_vendor_keeps_nothing_of_deepgram_from_changing(
    small_store: Database, emulator: DeepgramEmulator, kind_of_account: type[ToyAccount]
) -> None:
    project = next(each for each in emulator.state.projects.values() if each.name == "staging")
    set_up(small_store, project_id=project.project_id, name=project.name)
    toys = ProviderKind(TOYBOX, lambda credential: kind_of_account(Toybox(), credential))
    main = Deepgram(SecretStr(emulator.credentials["owner"]), emulator.url, pause=no_pause)
    known = Known([Account("ac1", "toys", "toybox", SecretStr("toy-credential"))], {PLAYTHINGS: "ac1"})
    async with contextlib.aclosing(Providers(main, known, (ProviderKind(DEEPGRAM, lambda _: main), toys))) as providers:
        made, identity = await bench(small_store, providers), CredentialIdentity(providers)
        await ProjectDeletion(made.desk, made.engine, providers, identity).check_not_our_own(project.project_id)
        changes = MemberChanges(made.engine, providers, identity)
        assert (await changes.check_not_ourselves(project.project_id, "somebody", "else@x.example")).role == "owner"
        maker = next(iter(project.members))
        emulator.state.add_key(project, maker, "made by hand", ["usage:write"])
        await made.mirror.refresh(project.project_id, made.clock.now())
        by_hand = next(each for each in made.all_keys() if each.purpose == "made by hand")
        wish = EndKey(project_id=project.project_id, key_id=by_hand.id)
        assert "has ended" in await made.ending.by_person(wish, actor(OWNER))
        told = await identity.own_keys_told()
        assert ("deepgram", (await main.who_am_i()).key_id) in told

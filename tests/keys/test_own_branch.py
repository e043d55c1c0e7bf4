"""Keydesk never ends what it works with itself, whichever of its accounts opens the project in which that lives."""

from __future__ import annotations

import contextlib

import pytest
from pydantic import SecretStr

from bot.errors import CouldNotCheck, NotAllowed
from bot.keys.operations import EndKey
from bot.members.changing import MemberChanges
from bot.projects.deleting import ProjectDeletion
from bot.providers.credential_identity import CredentialIdentity
from bot.providers.deepgram.client import Deepgram
from bot.providers.deepgram.vendor import DEEPGRAM
from bot.providers.provider import ProviderKind
from bot.providers.registry import Account, Providers
from bot.store.database import Database
from playground.deepgram.server import DeepgramEmulator
from tests.factories import OWNER, actor, bench, set_up
from tests.keys.conftest import SHORT, no_pause
from tests.limits import PatientLimits
from tests.providers.test_registry import Known


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
        assert len(await CredentialIdentity(deepgram).everywhere()) == 1
    assert emulator.state.is_live(emulator.credentials["admin"])

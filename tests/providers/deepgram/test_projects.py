"""Projects, against the emulated Deepgram."""

import pytest

from bot.errors import NotFound, ScopeMissing
from bot.providers.deepgram.client import Deepgram
from playground.deepgram.server import DeepgramEmulator
from playground.deepgram.state import Project
from tests.providers.deepgram.conftest import ClientOf

NOWHERE = "00000000-0000-4000-8000-000000000000"


async def test_projects_keep_their_names_in_every_script(deepgram: Deepgram, emulator: DeepgramEmulator) -> None:
    names = [project.name for project in await deepgram.projects()]
    assert names == [project.name for project in emulator.state.projects.values()]
    assert {"字幕テスト", "مركز الاتصال", "Голосовая почта"} <= set(names)


async def test_a_renamed_project_has_its_new_name(deepgram: Deepgram, project: Project) -> None:
    await deepgram.rename_project(project.project_id, "Produktion – neu")
    assert (await deepgram.project(project.project_id)).name == "Produktion – neu" == project.name


async def test_only_an_owner_destroys_a_project_and_its_keys_die_with_it(
    client_of: ClientOf, emulator: DeepgramEmulator
) -> None:
    doomed = next(project for project in emulator.state.projects.values() if project.name == "staging")
    with pytest.raises(ScopeMissing) as refusal:
        await client_of("admin").delete_project(doomed.project_id)
    assert refusal.value.scope == "project:write:destroy"
    created = await client_of("admin").create_key(doomed.project_id, comment="c", scopes=["usage:write"])
    await client_of("owner").delete_project(doomed.project_id)
    assert doomed.project_id not in emulator.state.projects
    assert not emulator.state.is_live(created.secret.get_secret_value())


async def test_an_unknown_project_is_not_found(deepgram: Deepgram) -> None:
    with pytest.raises(NotFound):
        await deepgram.project(NOWHERE)


def test_there_is_no_way_to_leave_a_project() -> None:
    assert not [name for name in dir(Deepgram) if "leave" in name]

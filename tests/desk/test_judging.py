"""What a role lets somebody do is asked in three ways, which give one answer."""

from __future__ import annotations

import pytest

from bot.errors import NotAllowed
from tests.factories import ANA, OWNER, PROJECT, Bench, actor


@pytest.mark.parametrize("name", ["projects.settings", "what no table names"])
async def test_whose_role_is_too_low_is_refused_gets_no_button_and_reads_why(desk: Bench, name: str) -> None:
    with desk.database.reading() as session:
        refusal = desk.desk.lacking(session, actor(ANA), name, PROJECT)
        assert refusal is not None
        assert not desk.desk.may(session, actor(ANA), name, PROJECT)
        with pytest.raises(NotAllowed) as refused:
            desk.desk.permit(session, actor(ANA), name, PROJECT)
    assert refused.value.text == refusal.text != ""


async def test_whose_role_is_enough_passes_and_gets_the_button(desk: Bench) -> None:
    with desk.database.reading() as session:
        assert desk.desk.lacking(session, actor(OWNER), "projects.settings", PROJECT) is None
        assert desk.desk.may(session, actor(OWNER), "projects.settings", PROJECT) is True
        desk.desk.permit(session, actor(OWNER), "projects.settings", PROJECT)

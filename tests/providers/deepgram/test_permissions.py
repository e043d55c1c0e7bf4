"""What a credential may do to people agrees with Deepgram's table of roles, as the emulator enforces it."""

from typing import get_args

import pytest

from bot.providers.roles import ROLES, Action, limits, may
from bot.providers.values import Role
from playground.deepgram.roles import PERMISSIONS

RIGHTS: dict[Action, str] = {"read": "read", "invite": "write:invites", "scope": "write:scopes", "remove": "write:kick"}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("target", ROLES)
@pytest.mark.parametrize("action", get_args(Action))
def test_a_role_may_what_the_table_says(role: Role, target: Role, action: Action) -> None:
    assert may(role, target, action) == (f"{target}s:{RIGHTS[action]}" in PERMISSIONS[role])


def test_what_is_not_known_is_left_to_deepgram_and_what_is_lacking_is_said() -> None:
    assert all(may(None, target, action) for target in ROLES for action in RIGHTS)
    assert (bool(limits("admin")), bool(limits("member")), limits("owner"), limits(None)) == (True, True, "", "")

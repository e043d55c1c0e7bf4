"""How many statements each walk takes never grows unseen; its goal stands in the bench."""

from __future__ import annotations

import pytest

from bench.statements import LISTS, ROWS, listed, walked


async def test_no_walk_takes_more_statements_than_its_goal(sqlite_url: str) -> None:
    found = await walked(sqlite_url)
    assert {goal.name: counted.most(20) for goal, counted in found.items() if counted.number > goal.most} == {}


MOST_OF_A_LIST = {"/members list": 16, "/keys list": 19, "/projects list": 11, "/keydesk roles": 15}


@pytest.mark.soak
async def test_a_list_of_a_hundred_costs_what_a_list_of_ten_costs(sqlite_url: str) -> None:
    found = {goal.name: counted.number for goal, counted in (await listed(sqlite_url)).items()}
    few, many = ({command: found[f"{command}, {number} rows"] for command in LISTS} for number in ROWS)
    assert few == many
    assert {command: number for command, number in many.items() if number > MOST_OF_A_LIST[command]} == {}

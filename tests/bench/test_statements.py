"""How many statements each walk takes never grows unseen; its goal stands in the bench."""

from __future__ import annotations

import pytest

from bench.statements import LIST_MOST, LISTS, PERMITTED, ROWS, listed, permitted, walked


async def test_no_walk_takes_more_statements_than_its_goal(sqlite_url: str) -> None:
    found = await walked(sqlite_url)
    assert {goal.name: counted.most(20) for goal, counted in found.items() if counted.number > goal.most} == {}


async def test_a_project_is_collected_without_asking_before_each_call_whether_it_may_be(sqlite_url: str) -> None:
    assert await permitted(sqlite_url) <= PERMITTED.most


@pytest.mark.soak
async def test_a_list_of_a_hundred_costs_what_a_list_of_ten_costs(sqlite_url: str) -> None:
    found = {goal.name: counted.number for goal, counted in (await listed(sqlite_url)).items()}
    few, many = ({command: found[f"{command}, {number} rows"] for command in LISTS} for number in ROWS)
    assert few == many
    assert {command: number for command, number in many.items() if number > LIST_MOST} == {}

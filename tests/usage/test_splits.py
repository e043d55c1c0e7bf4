"""Splits: whatever becomes of one of them, the totals and the others stand, and what is not told is said."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.errors import NotFound, ProviderError, RateLimited, Refused, Unavailable
from bot.store import facts, splits
from bot.store.collections import Collection
from bot.store.facts import UsageDimension, Which
from bot.store.splits import Splits
from bot.usage.splits import DOLLARS, IGNORED
from playground.deepgram.telling import Oddity, Telling
from tests.usage.world import P1, TODAY, World, ago

DIMENSIONS: tuple[UsageDimension, ...] = ("accessor", "endpoint", "models", "method", "tags", "deployment")


def used_by(world: World, dimension: UsageDimension) -> dict[str, Decimal | None]:
    with world.database.reading() as session:
        found = facts.usage_by(session, Which(ago(11), TODAY), dimension)
    return {row.value: row.figures.hours for row in found}


def seen(world: World) -> Splits:
    with world.database.reading() as session:
        return splits.of(session, P1)


def asked(world: World) -> list[str]:
    return [name for _, report, by, _, _ in world.provider.calls for name in by if report == "usage"]


def problem(world: World) -> str:
    with world.database.reading() as session:
        return session.get_one(Collection, P1).problem or ""


async def test_a_refused_grouping_costs_that_grouping_alone(world: World) -> None:
    refusal = Refused("Deepgram refused to read the usage.")
    world.provider.refused = {("usage", "models"): refusal, ("usage", "model"): refusal}
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    assert world.day(ago(1)).spend_total == 3
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(3)}
    assert [bool(used_by(world, each)) for each in DIMENSIONS] == [True, True, False, True, True, True]
    assert {each: known.why for each, known in seen(world).untold.items()} == {"models": refusal.text}

    world.provider.spend(P1, ago(1), "4")
    await world.pass_by(hours=1)
    assert not {"models", "model"} & set(asked(world))  # it was tried once by either name
    assert used_by(world, "accessor") == {"k1": Decimal(4)}
    world.provider.refused.clear()
    await world.pass_by(days=1)
    await world.pass_by(hours=1)
    assert used_by(world, "models") == {'["m1"]': Decimal(4)}
    assert seen(world).untold == {}


async def test_the_other_name_of_a_grouping_is_tried_once_and_remembered(world: World) -> None:
    world.provider.telling = Telling(renamed={"models": "model"})
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    assert [name for name in asked(world) if name.startswith("model")] == ["models", "model"]
    assert used_by(world, "models") == {'["m1"]': Decimal(3)}
    world.provider.spend(P1, ago(1), "4")
    await world.pass_by(hours=1)
    assert [name for name in asked(world) if name.startswith("model")] == ["model"]


async def test_a_grouping_that_is_ignored_is_not_told_and_what_was_known_of_it_stays(world: World) -> None:
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    world.provider.telling = Telling(ignored=frozenset({"models", "method", "tags"}))
    world.provider.spend(P1, ago(1), "5")
    await world.pass_by(hours=1)
    assert used_by(world, "models") == {'["m1"]': Decimal(3)}  # never all of it “without a model”
    assert used_by(world, "accessor") == {"k1": Decimal(5)}
    not_told = {"models", "method", "tags", f"{DOLLARS}tags"}
    assert {each: known.why for each, known in seen(world).untold.items()} == dict.fromkeys(not_told, IGNORED)
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(5)}


async def test_one_refused_dimension_of_dollars_leaves_the_others(world: World) -> None:
    world.provider.refused["billing", "tags"] = Refused("Deepgram refused tags.")
    world.provider.spend(P1, ago(1), "3", "k1", ("acme",))
    await world.plan(P1)
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(3)}
    assert list(seen(world).untold) == [f"{DOLLARS}tags"]


@pytest.mark.parametrize("error", [NotFound("It does not know this."), Refused("No.")])
async def test_one_report_that_is_not_found_takes_nothing_from_the_other(world: World, error: ProviderError) -> None:
    world.provider.refused["billing", ""] = error
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    assert used_by(world, "accessor") == {"k1": Decimal(3)}
    assert world.day(ago(1)).spend_total is None
    assert problem(world) == error.text
    world.provider.refused = {("usage", ""): error}
    await world.pass_by(hours=1)
    assert world.day(ago(1)).spend_total == 3
    assert used_by(world, "accessor") == {"k1": Decimal(3)}


async def test_one_report_in_trouble_takes_nothing_from_the_other_and_is_read_again_soon(world: World) -> None:
    world.provider.spend(P1, TODAY, "3")
    await world.plan(P1)
    world.provider.refused["billing", ""] = Unavailable("Deepgram had trouble.")
    world.provider.spend(P1, TODAY, "5")
    await world.pass_by(hours=13)
    assert used_by(world, "accessor") == {"k1": Decimal(5)}
    assert (world.day(TODAY).spend_total, world.day(TODAY).closed) == (Decimal(3), False)  # dollars as of noon
    world.provider.refused.clear()
    await world.pass_by(hours=1)
    assert (world.day(TODAY).spend_total, world.day(TODAY).closed) == (Decimal(5), True)


@pytest.mark.parametrize("trouble", [Unavailable("Deepgram had trouble."), RateLimited("Slow down.", retry_after=60)])
async def test_a_split_in_trouble_is_asked_for_again_within_the_hour(world: World, trouble: ProviderError) -> None:
    world.provider.refused["usage", "method"] = trouble
    world.provider.spend(P1, ago(1), "3")
    await world.plan(P1)
    assert (world.day(ago(1)).spend_total, world.day(ago(1)).split) == (Decimal(3), False)
    assert used_by(world, "method") == {}
    world.provider.refused.clear()
    await world.pass_by(hours=1)
    assert used_by(world, "method") == {"sync": Decimal(3)}
    assert world.day(ago(1)).split


@pytest.mark.parametrize("kind", ["no object", "without a grouping", "odd day", "odd number", "huge number", "odd id"])
async def test_one_odd_row_costs_that_row(world: World, kind: Oddity) -> None:
    world.provider.spend(P1, ago(2), "3")
    world.provider.spend(P1, ago(1), "4")
    world.provider.telling = Telling(odd=(kind,))
    await world.plan(P1)
    assert [world.day(ago(number)).spend_total for number in (2, 1)] == [3, 4]
    assert world.by_key(ago(11), TODAY) == {"k1": Decimal(7)}
    assert used_by(world, "accessor") == {"k1": Decimal(7)}
    assert "could not be read" in problem(world)


async def test_figures_go_on_being_read_after_a_split_was_refused_for_long(world: World) -> None:
    world.provider.refused = {("usage", "models"): NotFound("Gone."), ("usage", "model"): NotFound("Gone.")}
    for number in range(12):
        world.provider.spend(P1, ago(number), "1")
    await world.plan(P1)
    for _ in range(4):
        await world.pass_by(days=1)
    await world.pass_by(hours=1)
    assert world.day(ago(1)).settled
    assert problem(world) == ""
    assert timedelta() <= world.clock.now() - seen(world).untold["models"].tried_at <= timedelta(days=2)

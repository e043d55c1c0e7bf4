"""The matrix in the documentation is the code's own, and the code asks for nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from bot.providers.billing import BillingGrouping
from bot.providers.usage import Grouping
from bot.usage import capability_matrix

PAGE = Path(__file__).parents[2] / "docs" / "usage-matrix.md"


def test_the_page_shows_the_codes_own_matrix() -> None:
    lines = [f"| | {' | '.join(capability_matrix.MEASURES)} |", f"|---{'|---' * len(capability_matrix.MEASURES)}|"]
    for dimension in capability_matrix.DIMENSIONS:
        known = (capability_matrix.how(measure, dimension) for measure in capability_matrix.MEASURES)
        lines.append(f"| **{dimension}** | {' | '.join(known)} |")
    assert "\n".join(lines) in PAGE.read_text()


@pytest.mark.parametrize(
    ("measure", "groupings"), [("hours", get_args(Grouping)), ("dollars", get_args(BillingGrouping))]
)
def test_every_grouping_of_the_provider_is_in_it_and_no_other(measure: str, groupings: tuple[str, ...]) -> None:
    told = {capability_matrix.how(measure, dimension) for dimension in capability_matrix.DIMENSIONS}
    named = {text.split("`")[1] for text in told if "`" in text}
    assert named == set(groupings)


def test_what_the_provider_does_not_say_is_a_dash() -> None:
    assert capability_matrix.how("dollars", "model") == capability_matrix.how("hours", "line item") == "–"
    with pytest.raises(KeyError):
        capability_matrix.how("dollars", "weather")

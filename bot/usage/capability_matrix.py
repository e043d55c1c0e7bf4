"""What can be known: which measure the provider tells along which dimension, and how (docs/usage-matrix.md).

Nothing is allocated: where the provider does not say, there is no figure. Dimensions of our own (person, customer) are
read from what the provider tells by key or by tag set, never from shares of a total.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

MEASURES = ("hours", "requests", "tokens", "characters", "agent hours", "dollars")
DIMENSIONS = (
    "project",
    "model",
    "feature",
    "method",
    "endpoint",
    "deployment",
    "tag set",
    "key",
    "line item",
    "person",
    "customer",
)
UNKNOWN = "–"
TOTAL = "the ungrouped report"

_USAGE: Mapping[str, str] = MappingProxyType(
    {
        "project": TOTAL,
        "model": "grouping `models`",
        "feature": "grouping `feature_set`",
        "method": "grouping `method`",
        "endpoint": "grouping `endpoint`",
        "deployment": "grouping `deployment`",
        "tag set": "grouping `tags`",
        "key": "grouping `accessor`",
        "person": "of their keys",
        "customer": "of its tag sets",
    }
)
_DOLLARS: Mapping[str, str] = MappingProxyType(
    {
        "project": TOTAL,
        "deployment": "grouping `deployment`",
        "tag set": "grouping `tags`",
        "key": "grouping `accessor`",
        "line item": "grouping `line_item`",
        "person": "of their keys",
        "customer": "of its keys and tag sets",
    }
)


def how(measure: str, dimension: str) -> str:
    """Return how a measure is known along a dimension, or ``UNKNOWN``.

    Raises:
        KeyError: there is no such measure or dimension.
    """
    if measure not in MEASURES or dimension not in DIMENSIONS:
        raise KeyError((measure, dimension))
    return (_DOLLARS if measure == "dollars" else _USAGE).get(dimension, UNKNOWN)

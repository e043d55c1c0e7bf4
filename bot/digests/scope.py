"""What a digest is about, in words: these projects, and of them only what these customers spent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.slack.words import cut, listed
from bot.store.digests import Subscription

NAMES_SHOWN = 5
NAME_LONGEST = 40


@dataclass(frozen=True)
class DigestScope:
    """Names of projects and of customers: what both hold. No project means all, no customer everybody."""

    projects: tuple[str, ...] = ()
    customers: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Say “production, staging · only customer Apple”, plain and on one line."""
        only = f" · only {'customer' if len(self.customers) == 1 else 'customers'} {_cut(self.customers)}"
        return f"{_cut(self.projects) or 'all projects'}{only if self.customers else ''}"

    @property
    def behind_spent(self) -> str:
        """Say “ by Apple in production”; nothing of everything."""
        by = f" by {_cut(self.customers)}" if self.customers else ""
        return f"{by} in {_cut(self.projects)}" if self.projects else by


def scope_of(subscription: Subscription, names: Mapping[str, str]) -> DigestScope:
    """Return what a subscription is about, by the names of projects and customers."""
    return DigestScope(_named(subscription.projects, names), _named(subscription.customers, names))


def _named(wanted: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(names.get(each, each) for each in wanted)


def _cut(names: tuple[str, ...]) -> str:
    shown = [cut(" ".join(name.split()), NAME_LONGEST) for name in names[:NAMES_SHOWN]]
    more = len(names) - len(shown)
    return listed([*shown, *([f"{more} more"] if more else [])])

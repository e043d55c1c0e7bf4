"""A list as a provider told it, with what could not be read of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from bot.errors import Unavailable

Item = TypeVar("Item")


class Listed(list[Item]):
    """What a list holds, and how many of its entries could not be read: those may be anything, so say that they are.

    ``is_told`` is False where ``null`` stood for the list: nothing is in it, and nothing is known to be missing.
    """

    def __init__(self, items: Iterable[Item] = (), left_out: int = 0, *, is_told: bool = True) -> None:
        super().__init__(items)
        self.left_out = left_out
        self.is_told = is_told

    @property
    def is_whole(self) -> bool:
        """Whether something that is not in it is certainly not there."""
        return self.is_told and not self.left_out

    def only(self, usable: Callable[[Item], bool]) -> Listed[Item]:
        """Return the list with the items that can be worked with; the others count as left out."""
        kept = [item for item in self if usable(item)]
        return Listed(kept, self.left_out + len(self) - len(kept), is_told=self.is_told)

    def certain(self, noun: str) -> Listed[Item]:
        """Return the list if something that is not in it is certainly not there.

        Raises:
            Unavailable: an entry could not be read: it may be the one that is looked for; or no list was told.
        """
        if not self.is_told:
            raise Unavailable(f"The provider did not tell its list of {noun}, so what is in it cannot be told.")
        if self.left_out:
            raise Unavailable(
                f"The provider's list of {noun} has entries that Keydesk cannot read, so what is in it cannot be told."
            )
        return self

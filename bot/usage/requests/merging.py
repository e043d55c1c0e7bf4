"""Several lists that are each newest first, as one."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Sequence

from bot.providers.records import RequestRecord


async def newest_first(lists: Sequence[AsyncIterator[RequestRecord]]) -> AsyncIterator[RequestRecord]:
    """Yield the records of all lists, newest first, holding one record of each.

    A record whose moment is unknown comes as soon as its list has it.
    """
    heads = await asyncio.gather(*(anext(each, None) for each in lists))
    waiting = [(_age(head), number, head) for number, head in enumerate(heads) if head is not None]
    heapq.heapify(waiting)
    while waiting:
        _, number, record = waiting[0]
        yield record
        following = await anext(lists[number], None)
        if following is None:
            heapq.heappop(waiting)
        else:
            heapq.heapreplace(waiting, (_age(following), number, following))


def _age(record: RequestRecord) -> float:
    return -record.created.timestamp() if record.created is not None else float("-inf")

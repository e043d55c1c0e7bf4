"""When a provider day's figures count as final.

The provider publishes no delay. So a day settles once it is three days old and two readings at least twenty hours
apart agree, or at ten days of age; until then each reading may replace it. The reading that settles it splits it once
more, for who spent may change while the total stays. Settled days are read again by months (`bot.store.recollection`).
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.store.collected import CollectedDay, end_of

SETTLES_FROM = timedelta(days=3)
AGREES_AFTER = timedelta(hours=20)
SETTLED_ANYWAY = timedelta(days=10)
NEGLIGIBLE = Decimal("0.005")  # dollars; below it rows and total differ by rounding only


def following(
    before: CollectedDay | None,
    project_id: str,
    day: date,
    total: Decimal | None,
    rows: Decimal,
    now: datetime,
    *,
    moved: bool,
    unused: bool = False,
) -> CollectedDay:
    """Return what is known of a day after a reading; ``moved`` says whether it differs from the one ``before``.

    ``unused`` says that there was no request, so that none failed; those of a day that moved are to be counted again.
    """
    same_since = now if before is None or moved else before.same_since
    after = CollectedDay(
        project_id=project_id,
        day=day,
        spend_total=total,
        spend_rows=rows,
        read_at=now,
        same_since=same_since,
        closed=now >= end_of(day),
        settled=is_settled(day, same_since, now),
        failed_requests=0 if unused else None,
    )
    if before is not None and not moved and not unused:
        after.failed_requests, after.failed_problem = before.failed_requests, before.failed_problem
    return after


def is_settled(day: date, same_since: datetime, now: datetime) -> bool:
    """Tell whether a day whose readings have agreed since then is not to be read again."""
    age = now.date() - day
    return age >= SETTLED_ANYWAY or (age >= SETTLES_FROM and now - same_since >= AGREES_AFTER)


def lacks_rows(known: CollectedDay) -> bool:
    """Tell whether the rows do not come to the total, so that they may have been read too early."""
    return known.spend_total is not None and abs(known.spend_total - known.spend_rows) >= NEGLIGIBLE

"""What the log is told of the monitor itself: that somebody looks, and since when nobody did. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from store.events.monitor import MonitorStarted
from store.log import FeedRow


def started(run: str, rows: Iterable[FeedRow]) -> MonitorStarted:
    """A run begins; when an earlier one was last known to be alive follows from the feeds' rows."""
    rows = list(rows)
    return MonitorStarted(run=run, feeds=len(rows), last_alive=_last_alive(rows))


def started_once(
    run: str, rows: Iterable[FeedRow], *, is_running: bool, now: datetime, longest: timedelta
) -> MonitorStarted | None:
    """What a single poll tells of the monitor, so that a watch kept up by a timer can be vouched for, too.

    Nothing where the feeds were looked at within `longest`, as long as a run may leave between two polls. `is_running`:
    the last start was not followed by a stop; after one, whoever polls ends the time in which nobody looked.
    """
    begun = started(run, rows)
    looked = begun.last_alive
    is_kept_up = looked is not None and now - looked <= longest
    return None if is_kept_up and is_running else begun


def _last_alive(rows: Iterable[FeedRow]) -> datetime | None:
    return max((row.completed_at for row in rows if row.completed_at is not None), default=None)

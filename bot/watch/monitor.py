"""What the log is told of the monitor itself: that somebody looks, and since when nobody did. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from store.events.monitor import MonitorStarted


def started(run: str, feeds: int, last_look: datetime | None) -> MonitorStarted:
    """A run begins; an earlier one was last known to be alive when a feed was last looked at."""
    return MonitorStarted(run=run, feeds=feeds, last_alive=last_look)


def started_once(
    run: str, feeds: int, last_look: datetime | None, *, is_running: bool, now: datetime, longest: timedelta
) -> MonitorStarted | None:
    """What a single poll tells of the monitor, so that a watch kept up by a timer can be vouched for, too.

    Nothing where the feeds were looked at within `longest`, as long as a run may leave between two polls. `is_running`:
    the last start was not followed by a stop; after one, whoever polls ends the time in which nobody looked.
    """
    is_kept_up = last_look is not None and now - last_look <= longest
    return None if is_kept_up and is_running else started(run, feeds, last_look)

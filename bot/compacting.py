"""Compacting: while the bot runs, the text of old items that never matched goes, beside everything else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from bot.lane import Lane
from store.log import EventLog, LogError
from store.retention import Step, compact

log = logging.getLogger(__name__)

EVERY = timedelta(days=1)
A_MONTH = timedelta(days=365.25 / 12)
PAUSE_S = 0.05  # between two stretches, so that polls are recorded in time


def older_than(months: int, now: datetime) -> datetime:
    """What was recorded before this moment is more than so many months old."""
    return now - months * A_MONTH


async def compacting(events: EventLog, months: int, clock: Callable[[], datetime]) -> None:
    """Once a day, for ever, drop the text of what is older than so many months and never matched."""
    lane = Lane("retention")
    try:
        while True:
            await _compact(events, months, clock, lane)
            await asyncio.sleep(EVERY.total_seconds())
    finally:
        lane.close()


async def _compact(events: EventLog, months: int, clock: Callable[[], datetime], lane: Lane) -> None:
    now = clock()
    steps, count, freed = compact(events, older_than(months, now), at=now), 0, 0
    try:
        while (step := await lane.call(_following, steps)) is not None:
            count, freed = count + step.events, freed + step.freed
            await asyncio.sleep(PAUSE_S)
    except LogError as exc:
        log.error("old text was not dropped: %s", exc)
    if count:
        log.info("dropped the text of old items events=%d bytes=%d", count, freed)


def _following(steps: Iterator[Step]) -> Step | None:
    return next(steps, None)

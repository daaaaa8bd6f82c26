"""The clock of the program: the only importer of APScheduler."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

TICK = timedelta(seconds=5)


@asynccontextmanager
async def ticking(tick: Callable[[], Awaitable[None]], *, now: datetime) -> AsyncIterator[None]:
    """Call `tick` at once and then every five seconds, never twice at the same time.

    One job only: which feed is due is data in the schedule, not a job. Ticks that were missed while one ran are
    made up for by a single one (`coalesce`).
    """
    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(
        tick, "interval", seconds=TICK.total_seconds(), next_run_time=now, coalesce=True, max_instances=1, id="tick"
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)

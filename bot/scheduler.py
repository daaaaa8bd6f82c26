"""The clock of the program: the only importer of APScheduler."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)

TICK = timedelta(seconds=5)


@asynccontextmanager
async def ticking(tick: Callable[[], Awaitable[None]], *, now: datetime) -> AsyncIterator[None]:
    """Call `tick` at once and then every five seconds, never twice at the same time.

    One job only: which feed is due is data in the schedule, not a job. Ticks that were missed while one ran are
    made up for by a single one (`coalesce`). At the end of the block a tick that still runs is cancelled and waited
    for. What a tick raises is logged, and the next one goes on.
    """
    running: set[asyncio.Task[None]] = set()

    async def job() -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await tick()
        except asyncio.CancelledError:
            # Only the end of the block cancels a tick, which ends with it; APScheduler would call that a failure.
            log.debug("tick cancelled")
        except Exception:
            log.exception("tick failed")
        finally:
            running.discard(task)

    scheduler = AsyncIOScheduler(timezone="UTC")
    scheduler.add_job(
        job,
        "interval",
        seconds=TICK.total_seconds(),
        next_run_time=now,
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

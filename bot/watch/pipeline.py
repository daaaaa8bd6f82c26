"""One poll after the other: claim, fetch and match side by side, then record in groups."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.lane import Lane
from bot.watch.look import Looked, Postponed
from bot.watch.record import Polled, Recorder, Tally
from feeds.item import Feed
from feeds.outcome import Failed, Fetched, NotAFeed, NotModified
from store.log import Claim, Schedule

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)  # longer than the longest fetch and the queue before the log together


Look = Callable[[Feed, str | None], Awaitable[Looked | Postponed]]
"""Ask for a feed, given its state as it was written down, and read what came."""


@dataclass(slots=True)
class Figures:
    """What a stretch of polling came to."""

    polls: int = 0
    fetched: int = 0
    unchanged: int = 0
    failed: int = 0
    items: int = 0
    new: int = 0
    revised: int = 0
    matches: int = 0
    bytes: int = 0

    def count(self, polled: Polled, tally: Tally) -> None:
        """Add one recorded poll."""
        self.polls += 1
        match polled.looked.outcome, polled.looked.found:
            case Fetched(), found if found is not None and not isinstance(found, NotAFeed):
                self.fetched += 1
                self.bytes += polled.looked.received
            case NotModified(), _:
                self.unchanged += 1
            case _:
                self.failed += 1
        self.items += tally.items
        self.new += tally.new
        self.revised += tally.revised
        self.matches += tally.matches


class Poller:
    """Polls what is due, many feeds at once, and records every outcome; `on_news` is called when matches were recorded.

    Fetching, parsing and matching go side by side; deciding and recording go in one lane, in groups, so that two feeds
    that bring the same story at the same moment found one story, and one durable write serves many polls.
    """

    def __init__(
        self,
        *,
        feeds: Mapping[str, Feed],
        schedule: Schedule,
        lane: Lane,
        recorder: Recorder,
        look: Look,
        clock: Callable[[], datetime],
        concurrency: int,
        on_news: Callable[[], None],
    ) -> None:
        self.feeds, self._schedule, self._lane, self._recorder = feeds, schedule, lane, recorder
        self._look, self._clock, self._on_news = look, clock, on_news
        # More than are fetched at once, so that feeds that wait for a busy host hold up no other; not many more,
        # because what they offer is held until it is written.
        self._claims_at_once = 4 * concurrency
        self.figures = Figures()
        # When a feed was last read, and which do not answer: what every answer to a reader ends with.
        self.last_at: datetime | None = None
        self.failing: set[str] = set()

    async def watch(self, feeds: Mapping[str, Feed]) -> None:
        """From now on ask these feeds and no others; what is being asked is recorded."""
        self.feeds = feeds
        self.failing.intersection_update(feeds)
        await self._lane.call(self._schedule.enrol, dict.fromkeys(feeds, self._clock()))

    async def drain(self) -> None:
        """Poll until nothing is due any more. When cancelled, what was claimed and not recorded is given back."""
        queue: asyncio.Queue[Polled | None] = asyncio.Queue(maxsize=self._claims_at_once)
        held: dict[str, Claim] = {}
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._record(queue, held))
                await self._poll_due(queue, held)
                await queue.put(None)
        finally:
            for claim in held.values():
                await self._lane.call(self._schedule.release, claim, due=self._clock())

    async def _poll_due(self, queue: asyncio.Queue[Polled | None], held: dict[str, Claim]) -> None:
        running: set[asyncio.Task[None]] = set()
        one_ended = asyncio.Event()  # asyncio.wait would look at all of them for each that ends

        def end(task: asyncio.Task[None]) -> None:
            running.discard(task)
            one_ended.set()

        async with asyncio.TaskGroup() as group:
            while True:
                # Claiming is a transaction, with PostgreSQL a durable one: it is done for many feeds at a time.
                free = self._claims_at_once - len(running)
                for claim in await self._claim(free) if free >= self._claims_at_once // 2 else ():
                    held[claim.feed] = claim
                    task = group.create_task(self._poll(claim, queue, held))
                    running.add(task)
                    task.add_done_callback(end)
                if not running:
                    return
                one_ended.clear()
                await one_ended.wait()

    async def _claim(self, free: int) -> list[Claim]:
        return await self._lane.call(self._schedule.claim, free, LEASE, now=self._clock())

    async def _poll(self, claim: Claim, queue: asyncio.Queue[Polled | None], held: dict[str, Claim]) -> None:
        """One feed. Whatever goes wrong with it is that feed's outcome and nobody else's trouble."""
        begun = time.perf_counter()
        feed = self.feeds.get(claim.feed)
        if feed is None:  # paused since it was claimed
            held.pop(claim.feed, None)
            await self._lane.call(self._schedule.release, claim, due=self._clock())
            return
        try:
            looked = await self._look(feed, claim.state)
        except Exception as exc:
            log.exception("poll broke feed=%s", claim.feed)
            looked = Looked(Failed("soft", f"a defect of pactwatch: {type(exc).__name__}: {exc}"))
        if isinstance(looked, Postponed):
            await self._lane.call(self._schedule.release, claim, due=looked.until)
            held.pop(claim.feed, None)
            log.info("poll postponed, its host rests feed=%s until=%s", claim.feed, f"{looked.until:%H:%M}")
            return
        await queue.put(Polled(claim, feed, looked, seconds=time.perf_counter() - begun))

    async def _record(self, queue: asyncio.Queue[Polled | None], held: dict[str, Claim]) -> None:
        """Take whatever is ready and record it together; None ends it."""
        ended = False
        while not ended:
            batch = [await queue.get()]
            with contextlib.suppress(asyncio.QueueEmpty):
                while True:
                    batch.append(queue.get_nowait())
            ended = None in batch
            polled = [one for one in batch if one is not None]
            if polled:
                await self._write(polled)
                for one in polled:
                    held.pop(one.feed.id, None)

    async def _write(self, polled: list[Polled]) -> None:
        tallies = await self._lane.call(self._recorder.record, polled, now=self._clock())
        for one, tally in zip(polled, tallies, strict=True):
            if tally is not None:
                self.figures.count(one, tally)
                self._note(one)
        if any(tally is not None and tally.matches for tally in tallies):
            self._on_news()

    def _note(self, polled: Polled) -> None:
        if isinstance(polled.looked.outcome, Failed) or isinstance(polled.looked.found, NotAFeed):
            self.failing.add(polled.feed.id)
        else:
            self.failing.discard(polled.feed.id)
            self.last_at = self._clock()

"""Serving readers: what each of them follows, as posts or digests in their private chat, accounted for as a channel's.

What a reader is owed is asked of the views each time; the log gets an intent and an ending for what is sent, under the
reader's random id, and nothing for what is not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from bot.channels import following
from bot.channels.collecting import gathered
from bot.channels.ledger import PAGE, Account, Call, Lease
from bot.channels.publish import IDLE_S, LEASE_WAIT_S, Clock, Publisher, Rest, Terms
from bot.channels.trouble import Trouble, Turned
from bot.telegram.catalogue import Catalogue
from bot.telegram.sinks import Sink
from store.log import Store
from store.readers import Pace, ReaderRow
from store.views.values import Delivery, News, StoryView
from store.views.views import Views

_log = logging.getLogger("pactwatch.readers")

AT_ONCE = 8
NEWS_PAGE = 200
DIGEST_NEWS = 2000


@dataclass(frozen=True, slots=True)
class Books:
    """What readers' accounts are kept with."""

    store: Store
    views: Views
    call: Call
    catalogue: Catalogue
    owner: str
    meta: Mapping[str, str]


class ReaderAccount(Account):
    """What one reader is owed. All readers are served under one lease."""

    def __init__(self, row: ReaderRow, books: Books, lease: Lease, now: Callable[[], datetime]) -> None:
        channel = following.channel_of(row)
        super().__init__(books.store, books.views, books.call, channel, lease=lease, meta=books.meta)
        self.row, self._now = row, now
        self._catalogue = books.catalogue
        self._pillars = {name: entry.pillar or "" for name, entry in books.catalogue.commitments.items()}

    async def moved(self, now: datetime, chat: int) -> None:
        """Never: people do not become supergroups."""

    async def owed(self) -> Sequence[Delivery]:
        """What is in doubt first; then digests that are due, then what is to be told at once, but not at night."""
        return await self._call(self._owed)

    def _owed(self) -> list[Delivery]:
        if self._views.position() < self._reached:
            return []  # the views were thrown away meanwhile: they do not know yet what was told
        doubtful = [
            self._views.delivery(self._channel, name)
            for name in self._views.unsettled(self._channel)
            if not name.startswith("digest/")
        ]
        if doubtful or following.is_quiet(self.row.settings, self._now()):
            return doubtful[:PAGE]
        paces: tuple[Pace, ...] = ("daily", "weekly")
        digests = [one for pace in paces for one in self._digest(pace)]
        return digests or self._at_once()

    def _at_once(self) -> list[Delivery]:
        follows = following.at_pace(self.row.settings, "now")
        if not follows:
            return []
        served = following.begins(follows, self.row.progress.now)
        while news := self._views.news(served, NEWS_PAGE):
            wanted = self._wanted(news, "now")
            if wanted:
                return [
                    self._views.delivery(self._channel, story.id, self._of(story.id, wanted))
                    for story in self._stories(wanted)
                ][:PAGE]
            served = news[-1].pos
            self._advance(now=served)
        return []

    def _digest(self, pace: Pace) -> list[Delivery]:
        if not following.is_digest_due(pace, self.row, self._now()):
            return []
        due = following.slot(pace, self.row.settings, self._now())
        name = following.digest_id(pace, self.row.settings, due)
        follows = following.at_pace(self.row.settings, pace)
        news = self._views.news(following.begins(follows, following.served(self.row.progress, pace)), DIGEST_NEWS)
        entry = self._views.delivery(self._channel, name)
        wanted = self._wanted(news, pace) if entry.state not in {"sent", "failed"} else []
        if wanted:
            story = gathered(name, self._stories(wanted))
            return [replace(entry, story=story, new_items=tuple(one.item for one in wanted))]
        position = news[-1].pos if news else following.served(self.row.progress, pace)
        self._advance(**{pace: position, f"{pace}_at": due})
        return []

    def _wanted(self, news: Sequence[News], pace: Pace) -> list[News]:
        """What the follows of that pace ask for and the reader was not told of."""
        told = self._views.ended(self._channel, [one.item for one in news])
        left = [one for one in news if one.item not in told]
        chosen: set[str] = set()
        about = {
            name: [known for each in story.commitments for known in self._catalogue.names(each)]
            for name in {one.story for one in left}
            if (story := self._views.story(name))
        }
        for follow in following.at_pace(self.row.settings, pace):
            if follow.kind == "words":
                recent = [one.item for one in left if one.pos > follow.since]
                chosen |= self._views.with_words(follow.what, recent)
            else:
                chosen |= {
                    one.item
                    for one in left
                    if following.is_wanted(follow, one, about.get(one.story, ()), self._pillars)
                }
        return [one for one in left if one.item in chosen]

    def _stories(self, wanted: Sequence[News]) -> list[StoryView]:
        names = dict.fromkeys(one.story for one in wanted)
        return [story for name in names if (story := self._views.story(name))]

    @staticmethod
    def _of(story: str, wanted: Sequence[News]) -> tuple[str, ...]:
        return tuple(one.item for one in wanted if one.story == story)

    def _advance(self, **reached: Any) -> None:
        self.row = replace(self.row, progress=msgspec.structs.replace(self.row.progress, **reached))
        self._store.readers.advance(self.row.id, self.row.progress)


class Followers:
    """Serves every reader who follows something; who blocked us is paused and kept."""

    def __init__(
        self,
        books: Books,
        open_sink: Callable[[ReaderRow], Sink],
        clock: Clock,
        *,
        max_age: timedelta = timedelta(days=7),
    ) -> None:
        self._books, self._open_sink, self._clock, self._max_age = books, open_sink, clock, max_age
        self._lease = Lease(books.store, books.call, "publish/readers", owner=books.owner)
        self._desks: dict[tuple[str, str], tuple[ReaderAccount, Publisher]] = {}
        self._resting: dict[str, datetime] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)

    async def run(self) -> None:
        """Serve until cancelled. What goes wrong in one turn is logged and tried again in the next."""
        while True:
            try:
                rest = await self.turn()
            except Exception:  # noqa: BLE001 - as the loop of the publisher: it says so and goes on
                _log.exception("serving readers failed")
                rest = Rest(IDLE_S, until_news=True)
            await (self._clock.wake if rest.until_news else self._clock.sleep)(rest.seconds)

    async def resign(self) -> None:
        await self._lease.resign()

    async def turn(self) -> Rest:
        """Do for every reader what can be done now, and say how long to rest."""
        now = self._clock.now()
        if not await self._lease.lead(now):
            return Rest(LEASE_WAIT_S)
        rows = [
            row
            for row in await self._books.call(self._books.store.readers.all)
            if row.settings.follows and not row.paused
        ]
        self._forget_others(rows)
        async with asyncio.TaskGroup() as group:
            turns = [group.create_task(self._serve(row)) for row in rows if self._resting.get(row.id, now) <= now]
        rests = [turn.result() for turn in turns]
        busy = any(not rest.until_news and not rest.seconds for rest in rests)
        return Rest(0.0) if busy else Rest(IDLE_S, until_news=True)

    async def _serve(self, row: ReaderRow) -> Rest:
        async with self._slots:
            account, publisher = self._desk(row)
            account.row = row
            rest = await publisher.turn()
        if rest.seconds and not rest.until_news:
            self._resting[row.id] = self._clock.now() + timedelta(seconds=rest.seconds)
        return rest

    def _desk(self, row: ReaderRow) -> tuple[ReaderAccount, Publisher]:
        known = self._desks.get((row.id, row.settings.lang))
        if known is None:
            account = ReaderAccount(row, self._books, self._lease, self._clock.now)
            catalogue = self._books.catalogue
            terms = Terms(self._max_age, row.settings.lang, catalogue)

            async def tell(trouble: Trouble) -> None:
                await self._trouble(row.id, trouble)

            publisher = Publisher(self._open_sink(row), lambda _: account, self._clock, terms, tell)
            known = self._desks[row.id, row.settings.lang] = account, publisher
        return known

    async def _trouble(self, reader: str, trouble: Trouble) -> None:
        if not isinstance(trouble, Turned) or not trouble.is_chat:
            return
        _log.info("a reader lets nothing through; paused until they write reader=%s", reader)
        await self._books.call(self._books.store.readers.pause, reader)
        self._resting.pop(reader, None)

    def _forget_others(self, rows: Sequence[ReaderRow]) -> None:
        here = {(row.id, row.settings.lang) for row in rows}
        self._desks = {key: desk for key, desk in self._desks.items() if key in here}

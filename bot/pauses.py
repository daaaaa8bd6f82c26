"""Holding things up and letting them go on: publishing in a channel, asking a feed. Each is an event."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from bot import feedfile
from bot.channels.ledger import Call
from bot.channels.standing import Standing, channels, pauses_of
from bot.config import ConfigError
from bot.settings import FeedSettings
from bot.watch.pipeline import Poller
from store.events.fact import Fact
from store.events.pauses import FeedPaused, FeedResumed, PublishingPaused, PublishingResumed
from store.log import Event, Store


class Pauses:
    """Pauses and resumes, and records it. `feeds` are those of the configuration, whether paused or not, and `files`
    tells in which file each stands."""

    def __init__(
        self,
        store: Store,
        call: Call,
        poller: Poller,
        *,
        files: Mapping[str, Path],
        feeds: Sequence[FeedSettings],
        environ: Mapping[str, str],
        now: Callable[[], datetime],
        meta: Mapping[str, str],
    ) -> None:
        self._store, self._call, self._poller = store, call, poller
        self._files, self._environ, self._now, self._meta = files, environ, now, meta
        self.feeds = {feed.id: feed for feed in feeds}

    async def channels(self) -> Mapping[str, Standing]:
        """Every channel and how it stands."""
        return await self._call(channels, self._store)

    def is_paused(self, feed: str) -> bool:
        """Whether the feed is not asked now."""
        return feed not in self._poller.feeds

    async def channel(self, name: str, *, pause: bool, by: str) -> bool:
        """Pause or resume publishing in a channel; False where it stood so already."""
        standing = (await self.channels()).get(name, Standing())
        if standing.is_paused is pause:
            return False
        ordinal = standing.pauses + pause
        kind = PublishingPaused if pause else PublishingResumed
        await self._record(kind(channel=name, ordinal=ordinal, by=by))
        return True

    async def feed(self, name: str, *, pause: bool, by: str) -> bool:
        """Pause or resume a feed in its configuration file, in the schedule and in the log; False where it stood so.

        Raises ConfigError, with nothing changed, where the file cannot be edited.
        """
        change, path = feedfile.pause if pause else feedfile.resume, self._files[name]
        try:
            edited = await asyncio.to_thread(feedfile.edit, path, lambda text: change(text, name), self._environ)
        except OSError as exc:
            raise ConfigError([f"{path}: cannot be changed: {exc.strerror}"]) from exc
        if not edited and self.is_paused(name) is pause:
            return False
        ordinal = await self._call(pauses_of, self._store, name)
        kind = FeedPaused if pause else FeedResumed
        await self._record(kind(feed=name, ordinal=ordinal + pause, by=by))
        kept = {**self._poller.feeds, name: self.feeds[name].as_feed()}
        if pause:
            del kept[name]
        await self._poller.watch(kept)
        return True

    async def _record(self, fact: Fact) -> None:
        await self._call(self._store.append, [Event(fact, self._meta)], at=self._now())

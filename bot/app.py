"""The composition root: builds every part from the configuration, reads the clock, and runs them together."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from bot import __version__
from bot.bell import Bell
from bot.config import Loaded, has_log, store_url, views_path
from bot.lane import Lane
from bot.rules.activation import Standing, at_start
from bot.settings import Config
from bot.watch.look import Looker, Reader
from bot.watch.pipeline import Poller
from bot.watch.record import Recorder
from bot.watch.workers import Workers, processes_for
from feeds import due
from feeds.fetch import FetchLimits, make_client
from feeds.hosts import Hosts
from feeds.item import Feed
from feeds.outcome import Failed
from matchers.rules import RuleSet, known_words, story_context
from store.events.fact import Fact
from store.log import Event, Store
from store.open import open_store

if TYPE_CHECKING:
    from bot.watch.stories import Stories
    from bot.watch.texts import Texts
    from bot.watch.websub import Subscriptions
    from feeds.websub import Subscription
    from store.views.views import Views

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The one place that reads the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Watch:
    """An open log with everything that fills it: what `poll` and `run` have in common."""

    loaded: Loaded
    store: Store
    opened_views: Views | None
    lane: Lane
    poller: Poller
    texts: Texts | None
    subscriptions: Subscriptions | None
    bell: Bell
    run: str
    meta: Mapping[str, str]
    clock: Clock

    @property
    def config(self) -> Config:
        return self.loaded.config

    @property
    def views(self) -> Views:
        """The read models, where they were opened."""
        assert self.opened_views is not None
        return self.opened_views

    async def record(self, *facts: Fact) -> None:
        """Add facts to the log, durably."""
        await self.lane.call(self.store.append, [Event(fact, self.meta) for fact in facts], at=self.clock())

    async def poll_all(self) -> None:
        """Poll every feed once, due or not, and read the pages that are owed."""
        await self.lane.call(self.store.expedite, list(self.poller.feeds), due=self.clock())
        await self.poller.drain()
        if self.texts is not None:
            await self.texts.drain(self.bell.ring)


@contextlib.asynccontextmanager
async def open_watch(loaded: Loaded, *, clock: Clock = utc_now, with_views: bool = True) -> AsyncIterator[Watch]:
    """Open the store, enrol the feeds, activate the rules. Without views there is nothing to answer from, and nothing
    to wait for. Raises LogError where the store cannot be used."""
    config = loaded.config
    async with contextlib.AsyncExitStack() as stack:
        feeds = {feed.id: feed.as_feed() for feed in config.feeds if not feed.paused}
        workers = _workers(loaded, len(feeds), clock)  # before there is any thread
        stack.push_async_callback(workers.close)
        lane = Lane("store")
        stack.callback(lane.close)
        store = await lane.call(open_store, store_url(loaded))
        stack.push_async_callback(lane.call, store.close)
        views = await _open_views(loaded, lane, stack) if with_views else None
        run = f"{clock():%Y%m%dT%H%M%SZ}-{os.getpid()}"
        meta = {"run": run, "version": __version__}
        standing = await lane.call(_prepare, store, loaded.rules, feeds, clock(), meta)
        stories = functools.cache(lambda: _stories(store, standing.rules))
        bell = Bell()
        poller = Poller(
            feeds=feeds,
            schedule=store,
            lane=lane,
            recorder=Recorder(
                store=store,
                stories=stories,
                standing=standing,
                settings=_due_settings(config),
                dice=random.random,
                meta=meta,
            ),
            look=workers.look,
            clock=clock,
            concurrency=config.fetch.concurrency,
            on_news=bell.ring,
        )

        def open_texts(whole: Mapping[str, Feed]) -> Texts:
            from bot.watch.texts import Texts, page_reader  # noqa: PLC0415 - only where full text is asked for

            return Texts(
                feeds=whole,
                store=store,
                lane=lane,
                standing=standing,
                stories=stories(),
                read=page_reader(workers.ask, user_agent=config.fetch.user_agent, clock=clock),
                clock=clock,
                meta=meta,
            )

        whole = {feed.id: feeds[feed.id] for feed in config.feeds if feed.fulltext and not feed.paused}

        async def tell_hub(wanted: Subscription) -> Failed | None:
            from feeds.websub import request  # noqa: PLC0415 - only where hubs may reach us

            return await workers.post(wanted.hub, request(wanted))

        yield Watch(
            loaded,
            store,
            views,
            lane,
            poller,
            open_texts(whole) if whole else None,
            _subscriptions(config, store, lane, tell_hub, clock),
            bell,
            run,
            meta,
            clock,
        )


def _workers(loaded: Loaded, feeds: int, clock: Clock) -> Workers:
    processes = processes_for(feeds)
    return Workers(
        functools.partial(_looker, loaded, clock),
        loaded.rules,
        processes=processes,
        is_flood=processes > 0 and not has_log(loaded),
        patience=timedelta(seconds=loaded.config.fetch.timeout_s) + _PATIENCE,
    )


def _looker(loaded: Loaded, clock: Clock, has_learned: bool, shared_by: int) -> Looker:
    settings = loaded.config.fetch
    return Looker(
        client=make_client(user_agent=settings.user_agent, allow_private_addresses=settings.allow_private_addresses),
        hosts=Hosts(total=max(1, settings.concurrency // shared_by)),
        limits=FetchLimits(
            deadline=timedelta(seconds=settings.timeout_s), max_body_bytes=int(settings.max_body_mb * 1_000_000)
        ),
        settings=_due_settings(loaded.config),
        reader=Reader(loaded.rules, has_learned=has_learned),
        clock=clock,
    )


_PATIENCE = timedelta(minutes=1)  # to read what came, on top of what fetching may take


async def _open_views(loaded: Loaded, lane: Lane, stack: contextlib.AsyncExitStack) -> Views:
    from store.views.views import Views  # noqa: PLC0415 - a poll has no use for them

    views = await lane.call(Views.open, views_path(loaded), is_patient=False)
    stack.push_async_callback(lane.call, views.close)
    if views.hint:
        log.warning("views: %s", views.hint)
    return views


def _subscriptions(
    config: Config, store: Store, lane: Lane, ask: Callable[[Subscription], Awaitable[Failed | None]], clock: Clock
) -> Subscriptions | None:
    """Hubs may tell of news, where the configuration says how they reach us."""
    settings = config.websub
    if settings is None or settings.secret is None:
        return None
    from bot.watch.websub import Subscriptions  # noqa: PLC0415 - only where hubs may reach us

    async def nudge(feed: str, when: datetime) -> None:
        await lane.call(store.expedite, [feed], due=when)

    return Subscriptions(
        public_url=settings.url,
        key=settings.secret.value,
        rows=functools.partial(lane.call, store.feeds),
        ask=ask,
        nudge=nudge,
        clock=clock,
    )


def _stories(store: Store, rules: Sequence[RuleSet]) -> Stories:
    from bot.watch.stories import Stories, recall  # noqa: PLC0415 - most polls bring no match

    def words() -> tuple[frozenset[str], frozenset[str]]:
        context, known = (frozenset().union(*map(each, rules)) for each in (story_context, known_words))
        return context, known

    return Stories(functools.partial(recall, store), words)


def _prepare(
    store: Store, configured: Sequence[RuleSet], feeds: Mapping[str, Feed], now: datetime, meta: Mapping[str, str]
) -> Standing:
    store.enrol(dict.fromkeys(feeds, now))
    rules = at_start(store, configured, meta=meta, at=now)
    for one, other in zip(rules, configured, strict=True):
        if one.id != other.id:
            log.warning(_BEHIND, other.id, one.id)
    return Standing(store, rules)


_BEHIND = (
    "the configuration is behind: its rules %s were replaced by `pactwatch rules activate`, and the activated ones (%s)"
    " stay in force; put the activated file in its place"
)


def _due_settings(config: Config) -> due.Settings:
    return due.Settings(
        shortest=timedelta(minutes=config.fetch.min_interval_minutes),
        longest=timedelta(minutes=config.fetch.max_interval_minutes),
    )

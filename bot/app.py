"""The composition root: builds every part from the configuration, reads the clock, and runs them together."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot import __version__
from bot.config import Config, Loaded, store_url
from bot.lane import Lane
from bot.pipeline import Poller
from bot.record import Recorder
from feeds import due
from feeds.fetch import FetchLimits, fetch, make_client
from feeds.item import Feed
from feeds.outcome import Fetched, Outcome
from feeds.parse import NotAFeed, Parsed, parse
from feeds.state import FeedState
from matchers.rules import RuleSet, compile_rules
from matchers.story import Stories
from store import codec
from store.events import RulesActivated
from store.log import Event, Store
from store.open import open_store

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The one place that reads the clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Watch:
    """An open log with everything that fills it: what `poll` and `run` have in common."""

    config: Config
    store: Store
    lane: Lane
    rules: tuple[RuleSet, ...]
    poller: Poller
    run: str
    meta: Mapping[str, str]
    clock: Clock

    async def poll_all(self) -> None:
        """Poll every feed once, due or not."""
        feeds = [row.feed for row in await self.lane.call(self.store.feeds)]
        await self.lane.call(self.store.expedite, feeds, due=self.clock())
        await self.poller.drain()


@contextlib.asynccontextmanager
async def open_watch(loaded: Loaded, *, clock: Clock = utc_now) -> AsyncIterator[Watch]:
    """Open the store, enrol the feeds, activate the rules. Raises LogError where the store cannot be used."""
    config = loaded.config
    async with contextlib.AsyncExitStack() as stack:
        lane = Lane("store")
        stack.callback(lane.close)
        store = await lane.call(open_store, store_url(loaded))
        stack.push_async_callback(lane.call, store.close)
        rules = (compile_rules(config.plan, config.commitments),)
        run = f"{clock():%Y%m%dT%H%M%SZ}-{os.getpid()}"
        meta = {"run": run, "version": __version__}
        feeds = {feed.id: feed.as_feed() for feed in config.feeds if not feed.paused}
        await lane.call(_prepare, store, rules, feeds, clock(), meta)
        client = make_client(
            user_agent=config.fetch.user_agent, allow_private_addresses=config.fetch.allow_private_addresses
        )
        stack.push_async_callback(client.aclose)
        settings = _due_settings(config)
        recorder = Recorder(
            store=store,
            rules=rules,
            stories=Stories(),
            settings=settings,
            dice=random.random,
            meta=meta,
        )
        limits = FetchLimits(
            deadline=timedelta(seconds=config.fetch.timeout_s), max_body_bytes=int(config.fetch.max_body_mb * 1_000_000)
        )

        async def fetch_one(url: str, state: FeedState) -> Outcome:
            now = clock()
            return await fetch(
                client, url, validators=due.conditions(state, now=now, settings=settings), now=now, limits=limits
            )

        poller = Poller(
            feeds=feeds,
            schedule=store,
            lane=lane,
            recorder=recorder,
            fetch=fetch_one,
            parse=_parse,
            clock=clock,
            concurrency=config.fetch.concurrency,
        )
        yield Watch(config, store, lane, rules, poller, run, meta, clock)


async def _parse(fetched: Fetched) -> Parsed | NotAFeed:
    return await asyncio.to_thread(parse, fetched.body, content_type=fetched.content_type, url=fetched.answer.url)


def _prepare(
    store: Store, rules: Sequence[RuleSet], feeds: Mapping[str, Feed], now: datetime, meta: Mapping[str, str]
) -> None:
    store.enrol(dict.fromkeys(feeds, now))
    activations = [codec.fact(recorded) for recorded in store.read(limit=100_000, types=("RulesActivated.v1",))]
    for one in rules:
        mine = [fact for fact in activations if isinstance(fact, RulesActivated) and fact.plan == one.plan.id]
        if not mine or mine[-1].rules != one.id:
            fact = RulesActivated(
                plan=one.plan.id,
                rules=one.id,
                ordinal=len(mine) + 1,
                content=one.content,
                reason="the configuration at start",
            )
            store.append([Event(fact, meta)], at=now)


def _due_settings(config: Config) -> due.Settings:
    return due.Settings(
        shortest=timedelta(minutes=config.fetch.min_interval_minutes),
        longest=timedelta(minutes=config.fetch.max_interval_minutes),
    )


def owner() -> str:
    """Who holds a lease: this process on this machine."""
    return f"{socket.gethostname()}:{os.getpid()}"

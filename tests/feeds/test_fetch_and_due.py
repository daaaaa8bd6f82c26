"""Asking and deciding together, poll after poll against a real server, on a clock that follows the schedule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from feeds import due
from feeds.due import Judged
from feeds.fetch import fetch
from feeds.notices import BeganFailing, Gap, Moved, Notice, Recovered, ValidatorsLie
from feeds.outcome import Failed, Fetched, NotModified
from feeds.state import FeedState, Pace
from tests.feeds.feed_server import Asked, FeedServer, Wire, answer, feed, redirect

pytestmark = pytest.mark.anyio

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Watcher:
    """Polls one feed whose body is a list of keys, whenever it is due."""

    client: httpx.AsyncClient
    url: str
    now: datetime = START
    state: FeedState = field(default_factory=FeedState)
    notices: list[Notice] = field(default_factory=list)

    async def poll(self) -> Judged:
        asked_with = due.conditions(self.state, now=self.now)
        judged = self._judge(await fetch(self.client, self.url, validators=asked_with, now=self.now))
        self.notices += judged.notices
        # Through its written form, as between two runs of the program.
        self.state, self.now = FeedState.from_json(judged.state.to_json()), judged.next_due
        return judged

    def _judge(self, outcome: Fetched | NotModified | Failed) -> Judged:
        match outcome:
            case Fetched(told, body):
                keys = {key: f"digest of {key}" for key in body.decode().split()}
                return due.after_items(self.state, keys, answer=told, pace=Pace(), now=self.now, jitter=0.5)
            case NotModified():
                return due.after_unchanged(self.state, outcome, now=self.now, jitter=0.5)
            case Failed():
                return due.after_failure(self.state, outcome, now=self.now, jitter=0.5)


async def test_a_server_that_says_304_to_every_validator_is_found_out(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    items = [f"item-{number}" for number in range(10)]

    async def lie(asked: Asked, wire: Wire) -> None:
        if "if-none-match" in asked.headers:
            await answer(304)(asked, wire)
        else:
            await answer(200, {"ETag": f'"{items[0]}"'}, " ".join(items[:10]).encode())(asked, wire)

    watcher = Watcher(client, server.put("/feed", lie))
    polls = 0
    while not watcher.notices and polls < 200:
        polls += 1
        items.insert(0, f"news-{polls}")
        await watcher.poll()
    assert [type(notice) for notice in watcher.notices] == [ValidatorsLie, Gap]
    assert watcher.notices[1] == Gap(START, watcher.state.full_at or START)
    assert watcher.now - START < timedelta(hours=30)
    for number in range(10):
        items.insert(0, f"late-{number}")
        assert (await watcher.poll()).new_keys == (f"late-{number}",)
    assert not any("if-none-match" in asked.headers for asked in server.asked[-10:])


async def test_a_feed_with_a_constant_etag_loses_nothing(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put(
        "/feed", feed(b"a b c", etag='"x"'), answer(200, {"ETag": '"x"'}, b"n a b c"), feed(b"m n a", etag='"x"')
    )
    watcher = Watcher(client, url)
    await watcher.poll()
    assert (await watcher.poll()).new_keys == ("n",)
    assert isinstance(watcher.notices[0], ValidatorsLie)
    assert (await watcher.poll()).new_keys == ("m",)


async def test_an_honest_feed_is_read_once_and_then_asked_conditionally(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    watcher = Watcher(client, server.put("/feed", feed(b"a b c", etag='"x"')))
    for _ in range(20):
        await watcher.poll()
    conditional = [asked for asked in server.asked if "if-none-match" in asked.headers]
    assert (len(server.asked), len(conditional), watcher.notices) == (20, 19, [])


async def test_a_move_for_good_is_told_once_though_the_body_stays_the_same(
    server: FeedServer, client: httpx.AsyncClient
) -> None:
    new = server.put("/new", feed(b"a b c", etag='"x"'))
    watcher = Watcher(client, server.put("/feed", feed(b"a b c", etag='"x"'), redirect(new, 301)))
    for _ in range(4):
        await watcher.poll()
    assert watcher.notices == [Moved(new)]


async def test_retry_after_is_kept_to_the_second(server: FeedServer, client: httpx.AsyncClient) -> None:
    watcher = Watcher(client, server.put("/feed", answer(429, {"Retry-After": "7200"})))
    judged = await watcher.poll()
    assert judged.next_due >= START + timedelta(hours=2)


async def test_a_feed_that_fails_and_comes_back_is_told_of_twice(server: FeedServer, client: httpx.AsyncClient) -> None:
    url = server.put("/feed", feed(b"a b"), *[answer(503)] * 6, feed(b"c a b"))
    watcher = Watcher(client, url)
    new = [(await watcher.poll()).new_keys for _ in range(8)]
    assert new == [("a", "b"), *[()] * 6, ("c",)]
    assert [type(notice) for notice in watcher.notices] == [BeganFailing, Recovered]

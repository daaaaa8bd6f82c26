"""Looking at feeds in other processes gives what looking at them here gives, also when such a process dies."""

from __future__ import annotations

import asyncio
import functools
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.config import load
from bot.watch.bodies import offered
from bot.watch.link import Link
from bot.watch.look import Looked, Looker, Postponed, Reader
from bot.watch.offers import Body, Offered
from bot.watch.workers import Workers
from feeds import due
from feeds.fetch import FetchLimits, make_client
from feeds.hosts import Hosts
from feeds.item import Feed
from feeds.outcome import Failed, Fetched, NotAFeed, NotModified, Validators
from feeds.state import FeedState
from matchers.rules import RuleSet, compiled_later
from tests.feeds.feed_server import FeedServer, answer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="forks, and watches processes as Linux does"),
    # Threads of other tests may be about; what they hold matters to none of these.
    pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),
]
CONFIG = Path(__file__).parents[2] / "config.yaml"
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def rules() -> tuple[RuleSet, ...]:
    return load(CONFIG, {}).rules


@pytest.fixture
async def server() -> AsyncIterator[FeedServer]:
    async with FeedServer() as server:
        yield server


def rss(*titles: str) -> bytes:
    items = "".join(f"<item><title>{title}</title><guid>{title}</guid></item>" for title in titles)
    return f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()


def feeds(server: FeedServer, count: int = 12) -> list[Feed]:
    """Each on a host of its own, so that all processes get some."""
    made = []
    for number in range(count):
        body = rss(f"Italy and India sign a trade agreement no. {number}", "Rain in Turin")
        server.put(f"/{number}", answer(200, {"ETag": f'"{number}"'}, body))
        made.append(Feed(f"f{number}", server.url(f"/{number}", f"host{number}.example")))
    return made


def looker(rules: Sequence[RuleSet], has_learned: bool, shared_by: int) -> Looker:
    return Looker(
        client=make_client(user_agent="test", allow_private_addresses=True, lookup=lambda _name: ["127.0.0.1"]),
        hosts=Hosts(total=32 // shared_by),
        limits=FetchLimits(),
        settings=due.Settings(),
        reader=Reader(rules, has_learned=has_learned),
        clock=lambda: NOW,
    )


@asynccontextmanager
async def working(
    rules: Sequence[RuleSet], processes: int, *, is_flood: bool = True, patience_s: float = 60
) -> AsyncIterator[Workers]:
    make = functools.partial(looker, rules)
    patience = timedelta(seconds=patience_s)
    workers = Workers(make, rules, processes=processes, is_flood=is_flood, patience=patience)
    try:
        yield workers
    finally:
        await workers.close()


async def all_looked(workers: Workers, asked: Sequence[Feed]) -> list[Looked | Postponed]:
    return list(await asyncio.gather(*(workers.look(feed, None) for feed in asked)))


async def test_processes_answer_as_this_one_does(rules: tuple[RuleSet, ...], server: FeedServer) -> None:
    asked = feeds(server)
    async with working(rules, 2) as workers, working(rules, 0) as alone:
        found = await all_looked(workers, asked)
        assert found == await all_looked(alone, asked)
    for one in found:
        assert isinstance(one, Looked)
        assert isinstance(one.found, Offered)
        assert one.found.offers[1].judged[0].matches
        assert one.received > 100


async def test_both_processes_are_asked(rules: tuple[RuleSet, ...], server: FeedServer) -> None:
    async with working(rules, 2) as workers:
        helpers = {workers._helper_of(feed.url) for feed in feeds(server)}
        assert helpers == set(workers._helpers)


async def test_a_process_that_has_learned_reads_for_the_others(rules: tuple[RuleSet, ...], server: FeedServer) -> None:
    later = tuple(compiled_later(one.plan, one.commitments) for one in rules)
    asked = feeds(server)
    async with working(later, 2, is_flood=False) as workers, working(rules, 0) as alone:
        assert await all_looked(workers, asked) == await all_looked(alone, asked)
        assert workers._readers() == workers._helpers[:1]


async def test_what_is_known_is_neither_sent_nor_offered_again(rules: tuple[RuleSet, ...], server: FeedServer) -> None:
    server.put("/same", answer(304))
    server.put("/more", answer(200, {}, rss("C", "A", "B")))
    first = offered(Body(Feed("more", ""), "", "", rss("A", "B"), {}), rules)
    assert isinstance(first, Offered)
    url = server.url("/same")
    known = FeedState(window=first.digests, full_at=NOW, validators=Validators(url, '"1"')).to_json()
    async with working(rules, 2) as workers:
        same = await workers.look(Feed("same", url), known)
        more = await workers.look(Feed("more", server.url("/more")), known)
    assert isinstance(same, Looked)
    assert isinstance(same.outcome, NotModified)
    assert server.asked[0].headers["if-none-match"] == '"1"'
    assert isinstance(more, Looked)
    assert isinstance(more.found, Offered)
    assert [offer.sighting.item.title for offer in more.found.offers] == ["C"]
    assert len(more.found.digests) == 3


async def test_what_is_no_feed_and_what_fails_comes_back_as_that(
    rules: tuple[RuleSet, ...], server: FeedServer
) -> None:
    page = Feed("page", server.put("/page", answer(200, {}, b"<html><body>gone</body></html>")))
    gone = Feed("gone", server.put("/gone", answer(410)))
    async with working(rules, 1) as workers:
        read, failed = await workers.look(page, None), await workers.look(gone, None)
    assert isinstance(read, Looked)
    assert isinstance(read.found, NotAFeed)
    assert isinstance(failed, Looked)
    assert isinstance(failed.outcome, Failed)
    assert failed.outcome.status == 410


async def test_a_host_that_has_enough_is_left_alone_whichever_feed_is_due(
    rules: tuple[RuleSet, ...], server: FeedServer
) -> None:
    busy = server.put("/busy", answer(429, {"Retry-After": "600"}))
    async with working(rules, 2) as workers:
        await workers.look(Feed("busy", busy), None)
        assert await workers.look(Feed("other", server.url("/other")), None) == Postponed(NOW + timedelta(minutes=10))
        page = await workers.ask(server.url("/page"))
    assert isinstance(page, Failed)
    assert [one.target for one in server.asked] == ["/busy"]


async def test_pages_are_asked_for_as_they_are(rules: tuple[RuleSet, ...], server: FeedServer) -> None:
    url = server.put("/page", answer(200, {"Content-Type": "text/html"}, b"<p>page</p>"))
    async with working(rules, 1) as workers:
        page = await workers.ask(url)
    assert isinstance(page, Fetched)
    assert (page.body, page.content_type) == (b"<p>page</p>", "text/html")


async def test_a_process_that_dies_is_done_without(rules: tuple[RuleSet, ...], server: FeedServer) -> None:
    asked = feeds(server)
    async with working(rules, 2) as workers, working(rules, 0) as alone:
        await workers.look(asked[0], None)
        for helper in workers._helpers:
            os.kill(helper.pid, signal.SIGKILL)
        assert await all_looked(workers, asked) == await all_looked(alone, asked)


async def test_a_process_that_hangs_is_done_without(rules: tuple[RuleSet, ...], server: FeedServer) -> None:
    asked = feeds(server)
    async with working(rules, 1, patience_s=0.1) as workers, working(rules, 0) as alone:
        os.kill(workers._helpers[0].pid, signal.SIGSTOP)
        assert await all_looked(workers, asked) == await all_looked(alone, asked)
        assert workers._helpers[0].failed
        os.kill(workers._helpers[0].pid, signal.SIGCONT)


async def test_an_answer_that_nobody_waits_for_any_more_does_no_harm(
    rules: tuple[RuleSet, ...], server: FeedServer
) -> None:
    asked = feeds(server, 2)
    async with working(rules, 1) as workers:
        given_up = asyncio.create_task(workers.look(asked[0], None))
        await asyncio.sleep(0)
        given_up.cancel()
        looked = await workers.look(asked[1], None)
        assert isinstance(looked, Looked)
        assert isinstance(looked.found, Offered)
        assert not workers._helpers[0].failed


_ORPHANS = """
import asyncio, datetime, os, signal
from bot.watch.workers import Workers
from tests.bot.test_workers import looker
async def main():
    make = lambda *shape: looker((), *shape)
    workers = Workers(make, (), processes=2, is_flood=False, patience=datetime.timedelta(minutes=1))
    print(*[helper.pid for helper in workers._helpers], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def test_none_outlives_the_process_that_it_works_for() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ORPHANS], capture_output=True, check=False, timeout=60, cwd=CONFIG.parent
    )
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2, done.stderr
    assert all(_ends(pid) for pid in pids)


def _ends(pid: int) -> bool:
    try:
        watched = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watched], [], [], 10)[0])
    finally:
        os.close(watched)


@given(st.lists(st.binary(max_size=300)), st.lists(st.integers(1, 400), min_size=1))
def test_messages_arrive_whole_however_they_are_cut(messages: list[bytes], cuts: list[int]) -> None:
    wire = b"".join(len(one).to_bytes(4, "big") + one for one in messages)
    got: list[bytes] = []
    link = Link(got.append, lambda: None)
    at = 0
    while at < len(wire):
        size = cuts[at % len(cuts)]
        link.data_received(wire[at : at + size])
        at += size
    assert got == messages


async def test_a_link_tells_both_ends_when_the_other_is_gone() -> None:
    ours, theirs = socket.socketpair()
    got: asyncio.Queue[bytes] = asyncio.Queue()
    gone = asyncio.Event()
    here = await Link.on(ours, lambda message: None, gone.set)
    there = await Link.on(theirs, got.put_nowait, lambda: None)
    here.send(b"first")
    here.send(b"")
    assert [await got.get(), await got.get()] == [b"first", b""]
    there.close()
    await gone.wait()
    here.send(b"nobody hears this")

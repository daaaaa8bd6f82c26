"""Reading bodies in other processes gives what reading them here gives, also when such a process dies."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import load
from bot.watch.bodies import offered
from bot.watch.offers import Body, Offered
from bot.watch.workers import Workers
from feeds.item import Feed
from matchers.rules import RuleSet, compiled_later

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(sys.platform != "linux", reason="forks, and watches processes as Linux does"),
    # Threads of other tests may be about; what they hold matters to none of these.
    pytest.mark.filterwarnings("ignore:.*use of fork.*:DeprecationWarning"),
]
CONFIG = Path(__file__).parents[2] / "config.yaml"


@pytest.fixture(scope="module")
def rules() -> tuple[RuleSet, ...]:
    return load(CONFIG, {}).rules


def body(*titles: str, window: dict[str, str] | None = None) -> Body:
    items = "".join(f"<item><title>{title}</title><guid>{title}</guid></item>" for title in titles)
    data = f"<rss version='2.0'><channel><title>T</title>{items}</channel></rss>".encode()
    return Body(Feed("times", "https://times.example/feed"), "https://times.example/feed", "", data, window or {})


BODIES = [body(f"Italy and India sign a trade agreement no. {number}", "Rain in Turin") for number in range(20)]


async def test_processes_answer_as_this_one_does(rules: tuple[RuleSet, ...]) -> None:
    workers = Workers(rules, processes=2)
    try:
        found = await asyncio.gather(*(workers.offered(one) for one in BODIES))
    finally:
        await workers.close()
    assert found == [offered(one, rules) for one in BODIES]
    assert all(isinstance(one, Offered) and one.offers[1].judged[0].matches for one in found)


async def test_further_processes_are_asked_only_where_there_is_much_to_read(rules: tuple[RuleSet, ...]) -> None:
    later = tuple(compiled_later(one.plan, one.commitments) for one in rules)
    workers = Workers(later, processes=2, is_flood=False)
    try:
        for helper in workers._helpers[1:]:
            os.kill(helper.pid, signal.SIGKILL)  # nobody asks it
        found = [await workers.offered(one) for one in BODIES]
        assert not any(helper.failed for helper in workers._helpers)
    finally:
        await workers.close()
    assert found == [offered(one, rules) for one in BODIES]


async def test_what_the_last_body_held_is_not_offered_again(rules: tuple[RuleSet, ...]) -> None:
    first = offered(body("A", "B"), rules)
    assert isinstance(first, Offered)
    second = offered(body("C", "A", "B", window=dict(first.digests)), rules)
    assert isinstance(second, Offered)
    assert [offer.sighting.item.title for offer in second.offers] == ["C"]
    assert len(second.digests) == 3


async def test_what_is_no_feed_comes_back_as_that(rules: tuple[RuleSet, ...]) -> None:
    workers = Workers(rules, processes=1)
    page = Body(Feed("times", "https://times.example"), "", "text/html", b"<html><body>gone</body></html>", None)
    try:
        assert await workers.offered(page) == offered(page, rules)
    finally:
        await workers.close()


async def test_a_process_that_dies_is_done_without(rules: tuple[RuleSet, ...]) -> None:
    workers = Workers(rules, processes=2)
    try:
        await workers.offered(BODIES[0])
        for helper in workers._helpers:
            os.kill(helper.pid, signal.SIGKILL)
        found = await asyncio.gather(*(workers.offered(one) for one in BODIES))
    finally:
        await workers.close()
    assert found == [offered(one, rules) for one in BODIES]


_ORPHANS = """
import asyncio, os, signal, sys
from bot.watch.workers import Workers
async def main():
    workers = Workers((), processes=2)
    print(*[helper.pid for helper in workers._helpers], flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(main())
"""


def test_none_outlives_the_process_that_it_works_for() -> None:
    done = subprocess.run([sys.executable, "-c", _ORPHANS], capture_output=True, check=False, timeout=30)
    pids = [int(pid) for pid in done.stdout.split()]
    assert len(pids) == 2
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

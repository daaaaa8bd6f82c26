"""How many requests run at once, and how far apart they start on one host. Time is the loop's own, and jumps."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from feeds import due
from feeds.hosts import Hosts
from feeds.outcome import Failed

T = TypeVar("T")


class JumpingSelector(selectors.SelectSelector):
    """Where the loop would wait, time passes at once."""

    now = 1000.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.now += timeout or 0.0
        return super().select(0)


class JumpingLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.selector = JumpingSelector()
        super().__init__(self.selector)

    def time(self) -> float:
        return self.selector.now


def run(main: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(main)


async def starts(hosts: Hosts, *urls: str) -> list[float]:
    """When each request began, in seconds after the first."""
    begun: list[float] = []

    async def ask(url: str) -> None:
        async with hosts.slot(url):
            begun.append(asyncio.get_running_loop().time())

    async with asyncio.TaskGroup() as group:
        for url in urls:
            group.create_task(ask(url))
    return [round(moment - begun[0], 3) for moment in begun]


async def most_at_once(hosts: Hosts, *urls: str) -> int:
    running = most = 0

    async def ask(url: str) -> None:
        nonlocal running, most
        async with hosts.slot(url):
            running += 1
            most = max(most, running)
            await asyncio.sleep(10)
            running -= 1

    async with asyncio.TaskGroup() as group:
        for url in urls:
            group.create_task(ask(url))
    return most


def test_requests_to_one_host_start_apart() -> None:
    hosts = Hosts(spacing_s=2.0, per_host=9)
    same = "https://example.org/a", "http://EXAMPLE.org:8080/b", "https://example.org/c"
    assert run(starts(hosts, *same)) == [0.0, 2.0, 4.0]


def test_requests_to_other_hosts_need_not_wait() -> None:
    hosts = Hosts(spacing_s=2.0)
    assert run(starts(hosts, "https://a.example/", "https://b.example/", "https://c.example/")) == [0.0, 0.0, 0.0]


def test_this_machine_needs_no_consideration() -> None:
    assert run(starts(Hosts(spacing_s=2.0), *["http://127.0.0.1:8080/"] * 3)) == [0.0, 0.0, 0.0]


def test_the_requests_at_once_are_bounded_per_host_and_in_all() -> None:
    many = [f"https://{name}.example/{number}" for name in "abcdef" for number in range(4)]
    assert run(most_at_once(Hosts(total=5, per_host=2, spacing_s=0.0), *many)) == 5
    assert run(most_at_once(Hosts(total=5, per_host=2, spacing_s=0.0), *many[:4])) == 2


def test_a_failing_request_gives_its_place_back() -> None:
    async def fail_often() -> int:
        hosts = Hosts(total=1, per_host=1, spacing_s=0.0)
        failures = 0
        for _ in range(3):
            try:
                async with hosts.slot("https://example.org/"):
                    raise OSError
            except OSError:
                failures += 1
        return failures

    assert run(fail_often()) == 3


def test_spacing_is_remembered_after_the_last_request_ended() -> None:
    async def twice() -> float:
        hosts, loop = Hosts(spacing_s=2.0), asyncio.get_running_loop()
        begun = loop.time()
        for _ in range(2):
            async with hosts.slot("https://example.org/"):
                pass
        return round(loop.time() - begun, 3)

    assert run(twice()) == 2.0


NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def test_a_resting_host_is_told_of_until_its_rest_is_over() -> None:
    hosts = Hosts()
    hosts.rest("https://news.example/a.xml", NOON + 5 * MINUTE)
    hosts.rest("https://news.example/b.xml", NOON + MINUTE)  # a shorter rest does not end a longer one
    assert hosts.resting("http://NEWS.example:8080/c.xml", now=NOON) == NOON + 5 * MINUTE
    assert hosts.resting("https://other.example/", now=NOON) is None
    assert hosts.resting("https://news.example/a.xml", now=NOON + 5 * MINUTE) is None


@pytest.mark.parametrize(
    ("status", "retry_after", "rest"),
    [
        (429, MINUTE, MINUTE), (429, None, 5 * MINUTE), (429, timedelta(days=9), timedelta(hours=24)),
        (503, MINUTE, MINUTE), (503, None, None), (404, MINUTE, None), (None, None, None),
    ],
)  # fmt: skip
def test_which_failures_speak_for_the_whole_host(
    status: int | None, retry_after: timedelta | None, rest: timedelta | None
) -> None:
    assert due.host_rest(Failed("temporary", "…", status, retry_after)) == rest

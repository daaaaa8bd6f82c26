"""Looking at a feed: asking for it when its host has room, and reading what came. All in one process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from feeds import due
from feeds.fetch import FetchLimits, fetch, post_form
from feeds.hosts import Hosts
from feeds.item import Feed
from feeds.outcome import Failed, Fetched, NotAFeed, Outcome
from feeds.state import FeedState
from matchers.rules import RuleSet

if TYPE_CHECKING:
    import httpx

    from bot.watch.offers import Body, Offered

_THREADS = 2  # one may be held up by an ill-formed body


class Postponed(msgspec.Struct, frozen=True, tag=True):
    """The feed was not asked, because its host is to be left alone until then."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Looked:
    """What came of asking and, where a body came and was read, what it offers; the body, of `received` bytes, is not
    kept then."""

    outcome: Outcome
    found: Offered | NotAFeed | None = None
    received: int = 0


class Looker:
    """Looks at feeds, as many at once as `hosts` have room for."""

    def __init__(
        self,
        *,
        client: httpx.AsyncClient,
        hosts: Hosts,
        limits: FetchLimits,
        settings: due.Settings,
        reader: Reader,
        clock: Callable[[], datetime],
    ) -> None:
        self._client, self._hosts, self._limits, self._settings = client, hosts, limits, settings
        self._clock = clock
        self.reader = reader

    async def look(self, feed: Feed, state: FeedState, *, reads: bool = True) -> Looked | Postponed:
        """Ask for the feed and, where `reads`, read the body that came. A defect is raised as whatever it is."""
        # Read within the slot: there are never more bodies in memory than may be fetched at once.
        async with self._hosts.slot(feed.url):
            outcome = await self._ask(feed.url, state)
            if isinstance(outcome, Fetched) and reads:
                return await self.read(outcome, feed, state)
        return outcome if isinstance(outcome, Postponed) else Looked(outcome)

    async def read(self, fetched: Fetched, feed: Feed, state: FeedState) -> Looked:
        """Read the body that came."""
        found = await self.reader.offered(await self.reader.body_of(fetched, feed, state))
        return Looked(replace(fetched, body=b""), found, received=len(fetched.body))

    async def post(self, url: str, form: bytes) -> Failed | None:
        """Send a form, when its host has room."""
        async with self._hosts.slot(url):
            return await post_form(self._client, url, form, limits=self._limits)

    async def close(self) -> None:
        """Close what is open and end the reader's threads."""
        await self._client.aclose()
        self.reader.close()

    async def _ask(self, url: str, state: FeedState) -> Outcome | Postponed:
        now = self._clock()
        if rests := self._hosts.resting(url, now=now):
            return Postponed(rests)
        asked = due.conditions(state, now=now, settings=self._settings)
        outcome = await fetch(self._client, url, validators=asked, now=now, limits=self._limits)
        if isinstance(outcome, Failed) and (span := due.host_rest(outcome, settings=self._settings)):
            self._hosts.rest(url, now + span)
        return outcome


class Reader:
    """Reads bodies in threads. `has_learned`: what reading takes is imported already, and the rules are compiled."""

    def __init__(self, rules: Sequence[RuleSet], *, has_learned: bool) -> None:
        self._rules = rules
        self._has_learned = has_learned
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="reader")

    async def body_of(self, fetched: Fetched, feed: Feed, state: FeedState) -> Body:
        """What is to be read, and what is known already. All that reading takes is imported when the first body has
        come, in a thread, so that nothing waits for it: most polls bring none."""
        if not self._has_learned:
            await asyncio.get_running_loop().run_in_executor(self._threads, learn)
            self._has_learned = True
        from bot.watch.offers import Body  # noqa: PLC0415 - see above

        return Body(feed, fetched.answer.url, fetched.content_type, fetched.body, state.window)

    async def offered(self, body: Body) -> Offered | NotAFeed:
        """What the body offers. A defect is raised as whatever it is."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, _offered, body, self._rules)

    def close(self) -> None:
        """End the threads."""
        self._threads.shutdown(wait=True)


def learn(rules: Sequence[RuleSet] = ()) -> None:
    """Get ready to read. Raises RuleError for rules that were left for later and cannot be compiled."""
    from bot.watch import bodies  # noqa: F401, PLC0415 - see `Reader.body_of`

    for each in rules:
        each.ready()


def _offered(body: Body, rules: Sequence[RuleSet]) -> Offered | NotAFeed:
    from bot.watch import bodies  # noqa: PLC0415 - see `Reader.body_of`

    return bodies.offered(body, rules)

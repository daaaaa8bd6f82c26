"""Who looks at feeds: processes of their own where there are many, each for its share of hosts, else this one."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import logging
import os
import signal
import socket
import threading
import zlib
from collections.abc import Callable, Sequence
from datetime import timedelta

from bot.watch.helper import Helper, HelperError, serve
from bot.watch.look import Looked, Looker, Postponed, learn
from feeds.hosts import host_name
from feeds.item import Feed
from feeds.outcome import Failed, Fetched, Outcome
from feeds.state import FeedState
from matchers.rules import RuleSet

log = logging.getLogger(__name__)

_FEEDS_FOR_PROCESSES = 200
_MANY = 64  # bodies before one more process learns to read them, which takes as long as to read some fifty
_GC_THRESHOLD = 50_000  # an item leaves no cycles behind

MakeLooker = Callable[[bool, int], Looker]
"""A looker for one process, by whether it has learned to read and among how many the hosts are shared."""


def processes_for(feeds: int) -> int:
    """How many processes help with so many feeds: one for each core, none where this one will do.

    None, too, where there already are threads: what they hold at the moment of a fork stays held in the child.
    """
    if feeds < _FEEDS_FOR_PROCESSES or not hasattr(os, "fork") or threading.active_count() > 1:
        return 0
    return min(os.cpu_count() or 1, 4)


class Workers:
    """Looks at feeds, in `processes` forked here and now, or in this one. Close it with `close`.

    With `is_flood`, all feeds are expected to bring a body: then what reading takes is there before the fork, and every
    process reads what it is sent. Else a process learns it with its first body, and a further one learns it only when
    there were many. A process that fails is not replaced: this one takes over what it would have done.
    """

    def __init__(
        self, looker: MakeLooker, rules: Sequence[RuleSet], *, processes: int, is_flood: bool, patience: timedelta
    ) -> None:
        if is_flood:
            learn(rules)
        self._own = looker(is_flood, 1)
        self._read = _MANY * processes if is_flood else 0
        self._helpers: list[Helper] = []
        gc.freeze()  # what is there by now stays: neither looked through again nor, in a fork, copied by looking
        gc.set_threshold(_GC_THRESHOLD)
        for _ in range(processes):
            make = functools.partial(looker, is_flood, processes)
            self._helpers.append(_fork(make, self._helpers, patience))

    async def look(self, feed: Feed, told: str | None) -> Looked | Postponed:
        """Ask for a feed and read what came. `told` is its state as it was written down."""
        helper = self._helper_of(feed.url)
        if helper is not None:
            try:
                looked = await helper.look(feed, told, reads=helper in self._readers())
            except HelperError as exc:
                log.warning("looked at in this process instead feed=%s reason=%s", feed.id, exc)
            else:
                self._read += isinstance(looked, Looked) and isinstance(looked.outcome, Fetched)
                return await self._complete(looked, feed, told)
        return await self._own.look(feed, FeedState.from_json(told))

    async def ask(self, url: str) -> Outcome:
        """Ask for a page, as politely as for a feed."""
        feed = Feed("", url)
        helper = self._helper_of(url)
        try:
            asking = self._own.look(feed, FeedState(), reads=False) if helper is None else helper.look(feed, None)
            looked = await asking
        except HelperError as exc:
            return Failed("temporary", f"whoever asked for it ended: {exc}")
        return looked.outcome if isinstance(looked, Looked) else Failed("temporary", "its host wants to be left alone")

    async def post(self, url: str, form: bytes) -> Failed | None:
        """Send a form; None where it was accepted."""
        return await self._own.post(url, form)

    async def close(self) -> None:
        """End the processes and threads."""
        await asyncio.gather(*(helper.close() for helper in self._helpers))
        await self._own.close()

    def _helper_of(self, url: str) -> Helper | None:
        """All feeds of a host are asked for by one process, which so can leave it its peace."""
        if not self._helpers:
            return None
        helper = self._helpers[zlib.crc32(host_name(url).encode(errors="replace")) % len(self._helpers)]
        return None if helper.failed else helper

    def _readers(self) -> list[Helper]:
        """Who reads what it is sent: the first that is left, once a body has come, and more when there were many."""
        left = [helper for helper in self._helpers if not helper.failed]
        return left[: self._read and 1 + self._read // _MANY]

    async def _complete(self, looked: Looked | Postponed, feed: Feed, told: str | None) -> Looked | Postponed:
        """Have read what came unread: by the first process, so that the others need not learn it for a few bodies."""
        if isinstance(looked, Postponed) or looked.found is not None or not isinstance(looked.outcome, Fetched):
            return looked
        state = FeedState.from_json(told)
        body = await self._own.reader.body_of(looked.outcome, feed, state)
        for helper in self._helpers:
            if not helper.failed:
                with contextlib.suppress(HelperError):
                    return await helper.read(body, looked.outcome)
        return await self._own.read(looked.outcome, feed, state)


# --- forking ----------------------------------------------------------------------------------------------


def _fork(make: Callable[[], Looker], others: Sequence[Helper], patience: timedelta) -> Helper:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid:
        theirs.close()
        return Helper(pid, ours, patience)
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and its end ends this
        # With another hand on our ends of the links, none would close when our process dies.
        for link in (ours, *(other.end for other in others)):
            link.close()
        serve(theirs, make)
    finally:
        os._exit(0)

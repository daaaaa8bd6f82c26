"""Politeness towards hosts: how many requests run at once, in all and per host, and how far apart they start."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime


class Hosts:
    """`async with hosts.slot(url): …` waits until the host, and we, have room for one more request.

    `spacing_s` lies between the starts of two requests to one host; this machine itself needs no such consideration.
    Waiting for a host takes no room from others. A host that has had enough of us (`rest`) is for `resting` to tell of:
    whoever finds it so had better come back later than wait here.
    """

    def __init__(self, *, total: int = 64, per_host: int = 2, spacing_s: float = 1.0) -> None:
        self._total = asyncio.Semaphore(total)
        self._per_host = per_host
        self._spacing_s = spacing_s
        self._hosts: dict[str, _Host] = {}
        self._resting: dict[str, datetime] = {}

    def rest(self, url: str, until: datetime) -> None:
        """Leave the host of that address alone until then, whichever feed of it is due."""
        name = host_name(url)
        self._resting[name] = max(until, self._resting.get(name, until))

    def resting(self, url: str, *, now: datetime) -> datetime | None:
        """Until when the host of that address is to be left alone; None where it is not."""
        name = host_name(url)
        until = self._resting.get(name)
        if until is not None and until <= now:
            del self._resting[name]
            return None
        return until

    @contextlib.asynccontextmanager
    async def slot(self, url: str) -> AsyncIterator[None]:
        name = host_name(url)
        host = self._hosts.setdefault(name, _Host(asyncio.Semaphore(self._per_host)))
        host.users += 1
        try:
            async with host.room:
                spacing_s = 0.0 if _is_this_machine(name) else self._spacing_s
                wait_s = host.reserve(asyncio.get_running_loop().time(), spacing_s)
                if wait_s > 0:
                    await asyncio.sleep(wait_s)
                async with self._total:
                    yield
        finally:
            host.users -= 1
            self._forget_idle(name, host)

    def _forget_idle(self, name: str, host: _Host) -> None:
        if host.users == 0 and self._hosts.get(name) is host:
            wait = host.free_at - asyncio.get_running_loop().time()
            if wait <= 0:
                del self._hosts[name]
            else:
                asyncio.get_running_loop().call_later(wait, self._forget_idle, name, host)


@dataclass(slots=True)
class _Host:
    room: asyncio.Semaphore
    users: int = 0
    free_at: float = 0.0

    def reserve(self, now: float, spacing_s: float) -> float:
        """Seconds to wait from `now`; the place in the row is taken."""
        start = max(now, self.free_at)
        self.free_at = start + spacing_s
        return start - now


def _is_this_machine(host: str) -> bool:
    return host in {"localhost", "[::1]"} or host.startswith("127.")


@functools.lru_cache(maxsize=4096)
def host_name(url: str) -> str:
    """The host of an address, without port; the address itself where it has none."""
    found = _HOST.match(url)
    return found[1].lower() if found else url


_HOST = re.compile(r"\s*[a-z][a-z0-9+.-]*://(?:[^/?#]*@)?(\[[^\]/?#]+\]|[^/?#:\[]+)", re.IGNORECASE)

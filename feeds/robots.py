"""Whether a page may be read, by the robots.txt of its host (RFC 9309). Asked for pages only, never for feeds."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from feeds.outcome import Failed, Fetched, Outcome

Ask = Callable[[str], Awaitable[Outcome]]
"""Ask for an address as politely as for everything else."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The page may not be read; `temporary` where that is only because nobody could tell."""

    reason: str
    temporary: bool = False


@dataclass(slots=True)
class _Known:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    until: datetime | None = None
    rules: RobotFileParser | Refused | None = None


class Robots:
    """Remembers the robots.txt of each host for a day, for 10 minutes where there was no telling."""

    def __init__(self, ask: Ask, *, user_agent: str) -> None:
        self._ask = ask
        self._agent = user_agent.split(maxsplit=1)[0] if user_agent.strip() else "*"
        self._hosts: OrderedDict[str, _Known] = OrderedDict()

    async def refuses(self, url: str, *, now: datetime) -> Refused | None:
        """Why the page must be left alone; None where it may be read.

        A host without robots.txt (404, 410) refuses nothing. One that keeps it from us (401, 403), is out of order
        (5xx) or cannot be reached refuses everything.
        """
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}".lower()
        known = self._known(origin)
        async with known.turn:
            if known.until is None or known.until <= now:
                known.rules = _read(await self._ask(f"{origin}/robots.txt"))
                is_unknown = isinstance(known.rules, Refused) and known.rules.temporary
                known.until = now + (_SOON if is_unknown else _DAY)
        match known.rules:
            case Refused() as refused:
                return refused
            case RobotFileParser() as rules if not rules.can_fetch(self._agent, url):
                return Refused("robots.txt does not allow it")
        return None

    def _known(self, origin: str) -> _Known:
        known = self._hosts.setdefault(origin, _Known())
        self._hosts.move_to_end(origin)
        if len(self._hosts) > _MAX_HOSTS:
            self._hosts.popitem(last=False)
        return known


def _read(outcome: Outcome) -> RobotFileParser | Refused | None:
    match outcome:
        case Fetched(body=body):
            rules = RobotFileParser()
            rules.parse(body[:_MAX_BYTES].decode("utf-8-sig", "replace").splitlines())
            return rules
        case Failed(status=404 | 410 | 200):  # 200: an empty file
            return None
        case Failed(status=401 | 403, reason=reason):
            return Refused(f"robots.txt is kept from us: {reason}")
        case Failed(reason=reason):
            return Refused(f"robots.txt cannot be read: {reason}", temporary=True)
    return None


_DAY, _SOON = timedelta(days=1), timedelta(minutes=10)
_MAX_HOSTS = 1_000
_MAX_BYTES = 512_000  # RFC 9309, 2.5: at least 500 KiB

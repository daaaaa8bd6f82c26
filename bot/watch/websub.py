"""WebSub: hubs are asked to tell of news at once, and what they tell makes a feed due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.listener import Call, Reply
from feeds.outcome import Failed
from feeds.state import FeedState
from feeds.websub import Confirmed, Denied, Subscription, is_signed, subscription, verified
from store.log import FeedRow, LogError

log = logging.getLogger(__name__)

ROUND = timedelta(minutes=1)
AGAIN = timedelta(hours=1)  # after a hub refused, or did not come back to us
CALM = timedelta(seconds=30)  # between two polls of a feed, however often its hub calls


@dataclass(frozen=True, slots=True)
class Held:
    """A subscription that the hub has confirmed."""

    wanted: Subscription
    renew_at: datetime


class Subscriptions:
    """Keeps a subscription with the hub of every feed that announces one.

    Nothing is kept over a restart: what a feed announces is in its state, and a subscription made again is the same.
    Polls go on as they did: a hub that falls silent costs time, never an item.
    """

    def __init__(
        self,
        *,
        public_url: str,
        key: str,
        rows: Callable[[], Awaitable[list[FeedRow]]],
        ask: Callable[[Subscription], Awaitable[Failed | None]],
        nudge: Callable[[str, datetime], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self._public_url, self._key = public_url, key
        self._rows, self._ask, self._nudge, self._clock = rows, ask, nudge, clock
        self._wanted: dict[str, Subscription] = {}
        self._held: dict[str, Held] = {}
        self._not_before: dict[str, datetime] = {}
        self._nudged: dict[str, datetime] = {}

    async def run(self) -> None:
        """Keep them up, for ever."""
        while True:
            try:
                await self.renew()
            except LogError as exc:
                log.error("subscriptions were not looked after: %s", exc)
            await asyncio.sleep(ROUND.total_seconds())

    async def renew(self) -> None:
        """Ask the hubs of feeds that have no subscription, or one whose time is half over."""
        now = self._clock()
        self._wanted = {one.feed: one for one in announced(await self._rows(), self._public_url, self._key)}
        for wanted in self._wanted.values():
            held = self._held.get(wanted.feed)
            is_good = held is not None and held.wanted == wanted and now < held.renew_at
            if is_good or now < self._not_before.get(wanted.feed, now):
                continue
            self._not_before[wanted.feed] = now + AGAIN
            failed = await self._ask(wanted)
            if failed is not None:
                log.warning("hub refuses feed=%s hub=%s reason=%r", wanted.feed, wanted.hub, failed.reason)

    async def answer(self, call: Call) -> Reply:
        """What a hub wants of us: to know whether we meant it, or to tell that there is something new."""
        wanted = next((one for one in self._wanted.values() if one.callback.endswith(call.path)), None)
        if wanted is None or call.path.count("/") < 2:
            return Reply(404)
        if call.method == "POST":
            return await self._told(wanted, call)
        match verified(wanted, call.query):
            case Confirmed(challenge, lease):
                self._held[wanted.feed] = Held(wanted, self._clock() + lease / 2)
                log.info(
                    "hub will tell of feed=%s hub=%s days=%.1f", wanted.feed, wanted.hub, lease / timedelta(days=1)
                )
                return Reply(200, challenge)
            case Denied(reason):
                log.warning("hub denies feed=%s hub=%s reason=%r", wanted.feed, wanted.hub, reason)
                return Reply(200)
            case None:
                return Reply(404)

    async def _told(self, wanted: Subscription, call: Call) -> Reply:
        """The feed becomes due. A body that is not signed is passed over; that it was, the sender need not know
        (section 7.1)."""
        if is_signed(call.body, call.headers.get("x-hub-signature", ""), secret=wanted.secret):
            now = self._clock()
            due = max(now, self._nudged.get(wanted.feed, now - CALM) + CALM)
            self._nudged[wanted.feed] = due
            log.info("hub told of news feed=%s", wanted.feed)
            await self._nudge(wanted.feed, due)
        else:
            log.warning("unsigned news passed over feed=%s", wanted.feed)
        return Reply(202)


def announced(rows: Iterable[FeedRow], public_url: str, key: str) -> Iterable[Subscription]:
    """The subscriptions that the feeds' own words make possible."""
    for row in rows:
        pace = FeedState.from_json(row.state).pace
        if pace.hub and pace.topic:
            yield subscription(row.feed, pace.hub, pace.topic, public_url=public_url, key=key)

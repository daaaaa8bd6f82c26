"""The publisher's side of the log: who may serve a channel, what the channel is owed, and recording what came of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from bot.channels.audience import EVERYBODY, Audience, outside, told
from bot.channels.collecting import Digests, corrected
from bot.channels.delivery import NOT_FOR_IT, silences, suppressions
from bot.channels.holding import NO_HABITS, Habits, unanswered
from bot.channels.index import INDEX, owed_index, standing_index
from bot.channels.standing import is_paused
from bot.channels.witness import owed_root
from store import codec
from store.events.deliveries import (
    ChannelMoved,
    ChannelOpened,
    UpdateEdited,
    UpdateHeld,
    UpdateQueued,
    UpdateReviewed,
    UpdateSent,
)
from store.events.fact import Fact
from store.log import Event, EventLog, Store
from store.views.values import Delivery
from store.views.views import Views

T = TypeVar("T")
LEASE = timedelta(minutes=3)
PAGE = 50
INDEX_EVERY = timedelta(minutes=10)
PIN_EVERY = timedelta(minutes=10)


class Call(Protocol):
    """Makes a blocking call of the store or the views in the one thread they live in."""

    def __call__(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> Awaitable[T]: ...


class Lease:
    """The right to serve a channel, which ends by itself."""

    def __init__(self, store: Store, call: Call, name: str, *, owner: str) -> None:
        self._store, self._call, self._name, self._owner = store, call, name, owner
        self._token = 0
        self._renewed: datetime | None = None

    @property
    def fence(self) -> tuple[str, int]:
        return self._name, self._token

    @property
    def token(self) -> int:
        """Another one, where somebody else led meanwhile."""
        return self._token

    async def lead(self, now: datetime) -> bool:
        """Whether it is ours; takes or renews it where that is due."""
        if self._renewed is not None and now - self._renewed < LEASE / 3:
            return True
        token = await self._call(self._store.lead, self._name, self._owner, LEASE, now=now)
        self._renewed = None if token is None else now
        self._token = token or 0
        return token is not None

    async def resign(self) -> None:
        """Give it back, so that another process need not wait for its end."""
        self._renewed = None
        await self._call(self._store.resign, self._name, self._owner)

    def lost(self) -> None:
        """It has gone to somebody else."""
        self._renewed = None


class Account(ABC):
    """What a publisher needs to know of the log, under one channel's name. Everything is recorded under the lease:
    LeaseLost where it has gone to another process, and then nothing was written.

    `Ledger` keeps a channel's account, `reviewing` that of reviewers, `readers` that of a reader.
    """

    def __init__(
        self, store: Store, views: Views, call: Call, channel: str, *, lease: Lease, meta: Mapping[str, str]
    ) -> None:
        self._store, self._views, self._call, self._channel = store, views, call, channel
        self._lease, self._meta = lease, meta
        self._reached = 0

    @property
    def token(self) -> int:
        """Another one, where another process served the channel meanwhile."""
        return self._lease.token

    async def lead(self, now: datetime) -> bool:
        """Whether this process may serve the channel; takes or renews the lease where that is due."""
        return await self._lease.lead(now)

    async def resign(self) -> None:
        """Give the channel back, so that another process need not wait for the lease to end."""
        await self._lease.resign()

    def lost(self) -> None:
        """The lease has gone to somebody else."""
        self._lease.lost()

    async def open(self, now: datetime) -> bool:
        """Read what is new in the log. False while it is not known what is owed: the views are being made."""
        del now
        await self._catch_up()
        return self._views.coming is None

    async def silence(self, now: datetime) -> None:
        """End what the channel is not told of. Nothing is said of what nobody was owed."""
        del now

    @abstractmethod
    async def owed(self) -> Sequence[Delivery]:
        """What is to be sent or brought up to date, in this order; at most a page."""

    async def unpinned(self, now: datetime) -> int | None:
        """The message that is still to be pinned, where there is one."""
        del now
        return None

    async def last_message(self) -> int | None:
        """The highest message id the log knows in the channel."""
        return await self._call(self._views.last_message, self._channel)

    async def moved_to(self) -> int | None:
        """The chat that the channel has become; None where it is what it was, or says so anew after each start."""
        return None

    async def moved(self, now: datetime, chat: int) -> None:
        """The channel has become another chat."""
        await self.record(now, ChannelMoved(channel=self._channel, chat=chat))

    async def digests(self, story: str, attempts: int) -> frozenset[str]:
        """What the attempts to post the story would have shown."""
        return await self._call(_digests, self._store, self._channel, story, attempts)

    async def record(self, now: datetime, *facts: Fact, cause: str = "") -> None:
        """Add the facts to the log, durably."""
        meta = {**self._meta, "cause": cause} if cause else self._meta
        events = [Event(fact, meta) for fact in facts]
        if events:
            await self._call(self._store.append, events, at=now, fence=self._lease.fence)

    async def _catch_up(self) -> None:
        self._reached = await self._call(self._views.catch_up, self._store)


class Ledger(Account):
    """One channel's account. `kept` is called when reviewers may have something to see."""

    def __init__(  # noqa: PLR0913  most have a default
        self,
        store: Store,
        views: Views,
        call: Call,
        channel: str,
        *,
        owner: str,
        meta: Mapping[str, str],
        audience: Audience = EVERYBODY,
        habits: Habits = NO_HABITS,
        kept: Callable[[], None] = lambda: None,
    ) -> None:
        lease = Lease(store, call, f"publish/{channel}", owner=owner)
        super().__init__(store, views, call, channel, lease=lease, meta=meta)
        self._audience = audience
        self._habits, self._kept = habits, kept
        self._now = self._started = datetime.max.replace(tzinfo=UTC)
        self._index_at = self._pin_at = datetime.min.replace(tzinfo=UTC)

    async def open(self, now: datetime) -> bool:
        """Read what is new in the log. From the first time on, the channel is owed every match. False while the views
        are being made: what is owed is not known yet."""
        self._now, self._started = now, min(now, self._started)
        await self._catch_up()
        key = f"opened/{self._channel}"
        if key not in await self._call(self._store.known, [key]):
            head = await self._call(self._store.head)
            await self.record(now, ChannelOpened(channel=self._channel, after=head))
            await self._catch_up()
        return self._views.coming is None

    async def silence(self, now: datetime) -> None:
        """End the matches the channel is not told of: a feed's archive, what came before the channel, and what is not
        for it. And say what it means where no reviewer answered in time."""
        if over := await self._call(self._unanswered):
            await self.record(now, *over)
            await self._catch_up()
        while self._views.coming is None and (quiet := await self._call(self._views.silent, self._channel, 20 * PAGE)):
            await self.record(now, *silences(self._channel, tuple(quiet)))
            await self._catch_up()
        while others := [item for entry in await self._owed() for item in outside(self._audience, entry)]:
            await self.record(now, *suppressions(self._channel, others, NOT_FOR_IT))
            await self._catch_up()

    async def owed(self) -> Sequence[Delivery]:
        """Digests that are due; then stories with something left to do, oldest first, at most a page. Nothing while an
        operator holds it up."""
        if await self._call(is_paused, self._store, self._channel):
            return ()
        collected = await self._call(self._collected)
        return [*collected, *(corrected(told(self._audience, entry)) for entry in await self._owed())]

    def _unanswered(self) -> tuple[UpdateReviewed, ...]:
        if self._views.coming is not None:
            return ()
        waiting = self._views.unreviewed(self._channel)
        return unanswered(self._habits, waiting, now=self._now, started=self._started)

    def _collected(self) -> list[Delivery]:
        """What is no story: digests, the day's root, the index."""
        if self._views.coming is not None or self._views.position() < self._reached:
            return []
        digests = Digests(self._views, self._channel, self._audience, self._habits).owed(self._now)
        root = owed_root(self._store, self._views, self._channel, self._habits, self._now)
        return digests or root or self._index()

    def _index(self) -> list[Delivery]:
        """The index, but for a while after it was changed: every report changes it, and nobody reads it so often."""
        if self._now < self._index_at:
            return []
        return owed_index(self._store, self._views, self._channel, self._habits)

    async def unpinned(self, now: datetime) -> int | None:
        """The index's message, where it is still to be pinned; asked after a failure, not at once again."""
        if not self._habits.index or now < self._pin_at:
            return None
        stands = await self._call(standing_index, self._store, self._views, self._channel)
        if stands is None or stands.is_pinned:
            return None
        self._pin_at = now + PIN_EVERY
        return stands.message

    async def _owed(self) -> Sequence[Delivery]:
        """What is owed to the channel, whomever it is for."""
        owed = await self._call(self._views.owed, self._channel, PAGE)
        # Views that were thrown away meanwhile (a redaction, a broken file) know less: they owe what was told long ago.
        return [entry for entry in owed if entry.as_of >= self._reached]

    async def moved_to(self) -> int | None:
        """The chat that the channel has become; None where it is what it was."""
        return await self._call(self._views.moved_to, self._channel)

    async def record(self, now: datetime, *facts: Fact, cause: str = "") -> None:
        """Add the facts to the log, durably."""
        await super().record(now, *facts, cause=cause)
        if any(isinstance(fact, UpdateSent | UpdateEdited) and fact.story.startswith(INDEX) for fact in facts):
            self._index_at = now + INDEX_EVERY
        if any(isinstance(fact, (UpdateHeld, UpdateReviewed)) for fact in facts):
            self._kept()


def _digests(log: EventLog, channel: str, story: str, attempts: int) -> frozenset[str]:
    """The digests of the texts that were queued for the story in its attempts 1, 2, …"""
    keys = [f"queued/{channel}/{story}/{number}" for number in range(1, attempts + 1)]
    facts = [codec.fact(recorded) for recorded in log.find(keys).values()]
    return frozenset(fact.text_digest for fact in facts if isinstance(fact, UpdateQueued))

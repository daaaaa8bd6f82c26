"""The port: what a log and a schedule promise, whichever engine keeps them, and the errors they raise.

Calls block; a process makes all of them from one thread of its own (`bot.lane`). Engines: `store.sqlite` and, sharing
one log between machines, `store.postgres`. `tests/store/contract.py` is the promise as tests.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from store.events.fact import Fact
from store.readers import Readers


class LogError(Exception):
    """Base of what the store raises; says what was being done and what to do about it."""


class Conflict(LogError):
    """A strict append met keys that the log already holds; nothing was written."""


class LeaseLost(LogError):
    """The lease a call was made under has gone to somebody else; nothing was written."""


class StoreBusy(LogError):
    """Another process holds what this one needs."""


class StoreUnavailable(LogError):
    """The engine cannot be reached or written: missing folder, no rights, disk full, server down."""


class LogDamaged(LogError):
    """What is stored cannot be what was written; `position` is that of the event, where it is one."""

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position


class Event(msgspec.Struct, frozen=True):
    """A fact on its way into the log, with what is known about its making.

    `meta` may hold `cause` (key of the event it follows from), `run`, `by` and `version`. The log itself adds
    `clock`, what the clock said, to events recorded while it stood behind the newest event.
    """

    fact: Fact
    meta: Mapping[str, str] = msgspec.field(default_factory=dict)


class Recorded(msgspec.Struct, frozen=True, gc=False):
    """An event as the log holds it. `data` is the stored JSON text; `store.codec.fact` decodes it.

    A msgspec structure as the facts are, because a replay makes millions: a frozen dataclass takes 1.3 µs, this 0.1.
    """

    pos: int
    key: str
    type: str
    at: datetime
    data: str
    meta: Mapping[str, str]


class Claim(msgspec.Struct, frozen=True):
    """The right to poll one feed until `until`; `token` refuses a late holder. `state` is what the last
    completion left, or None before the first."""

    feed: str
    token: int
    until: datetime
    state: str | None


class Completion(msgspec.Struct, frozen=True):
    """The outcome of one claim: the events of the poll, the feed's new state (JSON text) and when it is due next."""

    claim: Claim
    next_due: datetime
    state: str
    events: Sequence[Event] = ()


class FeedRow(msgspec.Struct, frozen=True):
    """A feed as the schedule knows it: for tables and health checks."""

    feed: str
    due: datetime
    leased_until: datetime | None
    completed_at: datetime | None
    state: str | None


class EventLog(Protocol):
    """Positions are 1, 2, 3 … without gaps; who has seen position p never sees anything new at or below p.

    Times never run backwards along the positions: an `at` before the newest event's is recorded as that one's,
    and the event's `meta` keeps what the clock said as `clock`.
    """

    def append(
        self, events: Sequence[Event], *, at: datetime, strict: bool = False, fence: tuple[str, int] | None = None
    ) -> list[tuple[int, str]]:
        """Record the events whose keys are new, in order, all or none; durable on return.

        Gives (position, key) of the new ones. With `strict`, a known key raises Conflict and nothing is written.
        `fence` is the name and token of a lease (`Schedule.lead`): LeaseLost, and nothing written, where it is
        no longer the current one.
        """
        ...

    def redact(self, keys: Collection[str], *, reason: str, record: Sequence[Event], at: datetime) -> int:
        """Take the content out of these events for good, and append the events that say so, all or none.

        In the place of the data stand its digest and the reason, so that seals stay true. Unknown keys, and events
        whose content is out already, are left alone; gives how many were not.
        """
        ...

    def compact(self, keys: Collection[str], *, seen: int, through: int, before: datetime, at: datetime) -> int:
        """Drop the text of these events, keep all else, and append the ItemsCompacted that says so, all or none.

        Left alone are unknown keys, events without their text already, and items that an event behind position `seen`
        speaks of: whoever chose the keys did not know of it. Gives how many bytes were dropped.
        """
        ...

    def read(self, after: int = 0, limit: int = 1000, types: Collection[str] = ()) -> list[Recorded]:
        """The events behind position `after`, oldest first, of the given types (all where empty)."""
        ...

    def find(self, keys: Collection[str]) -> dict[str, Recorded]:
        """The recorded events of those keys, by key, in order of position; unknown keys are absent."""
        ...

    def known(self, keys: Collection[str]) -> set[str]:
        """Which of these keys the log holds."""
        ...

    def head(self) -> int:
        """The last position; 0 for an empty log."""
        ...

    def wait(self, after: int, timeout: float) -> bool:
        """Return True as soon as the log has passed `after`, False after `timeout` seconds. A hint only."""
        ...

    def close(self) -> None:
        """Let go of files, connections and `exclusive`. Safe to call twice."""
        ...


class Schedule(Protocol):
    """Which feed is due when, and who polls it. The feed table is the queue."""

    def enrol(self, due: Mapping[str, datetime]) -> None:
        """Make the schedule hold exactly these feeds: new ones get the given due time, known ones keep
        theirs, others are set aside (their state stays, so that a feed taken back continues where it was)."""
        ...

    def claim(self, n: int, lease: timedelta, *, now: datetime) -> list[Claim]:
        """Up to `n` feeds that are due and not leased, longest due first, leased until `now + lease`."""
        ...

    def complete(self, completions: Sequence[Completion], *, at: datetime) -> list[bool]:
        """Record each outcome whose lease is still held, all in one durable transaction: events, state, next due.

        False, in the place of its completion: the lease was lost and nothing of that outcome was written.
        A lease that ran out is still held as long as nobody else has claimed the feed.
        """
        ...

    def release(self, claim: Claim, *, due: datetime) -> None:
        """Give a claim back unpolled."""
        ...

    def expedite(self, feeds: Collection[str], *, due: datetime) -> None:
        """Make these feeds due at `due` if they would be later."""
        ...

    def feeds(self) -> list[FeedRow]:
        """Every enrolled feed, by id."""
        ...

    def last_look(self) -> datetime | None:
        """When a poll of an enrolled feed was last completed; None before the first."""
        ...

    def lead(self, name: str, owner: str, ttl: timedelta, *, now: datetime) -> int | None:
        """Take or renew the lease `name`; its fencing token, or None while somebody else holds it.

        The token grows by one whenever the holder changes, and never otherwise; a lease given back has no holder.
        """
        ...

    def resign(self, name: str, owner: str) -> None:
        """Give the lease back, if it is still this owner's."""
        ...


class Store(EventLog, Schedule, Protocol):
    """One engine that keeps both, so that "polled" and "recorded" commit together."""

    @property
    def readers(self) -> Readers:
        """What readers asked us to remember, beside the log."""
        ...

    def exclusive(self) -> None:
        """Be the only running process on this store until `close`, where the engine serves one (SQLite); other
        engines allow several. StoreBusy names the process that is. Reading stays free, and death releases it."""
        ...


def each(log: EventLog, types: Collection[str] = (), *, after: int = 0) -> Iterator[Recorded]:
    """Every event of these types behind that position, oldest first. Memory does not grow with the log."""
    while page := log.read(after, _PAGE, types):
        yield from page
        after = page[-1].pos


_PAGE = 500  # small enough that a row is still in the processor's cache when it is decoded

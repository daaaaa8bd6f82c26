"""What every engine does alike: events and readers to rows and back, places for new rows, waiting for news."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import msgspec

from store.codec import (
    compacted,
    compaction_digest,
    data_digest,
    decode_meta,
    encode,
    encode_meta,
    redacted,
    redaction,
    type_of,
    unstamp,
)
from store.events.trust import ItemsCompacted
from store.log import Conflict, Event, FeedRow, LogDamaged, Recorded
from store.readers import Progress, ReaderRow, Settings

Row = tuple[str, str, str, str]  # key, type, data, meta
Placed = tuple[int, str, str, str, str, str]  # pos, key, type, at, data, meta

WAIT_STEP_SECONDS = 0.1


def rows_of(events: Sequence[Event]) -> list[Row]:
    """The events as they are stored, still without a place. LogError for one that could not be read back."""
    return [(event.fact.key, type_of(event.fact), encode(event.fact), encode_meta(event.meta)) for event in events]


def first_of_each(rows: list[Row], *, strict: bool = False) -> list[Row]:
    """The rows without those whose key came before; with `strict`, Conflict where there is such a one."""
    unique: dict[str, Row] = {}
    for row in rows:
        unique.setdefault(row[0], row)
    if len(unique) == len(rows):
        return rows
    if strict:
        raise Conflict("two of the events to append have the same key; nothing was written")
    return list(unique.values())


def unknown(rows: Sequence[Row], known: Collection[str], *, strict: bool = False) -> list[Row]:
    """The rows whose key the log does not hold; with `strict`, Conflict where it holds one."""
    if strict and known:
        raise Conflict(f"the log already holds {min(known)}; nothing was written")
    return [row for row in rows if row[0] not in known]


def redactions(rows: Sequence[tuple[str, str]], reason: str) -> list[tuple[str, str]]:
    """For each (key, data), what shall stand in the data's place, and the key; without those redacted already."""
    return [(redaction(data_digest(data), reason), key) for key, data in rows if redacted(data) is None]


def compaction(
    rows: Sequence[tuple[int, str, str]], later: Sequence[tuple[str, str]], *, through: int, before: datetime
) -> tuple[list[tuple[str, int]], ItemsCompacted] | None:
    """For rows of (position, key, data): the data to put in their place, with their positions, and the event that says
    so; without those that `later` events, each (key, data), speak of. None where nothing is left to be dropped."""
    said = "\n".join(f"{key}\n{data}" for key, data in later)
    changes = [
        (new, pos, len(data.encode()) - len(new.encode()))
        for pos, key, data in sorted(rows)
        if key.split("/")[1] not in said and (new := compacted(data)) != data
    ]
    if not changes:
        return None
    positions = tuple(pos for _, pos, _ in changes)
    fact = ItemsCompacted(
        first=positions[0],
        positions=positions,
        digest=compaction_digest(new for new, _, _ in changes),
        through=through,
        before=before,
        freed=sum(freed for _, _, freed in changes),
    )
    return [(new, pos) for new, pos, _ in changes], fact


def placed(rows: Sequence[Row], when: str, *, head: int, last: str) -> list[Placed]:
    """The rows behind position `head`. Where the clock stands before `last`, the newest event's time, they get that
    time and keep what the clock said."""
    if last > when:
        rows = [(*row[:3], encode_meta({**decode_meta(row[3]), "clock": when})) for row in rows]
        when = last
    return [(pos, key, kind, when, data, meta) for pos, (key, kind, data, meta) in enumerate(rows, head + 1)]


def recorded(pos: int, key: str, kind: str, at: str, data: str, meta: str) -> Recorded:
    """A stored row as the port gives it. LogDamaged where its time or meta cannot be what was written."""
    try:
        return Recorded(pos, key, kind, unstamp(at), data, decode_meta(meta))
    except ValueError as exc:  # of both readers
        raise LogDamaged(f"event {pos} ({key}) has an unreadable time or meta: {exc}", position=pos) from exc


def reader_text(value: Settings | Progress) -> str:
    """What is kept of a reader, as stored."""
    return msgspec.json.encode(value).decode()


def reader_row(reader: str, chat: int, settings: str, progress: str, paused: int | bool) -> ReaderRow:
    """A stored reader. LogDamaged where the row cannot be what was written."""
    try:
        return ReaderRow(reader, chat, _SETTINGS(settings), _PROGRESS(progress), bool(paused))
    except msgspec.MsgspecError as exc:
        raise LogDamaged(f"what was kept of the reader {reader} is unreadable: {exc}") from exc


_SETTINGS = msgspec.json.Decoder(Settings).decode
_PROGRESS = msgspec.json.Decoder(Progress).decode


def feed_row(feed: str, due: str, leased_until: str | None, completed_at: str | None, state: str | None) -> FeedRow:
    """A feed of the schedule, as stored."""
    return FeedRow(feed, _time(due), maybe_time(leased_until), maybe_time(completed_at), state)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def maybe_time(text: str | None) -> datetime | None:
    """A time as stored, where there is one."""
    return _time(text) if text else None


class News:
    """Wakes waiting threads of this process when the log grew; for the work of others they look every so often."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting = 0

    def tell(self) -> None:
        if self._waiting:
            with self._condition:
                self._condition.notify_all()

    def wait(self, head: Callable[[], int], after: int, timeout: float) -> bool:
        """True as soon as `head` is past `after`, False after `timeout` seconds."""
        with self._counted():
            deadline = time.monotonic() + timeout
            while head() <= after:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                with self._condition:
                    self._condition.wait(min(left, WAIT_STEP_SECONDS))
            return True

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """Nearly always nobody waits here; then there is nobody to tell."""
        with self._condition:
            self._waiting += 1
        try:
            yield
        finally:
            with self._condition:
                self._waiting -= 1

"""The log and the schedule on one SQLite file: WAL, a sync to disk per transaction, positions given by hand."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from store import sqlite_schema
from store.codec import stamp
from store.events.items import ItemSeen
from store.log import Claim, Completion, Event, FeedRow, LeaseLost, Recorded
from store.rows import (
    News,
    Placed,
    Row,
    compaction,
    feed_row,
    first_of_each,
    maybe_time,
    placed,
    recorded,
    redactions,
    rows_of,
    unknown,
)
from store.runlock import RunLock
from store.sqlite_readers import SqliteReaders
from store.sqlitefile import Connection, IntegrityError, SqliteFile


class SqliteStore:
    """The whole port on one file (`path` None: in memory, for tests and trials). Any thread may call it.

    With `create=False` a missing file is StoreUnavailable instead of a new log. A write that another process keeps
    waiting for longer than `patience_seconds` is StoreBusy.
    """

    def __init__(self, path: Path | None, *, create: bool = True, patience_seconds: float = 10.0) -> None:
        # FULL: what was acknowledged survives a power cut. NORMAL loses the last transactions (docs/decisions/0005).
        self._file = SqliteFile(path, synchronous="FULL", create=create, busy_seconds=patience_seconds)
        self._lock = RunLock(path)
        self._news = News()
        self._newest: tuple[int, str] | None = None  # as this process last wrote it
        self.readers = SqliteReaders(self._file)
        try:
            sqlite_schema.prepare(self._file)
        except BaseException:
            self.close()
            raise

    def exclusive(self) -> None:
        self._lock.acquire()
        # Whoever holds the lock is the only one to run here: leases of a process that was killed hold nobody up.
        with self._file.write() as db:
            db.execute("UPDATE feeds SET leased_until = NULL WHERE leased_until IS NOT NULL")
            db.execute("UPDATE leases SET owner = NULL WHERE owner IS NOT NULL")

    def close(self) -> None:
        self._file.close()
        self._lock.release()

    # --- the log ------------------------------------------------------------------------------------------

    def append(
        self, events: Sequence[Event], *, at: datetime, strict: bool = False, fence: tuple[str, int] | None = None
    ) -> list[tuple[int, str]]:
        rows, when = rows_of(events), stamp(at)
        try:
            return self._append(rows, when, fence)
        except _KnownKey:
            return self._append(rows, when, fence, is_fresh=False, strict=strict)

    def redact(self, keys: Collection[str], *, reason: str, record: Sequence[Event], at: datetime) -> int:
        with self._file.write() as db:
            # The old text shall not stay in pages that are free now. What a backup holds, it holds.
            db.execute("PRAGMA secure_delete = ON")
            rows = db.execute(
                "SELECT key, data FROM log WHERE key IN (SELECT value FROM json_each(?))", (_list(keys),)
            ).fetchall()
            taken = redactions(rows, reason)
            db.executemany("UPDATE log SET data = ? WHERE key = ?", taken)
            _insert(db, _unknown(db, rows_of(record)), stamp(at))
        self._file.forget_overwritten()
        self._news.tell()
        return len(taken)

    def compact(self, keys: Collection[str], *, seen: int, through: int, before: datetime, at: datetime) -> int:
        with self._file.write() as db:
            chosen = "SELECT pos, key, data FROM log WHERE key IN (SELECT value FROM json_each(?))"
            later = db.execute(_LATER, (seen,)).fetchall()
            made = compaction(db.execute(chosen, (_list(keys),)).fetchall(), later, through=through, before=before)
            if made is None:
                return 0
            db.executemany("UPDATE log SET data = ? WHERE pos = ?", made[0])
            _insert(db, rows_of([Event(made[1])]), stamp(at))
        self._news.tell()
        return made[1].freed

    def read(self, after: int = 0, limit: int = 1000, types: Collection[str] = ()) -> list[Recorded]:
        with self._file.read() as db:
            if not types:
                rows = db.execute(
                    "SELECT pos, key, type, at, data, meta FROM log WHERE pos > ? ORDER BY pos LIMIT ?", (after, limit)
                )
            elif ItemSeen.TYPE in types:
                rows = db.execute(
                    "SELECT pos, key, type, at, data, meta FROM log WHERE pos > ?"
                    " AND type IN (SELECT value FROM json_each(?)) ORDER BY pos LIMIT ?",
                    (after, _list(types), limit),
                )
            else:
                return _read_rare(db, after, limit, types)
            return [recorded(*row) for row in rows]

    def find(self, keys: Collection[str]) -> dict[str, Recorded]:
        with self._file.read() as db:
            rows = db.execute(
                "SELECT pos, key, type, at, data, meta FROM log"
                " WHERE key IN (SELECT value FROM json_each(?)) ORDER BY pos",
                (_list(keys),),
            ).fetchall()
        return {row[1]: recorded(*row) for row in rows}

    def known(self, keys: Collection[str]) -> set[str]:
        with self._file.read() as db:
            return _known(db, keys)

    def head(self) -> int:
        with self._file.read() as db:
            return _tail(db)[0]

    def wait(self, after: int, timeout: float) -> bool:
        return self._news.wait(self.head, after, timeout)

    # --- the schedule -------------------------------------------------------------------------------------
    # Who holds which feed means nothing after a power cut, when all holders are gone: only outcomes wait for the disk.

    def enrol(self, due: Mapping[str, datetime]) -> None:
        with self._file.write_briefly() as db:
            db.execute(
                "UPDATE feeds SET enrolled = 0 WHERE enrolled AND feed NOT IN (SELECT value FROM json_each(?))",
                (_list(due),),
            )
            db.execute(
                "INSERT INTO feeds (feed, due) SELECT key, value FROM json_each(?)"
                " WHERE key NOT IN (SELECT feed FROM feeds WHERE enrolled)"
                " ON CONFLICT (feed) DO UPDATE SET enrolled = 1",
                (_json({feed: stamp(when) for feed, when in due.items()}),),
            )

    def claim(self, n: int, lease: timedelta, *, now: datetime) -> list[Claim]:
        until = now + lease
        with self._file.write_briefly() as db:
            rows = db.execute(
                "UPDATE feeds SET token = token + 1, leased_until = ?1 WHERE feed IN (SELECT feed FROM feeds"
                " WHERE enrolled AND due <= ?2 AND (leased_until IS NULL OR leased_until <= ?2)"
                " ORDER BY due, feed LIMIT ?3) RETURNING due, feed, token",
                (stamp(until), stamp(now), n),
            ).fetchall()
            states = _states(db, [feed for _, feed, _ in rows])
        return [Claim(feed=feed, token=token, until=until, state=states.get(feed)) for _, feed, token in sorted(rows)]

    def complete(self, completions: Sequence[Completion], *, at: datetime) -> list[bool]:
        when = stamp(at)
        encoded = [rows_of(one.events) for one in completions]
        try:
            return self._complete(completions, encoded, when)
        except _KnownKey:
            return self._complete(completions, encoded, when, is_fresh=False)

    def release(self, claim: Claim, *, due: datetime) -> None:
        with self._file.write_briefly() as db:
            db.execute(
                "UPDATE feeds SET leased_until = NULL, due = ?"
                " WHERE feed = ? AND token = ? AND leased_until IS NOT NULL",
                (stamp(due), claim.feed, claim.token),
            )

    def expedite(self, feeds: Collection[str], *, due: datetime) -> None:
        with self._file.write_briefly() as db:
            db.execute(
                "UPDATE feeds SET due = ?1 WHERE due > ?1 AND feed IN (SELECT value FROM json_each(?2))",
                (stamp(due), _list(feeds)),
            )

    def feeds(self) -> list[FeedRow]:
        with self._file.read() as db:
            rows = db.execute(
                "SELECT feed, due, leased_until, completed_at, state FROM feeds LEFT JOIN feed_states USING (feed)"
                " WHERE enrolled ORDER BY feed"
            ).fetchall()
        return [feed_row(*row) for row in rows]

    def last_look(self) -> datetime | None:
        with self._file.read() as db:
            row = db.execute("SELECT max(completed_at) FROM feeds WHERE enrolled").fetchone()
        return maybe_time(row[0]) if row else None

    def lead(self, name: str, owner: str, ttl: timedelta, *, now: datetime) -> int | None:
        with self._file.write() as db:
            row = db.execute(
                "INSERT INTO leases (name, owner, token, until) VALUES (?1, ?2, 1, ?3) ON CONFLICT (name) DO UPDATE"
                " SET token = token + (owner IS NOT ?2), owner = ?2, until = ?3"
                " WHERE owner IS NULL OR owner = ?2 OR until <= ?4 RETURNING token",
                (name, owner, stamp(now + ttl), stamp(now)),
            ).fetchone()
        return row[0] if row else None

    def resign(self, name: str, owner: str) -> None:
        with self._file.write() as db:
            db.execute("UPDATE leases SET owner = NULL WHERE name = ? AND owner = ?", (name, owner))

    # --- writing ------------------------------------------------------------------------------------------
    # Nearly always every key is new. So that is tried first, at the cost of bare inserts; where one is known the
    # transaction is undone and done once more without the known ones.

    def _append(
        self,
        rows: list[Row],
        when: str,
        fence: tuple[str, int] | None,
        *,
        is_fresh: bool = True,
        strict: bool = False,
    ) -> list[tuple[int, str]]:
        with self._file.write() as db:
            if fence is not None:
                _check_fence(db, fence)
            new = self._add(db, rows if is_fresh else _unknown(db, rows, strict=strict), when, is_fresh=is_fresh)
        self._wrote(new)
        return [(row[0], row[1]) for row in new]

    def _complete(
        self, completions: Sequence[Completion], encoded: Sequence[list[Row]], when: str, *, is_fresh: bool = True
    ) -> list[bool]:
        with self._file.write() as db:
            held = [_settle(db, one, when) for one in completions]
            rows = first_of_each([row for rows, mine in zip(encoded, held, strict=True) if mine for row in rows])
            new = self._add(db, rows if is_fresh else _unknown(db, rows), when, is_fresh=is_fresh)
        self._wrote(new)
        return held

    def _add(self, db: Connection, rows: Sequence[Row], when: str, *, is_fresh: bool) -> Sequence[Placed]:
        """Insert behind what this process wrote last, unless the log is known to hold more: then a position is taken,
        and `_KnownKey` says so as it does for a key."""
        newest, self._newest = self._newest if is_fresh else None, None  # known again when this is committed
        return _insert(db, rows, when, newest)

    def _wrote(self, new: Sequence[Placed]) -> None:
        if new:
            self._newest = (new[-1][0], new[-1][3])
            self._news.tell()


# Sightings speak of no other item, and what this very compaction wrote need not be looked at.
_LATER = "SELECT key, data FROM log WHERE pos > ? AND type NOT IN ('ItemSeen.v1', 'ItemsCompacted.v1')"


class _KnownKey(Exception):
    """The log holds one of the keys, or one of the positions."""


def _read_rare(db: Connection, after: int, limit: int, types: Collection[str]) -> list[Recorded]:
    """By the index that leaves out sightings: what it costs does not grow with them."""
    rows = [
        row
        for name in set(types)
        for row in db.execute(
            "SELECT pos, key, type, at, data, meta FROM log INDEXED BY log_by_type"
            " WHERE type = ? AND type <> 'ItemSeen.v1' AND pos > ? ORDER BY pos LIMIT ?",
            (name, after, limit),
        )
    ]
    return [recorded(*row) for row in sorted(rows)[:limit]]


def _unknown(db: Connection, rows: list[Row], *, strict: bool = False) -> list[Row]:
    unique = first_of_each(rows, strict=strict)
    return unknown(unique, _known(db, [row[0] for row in unique]), strict=strict)


def _insert(db: Connection, rows: Sequence[Row], when: str, newest: tuple[int, str] | None = None) -> Sequence[Placed]:
    if not rows:
        return ()
    head, last = newest or _tail(db)
    new = placed(rows, when, head=head, last=last)
    try:
        db.executemany("INSERT INTO log (pos, key, type, at, data, meta) VALUES (?, ?, ?, ?, ?, ?)", new)
    except IntegrityError as exc:
        raise _KnownKey from exc
    return new


def _settle(db: Connection, done: Completion, when: str) -> bool:
    """Close the claim if it is still the current one."""
    changed = db.execute(
        "UPDATE feeds SET leased_until = NULL, due = ?, completed_at = ?"
        " WHERE feed = ? AND token = ? AND leased_until IS NOT NULL",
        (stamp(done.next_due), when, done.claim.feed, done.claim.token),
    )
    if changed.rowcount != 1:
        return False
    db.execute("INSERT OR REPLACE INTO feed_states (feed, state) VALUES (?, ?)", (done.claim.feed, done.state))
    return True


def _states(db: Connection, feeds: Collection[str]) -> dict[str, str]:
    rows = db.execute(
        "SELECT feed, state FROM feed_states WHERE feed IN (SELECT value FROM json_each(?))", (_list(feeds),)
    )
    return dict(rows.fetchall())


def _check_fence(db: Connection, fence: tuple[str, int]) -> None:
    if not db.execute("SELECT 1 FROM leases WHERE name = ? AND token = ? AND owner IS NOT NULL", fence).fetchone():
        raise LeaseLost(f"another process leads {fence[0]} by now; nothing was written")


def _tail(db: Connection) -> tuple[int, str]:
    """Position and time of the newest event."""
    return db.execute("SELECT pos, at FROM log ORDER BY pos DESC LIMIT 1").fetchone() or (0, "")


def _known(db: Connection, keys: Collection[str]) -> set[str]:
    found = db.execute("SELECT key FROM log WHERE key IN (SELECT value FROM json_each(?))", (_list(keys),))
    return {key for (key,) in found}


def _list(values: Collection[str]) -> str:
    return _json(list(values))


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()

"""The log and the schedule on PostgreSQL, for several processes on several machines.

Appends take turns by an advisory lock and give out `max(pos) + 1`: a plain sequence would let a reader see a position
before a lower one appears. Whoever writes the log or completed polls takes that lock first, so nobody waits in a ring.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from store import postgres_schema
from store.codec import stamp
from store.events.items import ItemSeen
from store.log import Claim, Completion, Event, FeedRow, LeaseLost, Recorded
from store.postgres_link import Connection, PostgresLink
from store.postgres_readers import PostgresReaders
from store.rows import (
    News,
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


class PostgresStore:
    """The whole port on one database. Any thread may call it.

    With `create=False` a database without a log is StoreUnavailable instead of a new log.
    """

    def __init__(self, url: str, *, create: bool = True) -> None:
        self._link = PostgresLink(url)
        self._news = News()
        self.readers = PostgresReaders(self._link)
        try:
            postgres_schema.prepare(self._link, create=create)
        except BaseException:
            self.close()
            raise

    def exclusive(self) -> None:
        """Nothing to do: this engine serves several processes at once."""

    def close(self) -> None:
        self._link.close()

    # --- the log ------------------------------------------------------------------------------------------

    def append(
        self, events: Sequence[Event], *, at: datetime, strict: bool = False, fence: tuple[str, int] | None = None
    ) -> list[tuple[int, str]]:
        rows, when = first_of_each(rows_of(events), strict=strict), stamp(at)
        with self._link.write() as db:
            _take_turn(db)
            if fence is not None:
                _check_fence(db, fence)
            new = _insert(db, rows, when, strict=strict)
        if new:
            self._news.tell()
        return new

    def redact(self, keys: Collection[str], *, reason: str, record: Sequence[Event], at: datetime) -> int:
        new, when = first_of_each(rows_of(record)), stamp(at)
        with self._link.write() as db:
            _take_turn(db)
            rows = db.execute("SELECT key, data FROM log WHERE key = ANY(%s)", (list(keys),)).fetchall()
            taken = redactions(rows, reason)
            for data, key in taken:
                db.execute("UPDATE log SET data = %s WHERE key = %s", (data, key))
            _insert(db, new, when)
        self._news.tell()
        return len(taken)

    def compact(self, keys: Collection[str], *, seen: int, through: int, before: datetime, at: datetime) -> int:
        with self._link.write() as db:
            _take_turn(db)
            later = db.execute(
                "SELECT key, data FROM log WHERE pos > %s AND type NOT IN ('ItemSeen.v1', 'ItemsCompacted.v1')", (seen,)
            ).fetchall()
            rows = db.execute("SELECT pos, key, data FROM log WHERE key = ANY(%s)", (list(keys),)).fetchall()
            made = compaction(rows, later, through=through, before=before)
            if made is None:
                return 0
            for data, pos in made[0]:
                db.execute("UPDATE log SET data = %s WHERE pos = %s", (data, pos))
            _insert(db, rows_of([Event(made[1])]), stamp(at))
        self._news.tell()
        return made[1].freed

    def read(self, after: int = 0, limit: int = 1000, types: Collection[str] = ()) -> list[Recorded]:
        with self._link.read() as db:
            if not types:
                query = db.execute(
                    "SELECT pos, key, type, at, data, meta FROM log WHERE pos > %s ORDER BY pos LIMIT %s",
                    (after, limit),
                )
            elif ItemSeen.TYPE in types:
                query = db.execute(
                    "SELECT pos, key, type, at, data, meta FROM log WHERE pos > %s AND type = ANY(%s)"
                    " ORDER BY pos LIMIT %s",
                    (after, list(types), limit),
                )
            else:  # by the index that leaves out sightings
                query = db.execute(
                    "SELECT pos, key, type, at, data, meta FROM log WHERE pos > %s AND type = ANY(%s)"
                    " AND type <> 'ItemSeen.v1' ORDER BY pos LIMIT %s",
                    (after, list(types), limit),
                )
            rows = query.fetchall()
        return [recorded(*row) for row in rows]

    def find(self, keys: Collection[str]) -> dict[str, Recorded]:
        with self._link.read() as db:
            rows = db.execute(
                "SELECT pos, key, type, at, data, meta FROM log WHERE key = ANY(%s) ORDER BY pos", (list(keys),)
            ).fetchall()
        return {row[1]: recorded(*row) for row in rows}

    def known(self, keys: Collection[str]) -> set[str]:
        with self._link.read() as db:
            return _known(db, keys)

    def head(self) -> int:
        with self._link.read() as db:
            return _tail(db)[0]

    def wait(self, after: int, timeout: float) -> bool:
        return self._news.wait(self.head, after, timeout)

    # --- the schedule -------------------------------------------------------------------------------------

    def enrol(self, due: Mapping[str, datetime]) -> None:
        with self._link.write() as db:
            _take_turn(db)
            db.execute("UPDATE feeds SET enrolled = false WHERE enrolled AND feed <> ALL(%s)", (list(due),))
            db.execute(
                "INSERT INTO feeds (feed, due) SELECT * FROM unnest(%s::text[], %s::text[])"
                " ON CONFLICT (feed) DO UPDATE SET enrolled = true WHERE NOT feeds.enrolled",
                (list(due), [stamp(when) for when in due.values()]),
            )

    def claim(self, n: int, lease: timedelta, *, now: datetime) -> list[Claim]:
        until = now + lease
        with self._link.write() as db:
            rows = db.execute(
                "UPDATE feeds SET token = token + 1, leased_until = %(until)s WHERE feed IN (SELECT feed FROM feeds"
                " WHERE enrolled AND due <= %(now)s AND (leased_until IS NULL OR leased_until <= %(now)s)"
                " ORDER BY due, feed LIMIT %(n)s FOR UPDATE SKIP LOCKED) RETURNING due, feed, token, state",
                {"until": stamp(until), "now": stamp(now), "n": n},
            ).fetchall()
        return [Claim(feed=feed, token=token, until=until, state=state) for _, feed, token, state in sorted(rows)]

    def complete(self, completions: Sequence[Completion], *, at: datetime) -> list[bool]:
        when = stamp(at)
        encoded = [rows_of(one.events) for one in completions]
        with self._link.write() as db:
            _take_turn(db)
            held = [_settle(db, one, when) for one in completions]
            rows = [row for rows, mine in zip(encoded, held, strict=True) if mine for row in rows]
            new = _insert(db, first_of_each(rows), when)
        if new:
            self._news.tell()
        return held

    def release(self, claim: Claim, *, due: datetime) -> None:
        with self._link.write() as db:
            db.execute(
                "UPDATE feeds SET leased_until = NULL, due = %s"
                " WHERE feed = %s AND token = %s AND leased_until IS NOT NULL",
                (stamp(due), claim.feed, claim.token),
            )

    def expedite(self, feeds: Collection[str], *, due: datetime) -> None:
        with self._link.write() as db:
            _take_turn(db)
            db.execute(
                "UPDATE feeds SET due = %(due)s WHERE due > %(due)s AND feed = ANY(%(feeds)s)",
                {"due": stamp(due), "feeds": list(feeds)},
            )

    def feeds(self) -> list[FeedRow]:
        with self._link.read() as db:
            rows = db.execute(
                "SELECT feed, due, leased_until, completed_at, state FROM feeds WHERE enrolled ORDER BY feed"
            ).fetchall()
        return [feed_row(*row) for row in rows]

    def last_look(self) -> datetime | None:
        with self._link.read() as db:
            row = db.execute("SELECT max(completed_at) FROM feeds WHERE enrolled").fetchone()
        return maybe_time(row[0]) if row else None

    def lead(self, name: str, owner: str, ttl: timedelta, *, now: datetime) -> int | None:
        with self._link.write() as db:
            row = db.execute(
                "INSERT INTO leases AS held (name, owner, token, until) VALUES (%(name)s, %(owner)s, 1, %(until)s)"
                " ON CONFLICT (name) DO UPDATE SET owner = %(owner)s, until = %(until)s,"
                " token = held.token + (held.owner IS DISTINCT FROM %(owner)s)::int"
                " WHERE held.owner IS NULL OR held.owner = %(owner)s OR held.until <= %(now)s RETURNING token",
                {"name": name, "owner": owner, "until": stamp(now + ttl), "now": stamp(now)},
            ).fetchone()
        return row[0] if row else None

    def resign(self, name: str, owner: str) -> None:
        with self._link.write() as db:
            db.execute("UPDATE leases SET owner = NULL WHERE name = %s AND owner = %s", (name, owner))


def _take_turn(db: Connection) -> None:
    """Wait until no other transaction gives out positions; the end of this one lets the next go on."""
    db.execute("SELECT pg_advisory_xact_lock(%s)", (postgres_schema.WRITERS,))


def _insert(db: Connection, rows: list[Row], when: str, *, strict: bool = False) -> list[tuple[int, str]]:
    fresh = unknown(rows, _known(db, [row[0] for row in rows]), strict=strict) if rows else []
    if not fresh:
        return []
    head, last = _tail(db)
    new = placed(fresh, when, head=head, last=last)
    db.execute(
        "INSERT INTO log (pos, key, type, at, data, meta) SELECT * FROM"
        " unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[])",
        [list(column) for column in zip(*new, strict=True)],
    )
    return [(row[0], row[1]) for row in new]


def _settle(db: Connection, done: Completion, when: str) -> bool:
    """Close the claim if it is still the current one."""
    changed = db.execute(
        "UPDATE feeds SET leased_until = NULL, due = %s, completed_at = %s, state = %s"
        " WHERE feed = %s AND token = %s AND leased_until IS NOT NULL",
        (stamp(done.next_due), when, done.state, done.claim.feed, done.claim.token),
    )
    return changed.rowcount == 1


def _check_fence(db: Connection, fence: tuple[str, int]) -> None:
    """The lease must be current, and stay so until this transaction ends."""
    held = db.execute("SELECT 1 FROM leases WHERE name = %s AND token = %s AND owner IS NOT NULL FOR SHARE", fence)
    if held.fetchone() is None:
        raise LeaseLost(f"another process leads {fence[0]} by now; nothing was written")


def _tail(db: Connection) -> tuple[int, str]:
    """Position and time of the newest event."""
    row = db.execute("SELECT pos, at FROM log ORDER BY pos DESC LIMIT 1").fetchone()
    return (row[0], row[1]) if row else (0, "")


def _known(db: Connection, keys: Collection[str]) -> set[str]:
    return {key for (key,) in db.execute("SELECT key FROM log WHERE key = ANY(%s)", (list(keys),)).fetchall()}

"""View: how the feeds and the monitor itself fared, and from that which share of a period was watched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from store.codec import stamp
from store.events.items import ItemSeen
from store.events.monitor import (
    FeedAwoke,
    FeedDistrusted,
    FeedFailing,
    FeedGone,
    FeedMoved,
    FeedRecovered,
    FeedStale,
    GapDetected,
    MonitorStarted,
    MonitorStopped,
)
from store.log import Recorded
from store.sqlitefile import Connection
from store.views.values import Coverage, FeedHealth, Ledger, Span, Stretch

# `stretches` has a row for each time a feed was not as it should be; `feed` is '' for the monitor's own. In most of
# them items may have come and gone unseen: those are holes. 'gone' lies within 'failing', and a stale feed was seen.
SCHEMA = (
    """CREATE TABLE feed_items (feed TEXT PRIMARY KEY, items INTEGER NOT NULL, first_at TEXT NOT NULL,
         last_at TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE stretches (feed TEXT, kind TEXT, since TEXT, until TEXT, reason TEXT,
         PRIMARY KEY (feed, kind, since)) WITHOUT ROWID""",
    "CREATE TABLE moves (feed TEXT PRIMARY KEY, url TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE monitor (one INTEGER PRIMARY KEY CHECK (one = 1), first TEXT NOT NULL)",
)

_NO_HOLES = "('gone', 'stale')"
_UNSEEN = "the monitor was not running"


def items_seen(db: Connection, run: Sequence[tuple[Recorded, ItemSeen]]) -> None:
    last = {fact.feed: stamp(recorded.at) for recorded, fact in run}
    first = {fact.feed: stamp(recorded.at) for recorded, fact in reversed(run)}
    seen = Counter(fact.feed for _, fact in run)
    db.executemany(
        "INSERT INTO feed_items (feed, items, first_at, last_at) VALUES (?1, ?2, ?3, ?4)"
        " ON CONFLICT DO UPDATE SET items = items + ?2, last_at = ?4",
        [(feed, seen[feed], first[feed], at) for feed, at in last.items()],
    )


def feed_failing(db: Connection, _: Recorded, fact: FeedFailing) -> None:
    _stretch(db, fact.feed, "failing", fact.since, None, fact.reason)


def feed_gone(db: Connection, _: Recorded, fact: FeedGone) -> None:
    _stretch(db, fact.feed, "gone", fact.since, None, fact.reason)


def feed_stale(db: Connection, _: Recorded, fact: FeedStale) -> None:
    _stretch(db, fact.feed, "stale", fact.since, None, f"seldom silent for more than {fact.usual_hours:g} h")


def feed_awoke(db: Connection, recorded: Recorded, fact: FeedAwoke) -> None:
    db.execute(
        "UPDATE stretches SET until = ? WHERE feed = ? AND kind = 'stale' AND since <= ? AND until IS NULL",
        (stamp(recorded.at), fact.feed, stamp(fact.stale_since)),
    )


def feed_recovered(db: Connection, recorded: Recorded, fact: FeedRecovered) -> None:
    db.execute(
        "UPDATE stretches SET until = ? WHERE feed = ? AND kind IN ('failing', 'gone') AND since <= ?"
        " AND until IS NULL",
        (stamp(recorded.at), fact.feed, stamp(fact.failing_since)),
    )


def feed_distrusted(db: Connection, recorded: Recorded, fact: FeedDistrusted) -> None:
    _stretch(db, fact.feed, "distrusted", fact.since, recorded.at, fact.reason)


def feed_moved(db: Connection, _: Recorded, fact: FeedMoved) -> None:
    db.execute("INSERT OR REPLACE INTO moves (feed, url) VALUES (?, ?)", (fact.feed, fact.new_url))


def gap_detected(db: Connection, _: Recorded, fact: GapDetected) -> None:
    _stretch(db, fact.feed, "gap", fact.since, fact.until, "more was published than the feed holds")


def monitor_started(db: Connection, recorded: Recorded, fact: MonitorStarted) -> None:
    """Between the last sign of life of an earlier run and this start nobody looked."""
    db.execute("INSERT OR IGNORE INTO monitor (one, first) VALUES (1, ?)", (stamp(recorded.at),))
    stopped = db.execute(
        "UPDATE stretches SET until = ? WHERE feed = '' AND until IS NULL", (stamp(recorded.at),)
    ).rowcount
    if not stopped and fact.last_alive is not None:
        _stretch(db, "", "down", fact.last_alive, recorded.at, _UNSEEN)


def monitor_stopped(db: Connection, recorded: Recorded, _: MonitorStopped) -> None:
    if db.execute("SELECT 1 FROM stretches WHERE feed = '' AND until IS NULL").fetchone() is None:
        _stretch(db, "", "down", recorded.at, None, _UNSEEN)


SIGHTINGS = items_seen
FOLDS: dict[type, Callable[[Connection, Recorded, Any], None]] = {
    FeedFailing: feed_failing,
    FeedGone: feed_gone,
    FeedStale: feed_stale,
    FeedAwoke: feed_awoke,
    FeedRecovered: feed_recovered,
    FeedDistrusted: feed_distrusted,
    FeedMoved: feed_moved,
    GapDetected: gap_detected,
    MonitorStarted: monitor_started,
    MonitorStopped: monitor_stopped,
}


def health(db: Connection) -> list[FeedHealth]:
    """Every feed the log knows something of, by id."""
    known = db.execute(
        "SELECT feed FROM feed_items UNION SELECT feed FROM stretches WHERE feed <> ''"
        " UNION SELECT feed FROM moves ORDER BY 1"
    ).fetchall()
    return [_health(db, feed) for (feed,) in known]


def coverage(db: Connection, since: datetime, until: datetime, *, feed: str | None = None) -> Coverage:
    """How much of the period the monitor watched; with `feed`, how much of it that feed was seen without a hole."""
    first = db.execute("SELECT first FROM monitor").fetchone()
    query = f"SELECT since, until, reason FROM stretches WHERE feed IN ('', ?) AND kind NOT IN {_NO_HOLES}"  # noqa: S608
    rows = db.execute(query, (feed or "",)).fetchall()
    begun = datetime.fromisoformat(first[0]) if first else until
    spans = [Span(since, min(begun, until), "the monitor had not begun")] if begun > since else []
    spans += [_span(*row) for row in rows]
    return covered(spans, since, until)


def ledger(db: Connection, since: datetime, until: datetime) -> Ledger:
    """All that the log tells of how that period was watched."""
    begun = db.execute("SELECT first FROM monitor").fetchone()
    first = db.execute("SELECT feed, first_at FROM feed_items").fetchall()
    rows = db.execute(
        "SELECT feed, kind, since, until, reason FROM stretches WHERE since < ?2 AND coalesce(until, ?2) > ?1"
        " ORDER BY since, feed, kind",
        (stamp(since), stamp(until)),
    ).fetchall()
    return Ledger(
        begun=datetime.fromisoformat(begun[0]) if begun else None,
        first={feed: datetime.fromisoformat(at) for feed, at in first},
        stretches=tuple(Stretch(feed, kind, _span(*span)) for feed, kind, *span in rows),
    )


def covered(spans: Iterable[Span], since: datetime, until: datetime) -> Coverage:
    """The period less the spans, which may overlap and stick out."""
    holes = sorted((hole for span in spans if (hole := _cut(span, since, until))), key=lambda hole: hole.since)
    missed, reached = 0.0, since
    for hole in holes:
        end = hole.until or until
        missed += max(0.0, (end - max(hole.since, reached)).total_seconds())
        reached = max(reached, end)
    whole = (until - since).total_seconds()
    return Coverage(share=1 - missed / whole if whole > 0 else 1.0, holes=tuple(holes))


def _cut(span: Span, since: datetime, until: datetime) -> Span | None:
    start, end = max(span.since, since), min(span.until or until, until)
    return Span(start, end, span.reason) if start < end else None


def _health(db: Connection, feed: str) -> FeedHealth:
    items, last_at = db.execute("SELECT items, last_at FROM feed_items WHERE feed = ?", (feed,)).fetchone() or (0, None)
    open_ = db.execute(
        "SELECT kind, since, until, reason FROM stretches WHERE feed = ? AND until IS NULL ORDER BY since DESC", (feed,)
    ).fetchall()
    now = {kind: _span(*span) for kind, *span in open_}
    kinds = dict(db.execute("SELECT kind, count(*) FROM stretches WHERE feed = ? GROUP BY kind", (feed,)).fetchall())
    moved = db.execute("SELECT url FROM moves WHERE feed = ?", (feed,)).fetchone()
    return FeedHealth(
        feed=feed,
        items=items,
        last_item_at=datetime.fromisoformat(last_at) if last_at else None,
        failing=now.get("failing"),
        failures=kinds.get("failing", 0),
        gaps=kinds.get("gap", 0),
        moved_to=moved[0] if moved else None,
        gone=now.get("gone"),
        stale=now.get("stale"),
    )


def _stretch(db: Connection, feed: str, kind: str, since: datetime, until: datetime | None, reason: str) -> None:
    db.execute(
        "INSERT OR IGNORE INTO stretches (feed, kind, since, until, reason) VALUES (?, ?, ?, ?, ?)",
        (feed, kind, stamp(since), stamp(until) if until else None, reason),
    )


def _span(since: str, until: str | None, reason: str) -> Span:
    return Span(datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None, reason)

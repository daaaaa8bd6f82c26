"""View: how the feeds and the monitor itself fared, and from that which share of a period was watched."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from store.codec import stamp
from store.events import (
    FeedDistrusted,
    FeedFailing,
    FeedMoved,
    FeedRecovered,
    GapDetected,
    ItemSeen,
    MonitorStarted,
    MonitorStopped,
)
from store.log import Recorded
from store.sqlitefile import Connection
from store.views.values import Coverage, FeedHealth, Span

# `holes` has one row for each stretch in which items may have come and gone unseen; `feed` is '' for the monitor's own.
SCHEMA = (
    """CREATE TABLE feed_items (feed TEXT PRIMARY KEY, items INTEGER NOT NULL, last_at TEXT NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE holes (feed TEXT, kind TEXT, since TEXT, until TEXT, reason TEXT,
         PRIMARY KEY (feed, kind, since)) WITHOUT ROWID""",
    "CREATE TABLE moves (feed TEXT PRIMARY KEY, url TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE monitor (one INTEGER PRIMARY KEY CHECK (one = 1), first TEXT NOT NULL)",
)

_UNSEEN = "the monitor was not running"


def items_seen(db: Connection, run: Sequence[tuple[Recorded, ItemSeen]]) -> None:
    last = {fact.feed: stamp(recorded.at) for recorded, fact in run}
    seen = Counter(fact.feed for _, fact in run)
    db.executemany(
        "INSERT INTO feed_items (feed, items, last_at) VALUES (?1, ?2, ?3)"
        " ON CONFLICT DO UPDATE SET items = items + ?2, last_at = ?3",
        [(feed, seen[feed], at) for feed, at in last.items()],
    )


def feed_failing(db: Connection, _: Recorded, fact: FeedFailing) -> None:
    _hole(db, fact.feed, "failing", fact.since, None, fact.reason)


def feed_recovered(db: Connection, recorded: Recorded, fact: FeedRecovered) -> None:
    db.execute(
        "UPDATE holes SET until = ? WHERE feed = ? AND kind = 'failing' AND since <= ? AND until IS NULL",
        (stamp(recorded.at), fact.feed, stamp(fact.failing_since)),
    )


def feed_distrusted(db: Connection, recorded: Recorded, fact: FeedDistrusted) -> None:
    _hole(db, fact.feed, "distrusted", fact.since, recorded.at, fact.reason)


def feed_moved(db: Connection, _: Recorded, fact: FeedMoved) -> None:
    db.execute("INSERT OR REPLACE INTO moves (feed, url) VALUES (?, ?)", (fact.feed, fact.new_url))


def gap_detected(db: Connection, _: Recorded, fact: GapDetected) -> None:
    _hole(db, fact.feed, "gap", fact.since, fact.until, "more was published than the feed holds")


def monitor_started(db: Connection, recorded: Recorded, fact: MonitorStarted) -> None:
    """Between the last sign of life of an earlier run and this start nobody looked."""
    db.execute("INSERT OR IGNORE INTO monitor (one, first) VALUES (1, ?)", (stamp(recorded.at),))
    stopped = db.execute("UPDATE holes SET until = ? WHERE feed = '' AND until IS NULL", (stamp(recorded.at),)).rowcount
    if not stopped and fact.last_alive is not None:
        _hole(db, "", "down", fact.last_alive, recorded.at, _UNSEEN)


def monitor_stopped(db: Connection, recorded: Recorded, _: MonitorStopped) -> None:
    if db.execute("SELECT 1 FROM holes WHERE feed = '' AND until IS NULL").fetchone() is None:
        _hole(db, "", "down", recorded.at, None, _UNSEEN)


SIGHTINGS = items_seen
FOLDS: dict[type, Callable[[Connection, Recorded, Any], None]] = {
    FeedFailing: feed_failing,
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
        "SELECT feed FROM feed_items UNION SELECT feed FROM holes WHERE feed <> ''"
        " UNION SELECT feed FROM moves ORDER BY 1"
    ).fetchall()
    return [_health(db, feed) for (feed,) in known]


def coverage(db: Connection, since: datetime, until: datetime, *, feed: str | None = None) -> Coverage:
    """How much of the period the monitor watched; with `feed`, how much of it that feed was seen without a hole."""
    first = db.execute("SELECT first FROM monitor").fetchone()
    rows = db.execute("SELECT since, until, reason FROM holes WHERE feed IN ('', ?)", (feed or "",)).fetchall()
    begun = datetime.fromisoformat(first[0]) if first else until
    spans = [Span(since, min(begun, until), "the monitor had not begun")] if begun > since else []
    spans += [_span(*row) for row in rows]
    return covered(spans, since, until)


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
    failing = db.execute(
        "SELECT since, until, reason FROM holes WHERE feed = ? AND kind = 'failing' AND until IS NULL ORDER BY since",
        (feed,),
    ).fetchone()
    kinds = dict(db.execute("SELECT kind, count(*) FROM holes WHERE feed = ? GROUP BY kind", (feed,)).fetchall())
    moved = db.execute("SELECT url FROM moves WHERE feed = ?", (feed,)).fetchone()
    return FeedHealth(
        feed=feed,
        items=items,
        last_item_at=datetime.fromisoformat(last_at) if last_at else None,
        failing=_span(*failing) if failing else None,
        failures=kinds.get("failing", 0),
        gaps=kinds.get("gap", 0),
        moved_to=moved[0] if moved else None,
    )


def _hole(db: Connection, feed: str, kind: str, since: datetime, until: datetime | None, reason: str) -> None:
    db.execute(
        "INSERT OR IGNORE INTO holes (feed, kind, since, until, reason) VALUES (?, ?, ?, ?, ?)",
        (feed, kind, stamp(since), stamp(until) if until else None, reason),
    )


def _span(since: str, until: str | None, reason: str) -> Span:
    return Span(datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None, reason)

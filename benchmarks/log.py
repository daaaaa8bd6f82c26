"""The log against the bare engine: appends per second by batch size, and replay with decoding.

Ours and the bare engine write the same rows to the same table in turn, so that the machine's moods meet both. A disk's
moods are larger than the difference: a sync takes half a millisecond or four. So the share is given twice: as timed,
and by the processor's time, where the bare engine's wait for the disk stands for both, since both write and sync alike.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median

from store.codec import encode, encode_meta, fact, stamp
from store.events.items import ItemSeen
from store.log import Event, each
from store.sqlite import SqliteStore
from store.sqlite_schema import MIGRATIONS
from store.views.views import Views

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SUMMARY = "The two governments agreed on a plan for ports, ships and training, and will meet again in autumn. " * 5


def events(count: int, start: int) -> list[Event]:
    return [
        Event(
            ItemSeen(
                item=f"{hash(n) & 0xFFFFFFFFFFFF:020x}",
                feed="ansa",
                digest=f"{n:016x}",
                title=f"Headline number {n} about an agreement",
                summary=SUMMARY,
                url=f"https://news.example/{n}",
                lang="en",
                published=NOW,
            ),
            {"run": "20260301T000000Z-1", "version": "0.1.0"},
        )
        for n in range(start, start + count)
    ]


def bare(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    for setting in ("page_size=8192", "cache_size=-16000", "journal_mode=WAL", "synchronous=FULL"):
        db.execute(f"PRAGMA {setting}")
    for statement in MIGRATIONS[0]:
        db.execute(statement)
    return db


def bare_append(db: sqlite3.Connection, batch: list[Event], pos: int) -> None:
    rows = [
        (pos + n, e.fact.key, e.fact.TYPE, stamp(NOW), encode(e.fact), encode_meta(e.meta)) for n, e in enumerate(batch)
    ]
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", rows)
    db.execute("COMMIT")


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def both_times(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds as timed, and of the processor."""
    start, worked = time.perf_counter(), time.thread_time()
    work()
    return time.perf_counter() - start, time.thread_time() - worked


def append_table(folder: Path, total: int) -> None:
    print(
        "append: events/s ours, events/s bare, ours as a share of bare: as timed (median of pairs), by processor time"
    )
    for size in (1, 10, 100, 1000):
        store, db = SqliteStore(folder / f"ours{size}.db"), bare(folder / f"bare{size}.db")
        ours, theirs, done = [], [], 0
        for n in range(max(40, min(1000, total // size))):
            batch = events(size, done)

            mine = partial(store.append, batch, at=NOW)
            other = partial(bare_append, db, batch, done + 1)
            for work, times in ((mine, ours), (other, theirs)) if n % 2 else ((other, theirs), (mine, ours)):
                times.append(both_times(work))
            done += size
        (mine_timed, mine_worked), (bare_timed, bare_worked) = (
            [median(column) for column in zip(*times, strict=True)] for times in (ours, theirs)
        )
        share = median(b / a for (a, _), (b, _) in zip(ours, theirs, strict=True))
        worked = bare_timed / (bare_timed + mine_worked - bare_worked)
        print(f"{size:6}  {size / mine_timed:10,.0f} {size / bare_timed:10,.0f}  {share:6.1%} {worked:6.1%}")
        store.close()
        db.close()


def replay(folder: Path, total: int) -> None:
    store = SqliteStore(folder / "replay.db")
    for start in range(0, total, 1000):
        store.append(events(1000, start), at=NOW)

    def ours() -> None:
        for recorded in each(store):
            fact(recorded)

    def theirs() -> None:
        db = sqlite3.connect(folder / "replay.db")
        for row in db.execute("SELECT pos, key, type, at, data, meta FROM log"):
            json.loads(row[4])
        db.close()

    pairs = [(both_times(ours), both_times(theirs)) for _ in range(7)]
    (timed_best, worked_best), (bare_timed, bare_worked) = (
        [min(column) for column in zip(*times, strict=True)] for times in zip(*pairs, strict=True)
    )
    print("replay with decoding: events/s as timed, events/s of one core's time (best of 7)")
    print(f"  ours                      {total / timed_best:10,.0f} {total / worked_best:10,.0f}")
    print(f"  a loop of sqlite3 and json {total / bare_timed:9,.0f} {total / bare_worked:10,.0f}")
    views = Views.open(folder / "views.db")
    print(f"views: {total / timed(lambda: views.catch_up(store)):,.0f} events/s, with full text")
    views.close()
    store.close()


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=50_000)
    options.add_argument("--folder", type=Path, help="where to write (default: a temporary folder)")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        append_table(Path(folder), chosen.events)
        replay(Path(folder), chosen.events)


if __name__ == "__main__":
    main()

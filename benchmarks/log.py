"""The log against the bare engine: appends per second by batch size, and replay with decoding.

Ours and the bare engine write the same rows to the same table in turn, so that the machine's moods meet both.
"""

from __future__ import annotations

import argparse
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
from store.log import Event
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
    for setting in ("page_size=8192", "journal_mode=WAL", "synchronous=FULL"):
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


def append_table(folder: Path, total: int) -> None:
    print("append: events/s ours, events/s bare, ours as a share of bare (median of pairs)")
    for size in (1, 10, 100, 1000):
        store, db = SqliteStore(folder / f"ours{size}.db"), bare(folder / f"bare{size}.db")
        ours, theirs, done = [], [], 0
        for n in range(max(20, min(400, total // size))):
            batch = events(size, done)

            mine = partial(store.append, batch, at=NOW)
            other = partial(bare_append, db, batch, done + 1)
            for work, times in ((mine, ours), (other, theirs)) if n % 2 else ((other, theirs), (mine, ours)):
                times.append(timed(work))
            done += size
        share = median(b / a for a, b in zip(ours, theirs, strict=True))
        print(f"{size:6}  {size / median(ours):10,.0f} {size / median(theirs):10,.0f}  {share:6.1%}")
        store.close()
        db.close()


def replay(folder: Path, total: int) -> None:
    store = SqliteStore(folder / "replay.db")
    for start in range(0, total, 1000):
        store.append(events(1000, start), at=NOW)

    def all_of_it() -> None:
        after = 0
        while page := store.read(after, 2000):
            for recorded in page:
                fact(recorded)
            after = page[-1].pos

    best = min(timed(all_of_it) for _ in range(5))
    print(f"replay with decoding: {total / best:,.0f} events/s")
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

"""The log beside the recorder of the `eventsourcing` library (pip install 'eventsourcing<10'), in turn in one run.

Both write the same facts as the same JSON to a SQLite file that is synced at each call, and read all of it back.
`python benchmarks/recorders.py`
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import tempfile
import uuid
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from log import NOW, events, timed

from store.codec import encode, fact
from store.log import Event
from store.sqlite import SqliteStore

PAGE = 2000


def theirs(path: Path) -> Any:
    """The library's recorder, on a file of its own."""
    sqlite = importlib.import_module("eventsourcing.sqlite")
    datastore = sqlite.SQLiteDatastore(str(path))
    recorder = sqlite.SQLiteApplicationRecorder(datastore)
    recorder.create_table()
    with datastore.transaction(commit=False) as db:
        db.execute("PRAGMA synchronous")
        if db.fetchone()[0] != 2:  # FULL, what SQLite does by itself unless it was built otherwise
            sys.exit("skipped: this SQLite syncs less by itself than the log does; the figures would not compare")
    return recorder


def stored(batch: list[Event]) -> list[Any]:
    """The facts as the library's events: each is the first of its own originator, as an item is seen once."""
    make = importlib.import_module("eventsourcing.persistence").StoredEvent
    return [
        make(uuid.uuid5(uuid.NAMESPACE_URL, one.fact.key), 1, one.fact.TYPE, encode(one.fact).encode()) for one in batch
    ]


def appends(store: SqliteStore, recorder: Any, total: int) -> int:
    done = 0
    print("append: events/s ours, events/s theirs, ours by theirs (median of pairs)")
    for size in (1, 10, 100, 1000):
        mine, other = [], []
        for _ in range(max(10, min(200, total // size))):
            batch = events(size, done)
            mine.append(timed(partial(store.append, batch, at=NOW)))
            other.append(timed(partial(_insert, recorder, batch)))
            done += size
        ratio = median(b / a for a, b in zip(mine, other, strict=True))
        print(f"{size:6}  {size / median(mine):10,.0f} {size / median(other):10,.0f}  {ratio:6.2f}")
    return done


def _insert(recorder: Any, batch: list[Event]) -> None:
    recorder.insert_events(stored(batch))


def replays(store: SqliteStore, recorder: Any, done: int) -> None:
    def ours() -> None:
        after = 0
        while page := store.read(after, PAGE):
            for recorded in page:
                fact(recorded)
            after = page[-1].pos

    def their() -> None:
        start = 1
        while page := recorder.select_notifications(start, PAGE):
            for one in page:
                json.loads(one.state)
            start = page[-1].id + 1

    pairs = [(timed(ours), timed(their)) for _ in range(5)]
    mine, other = (min(each) for each in zip(*pairs, strict=True))
    print(f"replay with decoding: {done / mine:,.0f} events/s ours, {done / other:,.0f} theirs, {other / mine:.2f}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=20_000)
    chosen = options.parse_args()
    if importlib.util.find_spec("eventsourcing") is None:
        sys.exit("skipped: eventsourcing is not installed; pip install 'eventsourcing<10'")
    with tempfile.TemporaryDirectory() as folder:
        store, recorder = SqliteStore(Path(folder) / "ours.db"), theirs(Path(folder) / "theirs.db")
        replays(store, recorder, appends(store, recorder, chosen.events))
        store.close()


if __name__ == "__main__":
    main()

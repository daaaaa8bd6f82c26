"""What grows with the length of the log, and what must not: a start, an answer, the memory of a replay.

Two made-up logs, one several times as long as the other, in one run; each measured in a process of its own.
`python benchmarks/length.py --short 50000 --long 250000`
"""

from __future__ import annotations

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from statistics import median

from biglog import COMMITMENTS, fill

from bot.watch.stories import recall
from store.codec import fact
from store.seal import last_seal
from store.sqlite import SqliteStore
from store.views.views import Views

STEP = 2000


def milliseconds(work: Callable[[], object], times: int = 1) -> float:
    """The median of so many runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return 1000 * median(taken)


def replay(folder: Path) -> dict[str, float]:
    """Every event read and decoded, beside a bare loop of SQLite and JSON over the same rows; and the memory of it."""
    store = SqliteStore(folder / "pactwatch.db")
    head = store.head()

    def ours() -> None:
        after = 0
        while page := store.read(after, STEP):
            for recorded in page:
                fact(recorded)
            after = page[-1].pos

    def bare() -> None:
        for row in sqlite3.connect(folder / "pactwatch.db").execute("SELECT pos, key, type, at, data, meta FROM log"):
            json.loads(row[4])

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    taken = milliseconds(ours)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    return {
        "replay, events/s": head / taken * 1000,
        "bare SQLite and json, events/s": head / milliseconds(bare) * 1000,
        "replay, memory added, MB": grown / 1024,
    }


def fold(folder: Path) -> dict[str, float]:
    """The views made from nothing."""
    store = SqliteStore(folder / "pactwatch.db")
    views = Views.open(folder / "pactwatch.views.db")
    taken = milliseconds(lambda: views.catch_up(store))
    return {
        "views made, events/s": store.head() / taken * 1000,
        "views made, peak memory, MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def start(folder: Path) -> dict[str, float]:
    """What `pactwatch run` does with the log before the first poll, and what its first match and seal ask of it."""
    path = folder / "pactwatch.db"
    began = time.perf_counter()
    store = SqliteStore(path)
    views = Views.open(folder / "pactwatch.views.db", is_patient=False)
    now = store.read(store.head() - 1, 1)[0].at
    store.enrol({f"feed-{n}": now for n in range(200)})
    store.read(limit=100_000, types=("RulesActivated.v1",))
    views.catch_up(store)
    ready = 1000 * (time.perf_counter() - began)
    return {
        "start, ms": ready,
        "stories of the last days, ms": milliseconds(lambda: list(recall(store, now - timedelta(days=6)))),
        "last seal, ms": milliseconds(lambda: last_seal(store)),
    }


def answers(folder: Path) -> dict[str, float]:
    """Questions as they are asked, median of twenty."""
    views = Views.open(folder / "pactwatch.views.db")
    return {
        "latest, ms": milliseconds(lambda: views.latest(limit=6), 20),
        "latest of a commitment, ms": milliseconds(lambda: views.latest(COMMITMENTS[:1], limit=6), 20),
        "counts of everything, ms": milliseconds(views.counts, 20),
        "how every match ended, ms": milliseconds(lambda: views.deliveries("-1001"), 5),
        "search for two words, ms": milliseconds(lambda: views.search("Italy corridor", limit=20), 20),
        "search for rare words, ms": milliseconds(lambda: views.search("word17 word2200", limit=20), 20),
    }


PARTS = {"replay": replay, "fold": fold, "start": start, "answers": answers}


def measured(folder: Path, events: int) -> dict[str, float]:
    store = SqliteStore(folder / "pactwatch.db")
    fill(store, events)
    store.close()
    found: dict[str, float] = {}
    for name in PARTS:
        command = [sys.executable, __file__, "--part", name, "--folder", str(folder)]
        found |= json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--short", type=int, default=50_000)
    options.add_argument("--long", type=int, default=250_000)
    options.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    if chosen.part:
        print(json.dumps(PARTS[chosen.part](chosen.folder)))
        return
    columns = []
    for events in (chosen.short, chosen.long):
        with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
            columns.append(measured(Path(folder), events))
    print(f"{'':34} {chosen.short:>12,} {chosen.long:>12,} events")
    for name, value in columns[0].items():
        print(f"{name:34} {value:12,.1f} {columns[1][name]:12,.1f}")


if __name__ == "__main__":
    main()

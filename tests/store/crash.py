"""Killing a writer at random moments, and what must be true afterwards."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from store.codec import fact
from store.events.items import ItemSeen
from store.log import EventLog, Recorded, Store
from store.open import open_store
from store.seal import verify
from store.views.views import Views

ROOT = Path(__file__).parents[2]


def kill_writers(url: str, views_path: Path, *, rounds: int, seed: int = 0) -> None:
    """Start a writer, kill it after a random number of acknowledgements, look; as often as `rounds` says."""
    dice = random.Random(seed)
    acknowledged: list[tuple[str, int]] = []
    for each in range(rounds):
        acknowledged += _killed(url, views_path, f"r{each}", after=dice.randint(1, 60))
        store = open_store(url)
        look(store, views_path, acknowledged)
        store.close()


def look(store: Store, views_path: Path, acknowledged: list[tuple[str, int]]) -> None:
    """No acknowledged event lost, no partial batch, no gap, seals true, views equal to a replay."""
    items = [one for recorded in _all(store) if isinstance(one := fact(recorded), ItemSeen)]
    found = Counter(item.title for item in items)
    for title, count in found.items():
        name, size = title.split()
        assert count == int(size), f"batch {name} is partial"
        assert store.known([f"story/{name}-0", f"sent/ch/{name}"]) == {f"story/{name}-0", f"sent/ch/{name}"}
    lost = [name for name, size in acknowledged if f"{name} {size}" not in found]
    assert lost == []
    verdict = verify(store)
    assert verdict.holds, verdict.problem
    kept, replayed = Views.open(views_path), Views.open(None)
    assert kept.hint == ""
    assert kept.catch_up(store) == replayed.catch_up(store) == store.head()
    assert kept.counts() == replayed.counts()
    assert kept.deliveries("ch") == replayed.deliveries("ch")
    assert (kept.deliveries("ch").unaccounted, kept.owed("ch", 9)) == (0, [])
    assert kept.latest(limit=50) == replayed.latest(limit=50)
    kept.close()
    replayed.close()


def _killed(url: str, views_path: Path, name: str, *, after: int) -> list[tuple[str, int]]:
    command = [sys.executable, "-m", "tests.store.crash_writer", url, str(views_path), name]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(after)]
        writer.send_signal(signal.SIGKILL)
        lines += writer.stdout.readlines()  # what it acknowledged before the signal reached it
    assert writer.returncode == -signal.SIGKILL
    whole = [line.split() for line in lines if line.endswith("\n")]
    return [(batch, int(size)) for batch, size in whole]


def _all(log: EventLog) -> list[Recorded]:
    return log.read(limit=1_000_000)

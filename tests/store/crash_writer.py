"""A process that does to a store what `pactwatch run` does, as fast as it can, until it is killed.

Each line on stdout acknowledges one batch: what stands there must never be lost. `python -m tests.store.crash_writer
URL VIEWS ROUND`.
"""

from __future__ import annotations

import itertools
import sys
from pathlib import Path

from store.events.fact import Fact
from store.log import Completion, Event
from store.open import open_store
from store.seal import seal
from store.views.views import Views
from tests.store.facts import HOUR, NOON, joined, matched, opened, seen, sent


def batch(name: str, size: int) -> list[Event]:
    """Events of one transaction: whoever finds one of them must find `size`."""
    made: list[Fact] = [seen(f"{name}-{n}", f"{name} {size}") for n in range(size)]
    made += [matched(f"{name}-0"), joined(f"{name}-0", name), sent(name, f"{name}-0")]
    return [Event(fact) for fact in made]


def main(url: str, views_path: str, round_name: str) -> None:
    store, views = open_store(url), Views.open(Path(views_path))
    store.append([Event(opened())], at=NOON)
    store.enrol({f"feed{n}": NOON for n in range(300)})
    for n in itertools.count():
        name, size = f"{round_name}-{n}", 1 + n * 7 % 23
        if n % 3:
            store.append(batch(name, size), at=NOON)
        else:
            (claim,) = store.claim(1, HOUR, now=NOON)
            store.complete([Completion(claim, NOON, name, batch(name, size))], at=NOON)
        sys.stdout.write(f"{name} {size}\n")
        sys.stdout.flush()
        if n % 5 == 0:
            views.catch_up(store)
        if n % 11 == 0:
            seal(store, NOON)


if __name__ == "__main__":
    main(*sys.argv[1:])

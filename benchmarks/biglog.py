"""A log as long as one asks for, made up: what years of watching look like to the engine.

Of 1,000 items 30 match; each match has its story and its post. Times run on as they would at 10,000 items a day.
`python benchmarks/biglog.py FILE --events N`
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

from store.events.deliveries import ChannelOpened, UpdateQueued, UpdateSent
from store.events.fact import Evidence, Fact
from store.events.items import ItemMatched, ItemSeen, StoryJoined
from store.events.monitor import MonitorStarted
from store.log import Event, Store
from store.seal import seal
from store.sqlite import SqliteStore

BEGIN = datetime(2023, 1, 1, tzinfo=UTC)
A_DAY = 10_000
BATCH = 1000
COMMITMENTS = tuple(f"commitment-{n}" for n in range(40))
WORDS = [f"word{n}" for n in range(3000)] + ["Italy", "India", "ministers", "agreed", "defence", "corridor", "roadmap"]
META = {"run": "20230101T000000Z-1", "version": "0.1.0"}


def facts(dice: random.Random) -> Iterator[tuple[int, Fact]]:
    """The facts of made-up items without end, each with the number of its item."""
    yield 0, MonitorStarted(run="r1", feeds=200)
    yield 0, ChannelOpened(channel="-1001", after=0)
    number = 0
    while True:
        number += 1
        item = f"{number * 2654435761 % 2**64:020x}"
        yield number, _seen(item, number, dice)
        if dice.random() < 0.03:
            yield from ((number, fact) for fact in _matched(item, number, dice))


def fill(store: Store, count: int, *, seed: int = 1) -> None:
    """Bring an empty store to about `count` events, sealed once a day of the made-up time."""
    source, sealed = facts(random.Random(seed)), 0
    while (head := store.head()) < count:
        run = list(islice(source, BATCH))
        at = BEGIN + timedelta(days=run[-1][0] / A_DAY)
        store.append([Event(fact, META) for _, fact in run], at=at)
        if head - sealed > A_DAY:
            seal(store, at)
            sealed = head


def _seen(item: str, number: int, dice: random.Random) -> ItemSeen:
    return ItemSeen(
        item=item,
        feed=f"feed-{number % 200}",
        digest=f"{number:016x}",
        title=f"{' '.join(dice.choices(WORDS, k=9))} {number}",
        summary=" ".join(dice.choices(WORDS, k=70)),
        url=f"https://news.example/{number % 200}/{number}.html",
        lang=("en", "it", "hi")[number % 3],
        published=BEGIN + timedelta(days=number / A_DAY),
    )


def _matched(item: str, number: int, dice: random.Random) -> Iterator[Fact]:
    evidence = (
        Evidence(field="title", start=0, end=5, term="italy"),
        Evidence(field="title", start=6, end=11, term="x"),
    )
    yield ItemMatched(
        item=item,
        plan="p",
        commitment=dice.choice(COMMITMENTS),
        rules="r" * 20,
        digest=f"{number:016x}",
        rule="x",
        evidence=evidence,
        score=0.7,
    )
    yield StoryJoined(item=item, story=item, reason="founded")
    yield UpdateQueued(channel="-1001", story=item, items=(item,), text_digest="q" * 16)
    yield UpdateSent(channel="-1001", story=item, items=(item,), text_digest="q" * 16, message=number)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("file", type=Path)
    options.add_argument("--events", type=int, default=1_000_000)
    chosen = options.parse_args()
    store = SqliteStore(chosen.file)
    fill(store, chosen.events)
    print(f"{chosen.file}: {store.head():,} events, {chosen.file.stat().st_size / 1e6:,.0f} MB")
    store.close()


if __name__ == "__main__":
    main()

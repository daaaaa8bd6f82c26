"""A power cut at any moment: nothing acknowledged is lost, no batch is there in part, and the seals hold."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from store.codec import fact
from store.events.items import ItemSeen
from store.log import LogError
from store.seal import verify
from store.sqlite import SqliteStore
from tests.store.powercut import Tape, after_cut, can_listen, recorded_run

pytestmark = pytest.mark.skipif(not can_listen(), reason="Python's SQLite is built in here and cannot be listened to")


def lost(tape: Tape, folder: Path, *, cuts: int, seed: int) -> int:
    """How many acknowledged batches so many cuts lost; what is there must be whole and hold."""
    dice, missing = random.Random(seed), 0
    for number in range(cuts):
        place = folder / str(number)
        place.mkdir()
        acknowledged = after_cut(tape, dice.randrange(len(tape.ops) + 1), place, dice)
        missing += len(set(range(acknowledged)) - found(place / "pactwatch.db"))
    return missing


def found(path: Path) -> set[int]:
    """The numbers of the batches that are in the log."""
    try:
        store = SqliteStore(path)
    except LogError:
        return set()
    verdict = verify(store)
    assert verdict.holds, verdict.problem
    titles = Counter(one.title for row in store.read(limit=100_000) if isinstance(one := fact(row), ItemSeen))
    store.close()
    assert all(count == int(title.split()[1]) for title, count in titles.items()), "a batch is there in part"
    return {int(title.split()[0].removeprefix("b")) for title in titles}


def test_a_power_cut_loses_nothing_acknowledged(tmp_path: Path) -> None:
    tape = recorded_run(tmp_path / "pactwatch.db", batches=60, synchronous="FULL")
    assert {"write", "sync", "ack"} <= {op.kind for op in tape.ops}
    assert lost(tape, tmp_path, cuts=40, seed=1) == 0


def test_with_fewer_syncs_it_would(tmp_path: Path) -> None:
    """The control: the simulation finds what the setting is there for."""
    tape = recorded_run(tmp_path / "pactwatch.db", batches=60, synchronous="NORMAL")
    assert lost(tape, tmp_path, cuts=40, seed=1) > 0


@pytest.mark.chaos
def test_a_thousand_power_cuts_lose_nothing_acknowledged(tmp_path: Path) -> None:
    for run in range(10):
        folder = tmp_path / str(run)
        folder.mkdir()
        tape = recorded_run(folder / "pactwatch.db", batches=300, synchronous="FULL")
        assert lost(tape, folder, cuts=100, seed=run) == 0

"""Readers on SQLite: the contract, on a file and in memory, and that forgetting leaves nothing on the disk."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from store.log import LogDamaged, Store
from store.readers import Settings
from store.sqlite import SqliteStore
from tests.store.readers_contract import CHOSEN, ReadersContract


class TestReadersInAFile(ReadersContract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Iterator[Callable[[], Store]]:
        opened: list[Store] = []

        def open_one() -> Store:
            opened.append(SqliteStore(tmp_path / "log.db"))
            return opened[-1]

        yield open_one
        for store in opened:
            store.close()


class TestReadersInMemory(ReadersContract):
    @pytest.fixture
    def opener(self) -> Iterator[Callable[[], Store]]:
        store = SqliteStore(None)
        yield lambda: store
        store.close()


def test_what_is_forgotten_is_not_left_on_the_disk(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "log.db")
    store.readers.keep(42, CHOSEN, new_id="a1")
    store.readers.keep(43, Settings(zone="Europe/Rome"), new_id="b2")
    store.readers.forget(42)
    store.close()
    left = (tmp_path / "log.db").read_bytes()
    assert b"Europe/Rome" in left
    assert b"Asia/Kolkata" not in left


def test_a_row_that_cannot_be_what_was_written_is_damage(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "log.db")
    store.readers.keep(42, CHOSEN, new_id="a1")
    with store._file.write() as db:
        db.execute("UPDATE readers SET settings = '{'")
    with pytest.raises(LogDamaged, match="the reader a1"):
        store.readers.find(42)
    store.close()

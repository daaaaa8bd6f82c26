"""The SQLite engine: the contract, on a file and in memory, and what only a file can go through."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.log import Store
from store.sqlite import SqliteStore
from tests.store.contract import Contract, Opener


class TestSqliteFile(Contract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Iterator[Opener]:
        opened: list[Store] = []

        def open_one() -> Store:
            opened.append(SqliteStore(tmp_path / "pactwatch.db"))
            return opened[-1]

        yield open_one
        for store in opened:
            store.close()


class TestSqliteInMemory(Contract):
    @pytest.fixture
    def opener(self) -> Iterator[Opener]:
        store = SqliteStore(None)
        yield lambda: store
        store.close()

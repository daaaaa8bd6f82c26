"""Views compared with a replay: equal in good order, and what was changed in them is found."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.sqlite import SqliteStore
from store.views import compare as comparing
from store.views.compare import compare, rebuild
from store.views.views import Views
from tests.store.facts import joined, matched, opened, record, seen, sent


@pytest.fixture
def log() -> Iterator[SqliteStore]:
    store = SqliteStore(None)
    record(store, opened(), seen("a"), matched("a"), joined("a", "a"), sent("a", "a"), seen("b"), matched("b"))
    yield store
    store.close()


def caught_up(path: Path, log: SqliteStore) -> None:
    views = Views.open(path)
    views.catch_up(log)
    views.close()


def test_views_equal_a_replay_also_while_the_log_has_grown_on(tmp_path: Path, log: SqliteStore) -> None:
    caught_up(tmp_path / "v.db", log)
    record(log, seen("c"))
    assert compare(tmp_path / "v.db", log) == comparing.Compared(7)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE items SET title = 'else' WHERE item = 'b'",
        "DELETE FROM ends",
        "INSERT INTO pending (channel, item, pos) VALUES ('ch', 'z', 1)",
    ],
)
def test_a_row_that_a_replay_would_not_make_is_found(tmp_path: Path, log: SqliteStore, change: str) -> None:
    path = tmp_path / "v.db"
    caught_up(path, log)
    with sqlite3.connect(path) as db:
        db.execute(change)
    db.close()
    assert "where a replay has" in compare(path, log).problem
    rebuild(path, log, progress=lambda done, of: None)
    assert compare(path, log) == comparing.Compared(7)


def test_views_that_do_not_exist_or_are_of_another_version_are_not_compared(tmp_path: Path, log: SqliteStore) -> None:
    path = tmp_path / "v.db"
    assert compare(path, log).position is None
    caught_up(path, log)
    with sqlite3.connect(path) as db:
        db.execute("UPDATE reached SET version = 'older'")
    db.close()
    assert compare(path, log).position is None


def test_a_file_that_is_no_view_is_a_problem(tmp_path: Path, log: SqliteStore) -> None:
    (tmp_path / "v.db").write_bytes(b"something else" * 100)
    assert compare(tmp_path / "v.db", log).problem


def test_rebuilding_tells_how_far_it_has_come(
    tmp_path: Path, log: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "STEP", 3)
    told: list[tuple[int, int]] = []
    assert rebuild(tmp_path / "v.db", log, progress=lambda done, of: told.append((done, of))) == 7
    assert told == [(0, 7), (3, 7), (6, 7), (7, 7)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["v.db"]

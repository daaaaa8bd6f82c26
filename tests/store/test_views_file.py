"""The views' file: shared by processes, made anew when it is not what it should be, and never a reason to fail."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.events.trust import EventRedacted
from store.log import Event, LogDamaged, LogError
from store.sqlite import SqliteStore
from store.views.views import Views
from tests.store.facts import NOON, matched, record, seen

ITEMS = 30


@pytest.fixture
def log(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "pactwatch.db")
    record(store, *(fact for n in range(ITEMS) for fact in (seen(f"i{n:02}"), matched(f"i{n:02}"))))
    yield store
    store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pactwatch.views.db"


def caught_up(path: Path | None, log: SqliteStore) -> Views:
    views = Views.open(path)
    assert views.catch_up(log) == log.head()
    assert (views.counts().items, views.counts().matches) == (ITEMS, ITEMS)
    return views


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()


def test_what_was_folded_is_there_at_the_next_start(log: SqliteStore, path: Path) -> None:
    caught_up(path, log).close()
    views = Views.open(path)
    assert (views.position(), views.counts().items, views.hint) == (2 * ITEMS, ITEMS, "")
    views.close()
    views.close()


def test_two_may_catch_up_one_file_at_once(log: SqliteStore, path: Path) -> None:
    both = [Views.open(path), Views.open(path)]

    def follow(views: Views) -> None:
        for n in range(20):
            record(log, seen(f"{id(views)}-{n}"))
            views.catch_up(log)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(follow, both))
    fresh = Views.open(None)
    assert [each.catch_up(log) for each in (*both, fresh)] == [2 * ITEMS + 40] * 3
    assert both[0].counts() == both[1].counts() == fresh.counts()
    assert both[0].search("title", limit=999) == fresh.search("title", limit=999)
    for each in (*both, fresh):
        each.close()


def test_a_file_of_another_version_is_made_anew(log: SqliteStore, path: Path) -> None:
    caught_up(path, log).close()
    change(path, "UPDATE reached SET version = 'older', position = 7")
    change(path, "DELETE FROM items")
    caught_up(path, log).close()


def test_a_program_whose_file_another_version_took_over_goes_on_in_memory(log: SqliteStore, path: Path) -> None:
    views = caught_up(path, log)
    change(path, "UPDATE reached SET version = 'newer'")
    assert views.counts().items == ITEMS
    assert "restart" in views.hint
    record(log, seen("more"))
    assert views.catch_up(log) == log.head()
    views.close()
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT version FROM reached").fetchone() == ("newer",)
    db.close()


def test_views_of_another_log_are_made_anew(log: SqliteStore, path: Path, tmp_path: Path) -> None:
    caught_up(path, log).close()
    restored = SqliteStore(tmp_path / "restored.db")  # a copy from before, that went on differently
    record(restored, seen("other"))
    views = Views.open(path)
    assert (views.catch_up(restored), views.counts().items) == (1, 1)
    record(restored, *(seen(f"o{n}") for n in range(2 * ITEMS)))
    assert (views.catch_up(restored), views.catch_up(log)) == (2 * ITEMS + 1, 2 * ITEMS)
    assert views.counts().items == ITEMS
    views.close()
    restored.close()


@pytest.mark.parametrize("damage", [b"this is no database\n" * 100, b""])
def test_a_file_that_is_no_database_is_made_anew_and_kept_aside(log: SqliteStore, path: Path, damage: bytes) -> None:
    path.write_bytes(damage)
    views = caught_up(path, log)
    assert views.hint == ""
    views.close()
    caught_up(path, log).close()
    assert not damage or path.with_name(path.name + ".damaged").read_bytes() == damage


def test_a_torn_file_is_made_anew(log: SqliteStore, path: Path) -> None:
    caught_up(path, log).close()
    whole = path.read_bytes()
    path.write_bytes(whole[: 2 * 8192] + b"\xff" * (len(whole) - 2 * 8192))
    caught_up(path, log).close()


def test_of_two_that_find_a_file_broken_the_second_takes_what_the_first_made(log: SqliteStore, path: Path) -> None:
    first, second = caught_up(path, log), caught_up(path, log)
    change(path, "DROP TABLE stories")
    assert (len(first.latest(limit=5)), len(second.latest(limit=5))) == (5, 5)
    made = path.stat().st_ino
    record(log, seen("more"))
    assert first.catch_up(log) == second.catch_up(log) == log.head()
    assert (path.stat().st_ino, first.hint, second.hint) == (made, "", "")
    first.close()
    second.close()


def test_a_file_that_was_swapped_while_in_use_is_taken_as_it_is(log: SqliteStore, path: Path) -> None:
    views = caught_up(path, log)
    path.unlink()
    Views.open(path).close()
    record(log, seen("more"))
    assert (views.catch_up(log), views.counts().items) == (log.head(), ITEMS + 1)
    views.close()


def test_a_file_that_breaks_while_in_use_is_made_anew(log: SqliteStore, path: Path) -> None:
    views = caught_up(path, log)
    change(path, "DROP TABLE stories")
    assert len(views.latest(limit=5)) == 5
    views.close()


def test_somebody_elses_database_is_left_alone(log: SqliteStore, path: Path) -> None:
    change(path, "CREATE TABLE reached (mine)")
    views = caught_up(path, log)
    assert "something else" in views.hint
    views.close()
    log_file = log.head()
    other = caught_up(path.with_name("pactwatch.db"), log)  # the log itself, named by mistake
    assert ("something else" in other.hint, log.head()) == (True, log_file)
    other.close()


@pytest.mark.parametrize("place", ["missing/folder/views.db", "."])
def test_without_a_place_to_write_the_views_live_in_memory(log: SqliteStore, tmp_path: Path, place: str) -> None:
    views = caught_up(tmp_path / place, log)
    assert "in memory" in views.hint
    assert "\n" not in views.hint
    views.close()


def test_an_unreadable_log_is_an_error_and_not_a_reason_to_start_over(
    log: SqliteStore, path: Path, tmp_path: Path
) -> None:
    views = caught_up(path, log)
    change(tmp_path / "pactwatch.db", "UPDATE log SET data = '{' WHERE pos = 3")
    assert views.catch_up(log) == 2 * ITEMS
    record(log, seen("new"))
    change(tmp_path / "pactwatch.db", f"UPDATE log SET data = '{{' WHERE pos = {log.head()}")
    with pytest.raises(LogDamaged, match=f"event {log.head()}"):
        views.catch_up(log)
    assert (views.position(), views.hint) == (2 * ITEMS, "")
    log.close()
    with pytest.raises(LogError, match="closed"):
        views.catch_up(log)
    assert (views.position(), views.hint) == (2 * ITEMS, "")
    views.close()


def test_closed_views_stay_closed(log: SqliteStore, path: Path) -> None:
    views = caught_up(path, log)
    views.close()
    with pytest.raises(LogError, match="closed"):
        views.counts()
    assert sorted(os.listdir(path.parent)) == ["pactwatch.db", "pactwatch.db-shm", "pactwatch.db-wal", path.name]


# --- another version of the program ---------------------------------------------------------------------------------


def aged(path: Path, log: SqliteStore) -> None:
    """Views as an earlier version of the program left them, with the same tables and a title of its own."""
    caught_up(path, log).close()
    change(path, "UPDATE reached SET version = 'earlier'")
    change(path, "UPDATE items SET title = 'As it was folded then' WHERE item = 'i00'")


def title(views: Views) -> str:
    item = views.item("i00")
    assert item is not None
    return item.title


def test_what_an_earlier_version_made_answers_until_the_next_is_complete(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    record(log, seen("new"))
    views = Views.open(path, is_patient=False)
    assert (views.catch_up(log), views.position(), title(views)) == (2 * ITEMS, 2 * ITEMS, "As it was folded then")
    assert views.coming == 0.0
    assert not views.fold_some(log)
    assert views.coming is None
    assert (title(views), views.position()) == ("Title i00", log.head())
    assert (views.catch_up(log), views.counts().items) == (log.head(), ITEMS + 1)
    views.close()
    assert sorted(name for name in os.listdir(path.parent) if ".views.db" in name and "lock" not in name) == [path.name]


def test_who_has_patience_waits_for_the_next_file_and_sees_how_far_it_is(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    views = Views.open(path, step=25)
    told: list[tuple[int, int]] = []
    assert views.catch_up(log, progress=lambda done, of: told.append((done, of))) == 2 * ITEMS
    assert (told, title(views), views.coming) == ([(25, 60), (50, 60)], "Title i00", None)
    views.close()


def test_the_next_file_is_made_by_one_process_while_others_answer_from_the_old(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    one, other = Views.open(path, is_patient=False), Views.open(path)
    with (path.parent / f"{path.name}.next.lock").open("a") as busy:
        fcntl.flock(busy, fcntl.LOCK_EX)
        assert (one.fold_some(log), other.catch_up(log)) == (True, 2 * ITEMS)
        assert (title(one), title(other), other.coming) == ("As it was folded then", "As it was folded then", 0.0)
    assert not one.fold_some(log)
    record(log, seen("new"))
    assert (other.catch_up(log), title(other), other.counts().items) == (log.head(), "Title i00", ITEMS + 1)
    one.close()
    other.close()


def test_a_file_that_was_half_made_when_the_process_died_is_continued(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    killed = Views.open(path, is_patient=False, step=25)
    assert killed.fold_some(log)
    killed.close()
    views = Views.open(path, is_patient=False, step=25)
    assert (views.fold_some(log), views.coming) == (True, 50 / 60)
    assert (views.fold_some(log), title(views)) == (False, "Title i00")
    views.close()


def test_a_next_file_that_is_no_database_is_begun_anew(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    path.with_name(path.name + ".next").write_bytes(b"torn" * 999)
    views = Views.open(path)
    assert (views.catch_up(log), title(views), views.hint) == (2 * ITEMS, "Title i00", "")
    views.close()


def test_old_rows_that_turn_out_broken_are_done_without(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    change(path, "DROP TABLE items")
    views = Views.open(path, is_patient=False)
    assert views.item("i00") is None
    assert (views.catch_up(log), title(views)) == (2 * ITEMS, "Title i00")
    views.close()


def test_rows_in_other_tables_are_not_asked(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    change(path, "UPDATE reached SET tables = 'others'")
    views = Views.open(path, is_patient=False)
    assert (views.position(), views.counts().items) == (0, 0)
    assert (views.catch_up(log), title(views)) == (2 * ITEMS, "Title i00")
    views.close()


def test_without_patience_long_work_is_left_to_who_does_it_aside(log: SqliteStore, path: Path) -> None:
    views = Views.open(path, is_patient=False, step=25)
    assert (views.catch_up(log), views.coming, views.counts().items) == (0, 0.0, 0)
    assert (views.fold_some(log), views.fold_some(log), views.coming) == (True, False, None)
    assert (views.catch_up(log), views.counts().items) == (2 * ITEMS, ITEMS)
    views.close()


def test_rows_in_other_tables_are_removed_with_their_file(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    change(path, "ALTER TABLE reached DROP COLUMN tables")
    before = path.stat().st_ino
    kept_open = path.open("rb")  # so that the new file cannot get the old one's number
    views = Views.open(path, is_patient=False)
    assert (path.stat().st_ino != before, views.counts().items) == (True, 0)
    views.close()
    kept_open.close()


def test_old_rows_do_not_answer_once_something_was_redacted(log: SqliteStore, path: Path) -> None:
    aged(path, log)
    gone = EventRedacted(target="item/i00", digest="0" * 64, reason="takedown")
    log.redact(["item/i00"], reason="takedown", record=[Event(gone)], at=NOON)
    views = Views.open(path, is_patient=False, step=25)
    views.fold_some(log)
    assert (title(views), b"As it was folded then" in path.read_bytes()) == ("", False)
    views.close()


def test_a_redaction_is_not_waited_for_by_who_has_no_patience(log: SqliteStore, path: Path) -> None:
    views = caught_up(path, log)
    views.close()
    views = Views.open(path, is_patient=False, step=25)
    gone = EventRedacted(target="item/i00", digest="0" * 64, reason="takedown")
    log.redact(["item/i00"], reason="takedown", record=[Event(gone)], at=NOON)
    assert (views.catch_up(log), views.coming) == (25, 25 / log.head())
    assert title(views) == ""
    while views.fold_some(log):
        pass
    assert (views.catch_up(log), views.counts().items) == (log.head(), ITEMS)
    views.close()

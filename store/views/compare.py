"""Are the views what a replay makes of the log? Row by row, without changing them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

from store.asof import LogAsOf
from store.events.trust import EventRedacted
from store.log import EventLog, LogError
from store.sqlitefile import Connection, SqliteFile
from store.views.runner import catch_up, prepared, version

STEP = 20_000


@dataclass(frozen=True, slots=True)
class Compared:
    """What comparing found: the position the views have reached, and what differs; empty where nothing does.

    `position` is None where there is nothing to compare: no file yet, or one of another version of the program,
    which makes it anew by itself.
    """

    position: int | None
    problem: str = ""


def compare(path: Path, log: EventLog, *, progress: Callable[[int, int], None] = lambda done, of: None) -> Compared:
    """Fold the log anew up to where the views at `path` are, and compare. `progress` gets positions done and in all."""
    if not path.exists():
        return Compared(None)
    try:
        file = SqliteFile(path, synchronous="NORMAL", create=False)
    except LogError as exc:
        return Compared(0, str(exc))
    try:
        with file.read() as db:
            if db.execute("SELECT version FROM reached").fetchone() != (version(),):
                return Compared(None)
            (position,) = db.execute("SELECT position FROM reached").fetchone()
            if log.read(position, 1, (EventRedacted.TYPE,)):
                return Compared(None)  # they hold what is gone, and will be made anew
            return _compared(db, LogAsOf(log, position), position, progress)
    except LogError as exc:
        return Compared(0, str(exc))
    finally:
        file.close()


def rebuild(path: Path, log: EventLog, *, progress: Callable[[int, int], None]) -> int:
    """Make the views at `path` anew from the log, beside the old ones, which are there until the end. Nobody may be
    using them. Gives the position reached."""
    fresh = path.with_name(path.name + ".new")
    _forget(fresh)
    reached = _replayed(fresh, log, progress)
    _forget(path)
    fresh.replace(path)
    return reached


def _compared(db: Connection, log: EventLog, position: int, progress: Callable[[int, int], None]) -> Compared:
    with tempfile.TemporaryDirectory(prefix="pactwatch-") as folder:
        path = Path(folder) / "views.db"
        _replayed(path, log, progress)
        replay = SqliteFile(path, synchronous="NORMAL")
        try:
            with replay.read() as other:
                return Compared(position, _difference(db, other))
        finally:
            replay.close()


def _replayed(path: Path, log: EventLog, progress: Callable[[int, int], None]) -> int:
    file = prepared(path)
    try:
        end, reached = log.head(), 0
        progress(0, end)
        while reached < end:
            reached = catch_up(file, log, most=STEP)
            progress(reached, end)
        return reached
    finally:
        file.close()


def _difference(db: Connection, other: Connection) -> str:
    tables = _tables(other)
    if _tables(db) != tables:
        return "the views have other tables than a replay"
    for table in tables:
        pairs = zip_longest(_rows(db, table), _rows(other, table))
        wrong = next((pair for pair in pairs if pair[0] != pair[1]), None)
        if wrong is not None:
            present, right = (row[:3] if row else "no row" for row in wrong)
            return f"the view {table} has {present} where a replay has {right}"
    return ""


def _tables(db: Connection) -> list[str]:
    """All but the word index, which holds what the items do and is laid out as it was written, and the position."""
    found = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    return [name for (name,) in found if not name.startswith(("sqlite_", "item_words", "reached"))]


def _rows(db: Connection, table: str) -> Iterator[tuple[object, ...]]:
    key = [row[1] for row in sorted(db.execute(f'PRAGMA table_info("{table}")'), key=lambda row: row[5]) if row[5]]
    order = ", ".join(f'"{column}"' for column in key) or "rowid"
    yield from db.execute(f'SELECT * FROM "{table}" ORDER BY {order}')  # noqa: S608 - names of our own tables


def _forget(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)

"""How views are folded from the log: the tables, the version of the code that fills them, the position reached.

The rows and the position they have reached change in one transaction, so that two processes may catch up one file at
once: whoever comes second finds the first one's position and goes on from there.
"""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from store import codec
from store.events.fact import Fact
from store.events.items import ItemSeen
from store.events.trust import EventRedacted
from store.log import EventLog, LogDamaged, LogError, Recorded, StoreUnavailable
from store.sqlitefile import Connection, SqliteFile
from store.views import deliveries, feeds, holds, items, judgements, stories
from store.views.fingerprint import fingerprint

BATCH = 2000
APPLICATION_ID = 0x50414356  # "PACV"

Fold = Callable[[Connection, Recorded, Any], None]
Answer = TypeVar("Answer")

# Items fold before stories, and both before deliveries: the later ask the earlier.
_MODULES = (items, stories, deliveries, holds, feeds, judgements)
# What every event type is, how the log is kept and how a file is: none of it makes rows.
_ROOTS = {"SCHEMA", "FOLDS", "SIGHTINGS"}
_BESIDE = ("store.events.catalogue", "store.log", "store.sqlitefile", "store.views.fingerprint")
_SCHEMA = (
    # `head` is where the log ended when the first event was folded: what was redacted later may stand in the rows.
    # `tables` names them all: whoever has the same can ask rows that an earlier version made.
    """CREATE TABLE reached (version TEXT NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL, at TEXT NOT NULL,
         head INTEGER NOT NULL DEFAULT 0, tables TEXT NOT NULL)""",
    *(statement for module in _MODULES for statement in module.SCHEMA),
)


def _folds() -> dict[type, tuple[Fold, ...]]:
    kinds = {kind for module in _MODULES for kind in module.FOLDS}
    return {kind: tuple(module.FOLDS[kind] for module in _MODULES if kind in module.FOLDS) for kind in kinds}


@cache
def version() -> str:
    """Of the code that makes the rows, so that no change of it can forget to count, and no other change counts."""
    roots = [(module.__name__, name) for module in _MODULES for name in module.__dict__.keys() & _ROOTS]
    roots += [(__name__, name) for name in ("_SCHEMA", "_fold_some", "_folds")]
    return fingerprint(roots, _source, beside=_BESIDE)


def _source(module: str) -> str | None:
    """The text of a module of the store; None for any other."""
    found = sys.modules.get(module) if module.startswith("store.") else None
    return inspect.getsource(found) if found else None


_FOLDS = _folds()
_TABLES = hashlib.sha256("\n".join(_SCHEMA).encode()).hexdigest()[:16]


class LogFailed(Exception):
    """The log, not the views' file, could not be read."""

    def __init__(self, error: LogError) -> None:
        super().__init__(str(error))
        self.error = error


class OutlivedError(LogError):
    """The rows are of another log, or hold what was redacted since: the file must go as a whole, with all in it."""


class _Reached(NamedTuple):
    version: str
    position: int
    key: str
    at: str
    head: int


def earlier(path: Path) -> tuple[SqliteFile, bool] | None:
    """The file, where another version of the program made its rows; and whether this one can ask them, because the
    tables are the same."""
    if not path.is_file():
        return None
    try:
        file = SqliteFile(path, synchronous="NORMAL", create=False, busy_seconds=60)
    except LogError:
        return None
    try:
        with file.read() as db:
            is_ours = db.execute("PRAGMA application_id").fetchone() == (APPLICATION_ID,)
            (made_by,) = db.execute("SELECT version FROM reached").fetchone() if is_ours else (version(),)
            if made_by != version():
                return file, _has_rows_in_our_tables(db)
    except (LogError, TypeError):
        pass  # no views of ours, or damaged: whoever opens it next says so
    file.close()
    return None


def _has_rows_in_our_tables(db: Connection) -> bool:
    columns = {row[1] for row in db.execute("PRAGMA table_info(reached)")}
    if "tables" not in columns:
        return False
    position, tables = db.execute("SELECT position, tables FROM reached").fetchone()
    return bool(position) and tables == _TABLES


def prepared(path: Path | None) -> SqliteFile:
    """The file with the present version's tables. StoreUnavailable, and nothing touched, where it is not ours."""
    # Losing the last transactions to a power cut is harmless here: their events are folded again.
    file = SqliteFile(path, synchronous="NORMAL", busy_seconds=60)
    try:
        with file.read() as db:
            if _is_present(db):
                return file
        with file.write() as db:
            if not _is_present(db):
                _make_tables(db, path)
    except BaseException:
        file.close()
        raise
    return file


def _is_present(db: Connection) -> bool:
    if db.execute("PRAGMA application_id").fetchone() != (APPLICATION_ID,):
        return False
    return bool(db.execute("SELECT version FROM reached").fetchone() == (version(),))


def _make_tables(db: Connection, path: Path | None) -> None:
    (owner,) = db.execute("PRAGMA application_id").fetchone()
    names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    if owner != APPLICATION_ID and db.execute(names).fetchone():
        raise StoreUnavailable(f"{path} holds something else; name another file for the views")
    for kind in ("AND sql LIKE 'CREATE VIRTUAL%'", ""):  # a virtual table takes its own tables with it
        for (name,) in db.execute(f"{names} {kind}").fetchall():
            db.execute(f'DROP TABLE "{name}"')
    for statement in _SCHEMA:
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute(
        "INSERT INTO reached (version, position, key, at, tables) VALUES (?, 0, '', '', ?)", (version(), _TABLES)
    )


def asked(file: SqliteFile, question: Callable[[Connection, int], Answer], *, is_old: bool = False) -> Answer:
    """The answer to a question put to the rows and the position they have reached, all of one moment. `is_old`: the
    rows are those of an earlier version."""
    with file.read() as db:
        return question(db, _reached(db, is_old=is_old).position)


def catch_up(file: SqliteFile, log: EventLog, *, most: int | None = None) -> int:
    """Fold what is new, or at most `most` events of it, in transactions of at most BATCH events; gives the position
    reached.

    Rows that were made from another log (a restored copy, another address), or know what was redacted since, are thrown
    away first; where they are in a file, OutlivedError leaves that to whoever opened it. LogFailed where
    the log cannot be read.
    """
    folded, seen, done = -1, -1, 0
    while True:
        with file.read() as db:
            reached = _reached(db)
        if (most is not None and done >= most) or _news(log, reached, 1) == []:
            return reached.position
        if folded == 0 and reached.position == seen:
            raise LogDamaged("another file was put in the place of the views'")
        seen = reached.position
        with file.write() as db:  # whoever comes second finds the first one's position here, and goes on from it
            limit = BATCH if most is None else min(BATCH, most - done)
            folded = _fold_some(db, log, limit, in_memory=file.path is None)
        done += folded


def _fold_some(db: Connection, log: EventLog, limit: int, *, in_memory: bool) -> int:
    """Fold the next events, at most so many; gives how many."""
    reached = _reached(db)
    begun = _begun(log, reached)  # before anything is read: a redaction in between then counts as a later one
    news = _news(log, reached, limit)
    if news is None or any(one.pos > begun and one.type == EventRedacted.TYPE for one in news):
        if not in_memory:  # emptying a large file table by table takes minutes
            raise OutlivedError("the views are of another log, or older than a redaction; they are made anew")
        _make_tables(db, None)
        begun = _begun(log, _reached(db))
        news = _news(log, _reached(db), limit)
    run: list[tuple[Recorded, Any]] = []
    for recorded in news or ():
        fact = _fact(recorded)
        if type(fact) is ItemSeen:
            run.append((recorded, fact))
            continue
        _fold_sightings(db, run)
        for fold in _FOLDS.get(type(fact), ()):
            fold(db, recorded, fact)
    _fold_sightings(db, run)
    items.index_words(db)
    if news:
        last = news[-1]
        where = (last.pos, last.key, codec.stamp(last.at), begun)
        db.execute("UPDATE reached SET position = ?, key = ?, at = ?, head = ?", where)
    return len(news or ())


def _begun(log: EventLog, reached: _Reached) -> int:
    """Where the log ended, or ends now, when its first event was folded."""
    try:
        return reached.head if reached.position else log.head()
    except LogError as exc:
        raise LogFailed(exc) from exc


def _fold_sightings(db: Connection, run: list[tuple[Recorded, Any]]) -> None:
    """Fold a run of sightings at once, and forget it. Nearly all of a log is that: it makes a replay 3 times faster."""
    if run:
        for module in (items, stories, feeds):
            module.SIGHTINGS(db, run)
        run.clear()


def _news(log: EventLog, reached: _Reached, limit: int) -> list[Recorded] | None:
    """The events behind the position reached; None where this is not the log the rows were made from."""
    try:
        rows = log.read(max(reached.position - 1, 0), limit + 1)
    except LogError as exc:
        raise LogFailed(exc) from exc
    if reached.position == 0:
        return rows[:limit]
    if not rows or (rows[0].key, codec.stamp(rows[0].at)) != (reached.key, reached.at):
        return None
    return rows[1:]


def _fact(recorded: Recorded) -> Fact:
    try:
        return codec.fact(recorded)
    except LogError as exc:
        raise LogFailed(exc) from exc


def _reached(db: Connection, *, is_old: bool = False) -> _Reached:
    """How far the rows go; StoreUnavailable where another version of the program has taken the file over."""
    row = db.execute("SELECT version, position, key, at, head FROM reached").fetchone()
    if row is None:
        raise LogDamaged("the views' file lost its position")
    reached = _Reached(*row)
    if reached.version != version() and not is_old:
        raise StoreUnavailable("another version of pactwatch made the views' file anew; restart this one")
    return reached

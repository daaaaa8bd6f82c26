"""One SQLite file: how it is opened, written and read, and what SQLite's errors mean. The only importer of sqlite3."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from sqlite3 import Connection, IntegrityError

from store.log import LogDamaged, LogError, StoreBusy, StoreUnavailable

__all__ = ["Connection", "Identity", "IntegrityError", "SqliteFile", "identity_of"]

Identity = tuple[int, int]  # of a file, whatever its name: device and inode


class SqliteFile:
    """A database file, or one in memory where `path` is None, for use by any thread.

    Writers take turns; every reader has a connection and a snapshot of its own, so that reading waits for nobody.
    """

    def __init__(self, path: Path | None, *, synchronous: str, create: bool = True, busy_seconds: float = 10.0) -> None:
        self.path = path
        self._synchronous = synchronous
        self._busy_seconds = busy_seconds
        self._create = create
        self._turn = threading.RLock()
        self._idle: list[Connection] = []
        self._closed = False
        with self._errors("open"):
            self._writer = self._open_writer()
        mine = (self._writer, self._turn, self._failed, self._undo, synchronous)
        self._transaction, self._brief = _Transaction(*mine), _Brief(*mine)
        self.identity = identity_of(path)

    def write(self) -> AbstractContextManager[Connection]:
        """One transaction, durable when the block ends and undone when it raises."""
        return self._transaction

    def write_briefly(self) -> AbstractContextManager[Connection]:
        """One transaction that a power cut may undo, as long as no durable one came after it; a crash of the program
        does not. For what means nothing to whoever starts the machine again."""
        return self._brief

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot: everything read within the block is of the same moment."""
        if self.path is None:
            with self._turn, self._errors("read"):
                yield self._writer
            return
        with self._errors("read"):
            reader = self._take()
            try:
                reader.execute("BEGIN")
                yield reader
            finally:
                self._give_back(reader)

    def forget_overwritten(self) -> None:
        """Empty the write-ahead log, in which overwritten content would stay; as far as readers allow it now."""
        with self._turn, self._errors("write"):
            self._writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()

    def close(self) -> None:
        """Let go of every connection that is not in use. Safe to call twice."""
        with self._turn:
            self._closed = True
            while self._idle:
                self._idle.pop().close()
            self._writer.close()

    def _failed(self, exc: sqlite3.Error) -> LogError:
        return _explained(exc, "write", self.path)

    def _undo(self) -> None:
        """End a transaction that was not committed; a disk that fails may have ended it already."""
        if not self._closed and self._writer.in_transaction:
            with self._errors("write"):
                self._writer.execute("ROLLBACK")

    def _open_writer(self) -> Connection:
        if self.path is None:
            return self._connect("file::memory:")
        _check_place(self.path, create=self._create)
        writer = self._connect(f"{self.path.resolve().as_uri()}?mode={'rwc' if self._create else 'rw'}")
        try:
            _use_wal(writer, self._busy_seconds)
        except BaseException:
            writer.close()
            raise
        return writer

    def _take(self) -> Connection:
        if self._closed or self.path is None:
            raise LogError(f"cannot read {self.path}: it was closed")
        with suppress(IndexError):
            return self._idle.pop()
        reader = self._connect(f"{self.path.resolve().as_uri()}?mode=rw")
        reader.execute("PRAGMA query_only=ON")
        return reader

    def _give_back(self, reader: Connection) -> None:
        try:
            if reader.in_transaction:
                reader.execute("ROLLBACK")
        except sqlite3.Error:
            reader.close()
            raise
        self._idle.append(reader)
        if self._closed:
            self.close()

    def _connect(self, uri: str) -> Connection:
        connection = sqlite3.connect(
            uri,
            uri=True,
            timeout=self._busy_seconds,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        # 8 KB pages hold a typical event's row and its neighbours; only a new file takes the setting.
        connection.execute("PRAGMA page_size=8192")
        connection.execute("PRAGMA cache_size=-16000")
        connection.execute(f"PRAGMA synchronous={self._synchronous}")
        return connection

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise _explained(exc, doing, self.path) from exc


class _Transaction:
    """A turn at writing. A class, because the steps of a generator took a twentieth of a small append."""

    def __init__(
        self,
        writer: Connection,
        turn: threading.RLock,
        failed: Callable[[sqlite3.Error], LogError],
        undo: Callable[[], None],
        synchronous: str,
    ) -> None:
        self._writer, self._turn, self._failed, self._undo = writer, turn, failed, undo
        self._synchronous = synchronous

    def __enter__(self) -> Connection:
        self._turn.acquire()
        try:
            self._begin()
        except sqlite3.Error as exc:
            self._end()
            raise self._failed(exc) from exc
        except BaseException:
            self._end()
            raise
        return self._writer

    def __exit__(self, kind: object, exc: BaseException | None, trace: object) -> None:
        try:
            if exc is None:
                self._writer.execute("COMMIT")
            elif isinstance(exc, sqlite3.Error):
                raise self._failed(exc) from exc
        except sqlite3.Error as refused:
            raise self._failed(refused) from refused
        finally:
            self._end()

    def _begin(self) -> None:
        self._writer.execute("BEGIN IMMEDIATE")

    def _end(self) -> None:
        try:
            self._undo()
        finally:
            self._turn.release()


class _Brief(_Transaction):
    """A turn at writing that does not wait for the disk."""

    def _begin(self) -> None:
        self._writer.execute("PRAGMA synchronous=NORMAL")
        super()._begin()

    def _end(self) -> None:
        try:
            self._undo()
            with suppress(sqlite3.ProgrammingError):  # closed meanwhile
                self._writer.execute(f"PRAGMA synchronous={self._synchronous}")
        finally:
            self._turn.release()


def identity_of(path: Path | None) -> Identity | None:
    """Which file stands at the path now; None where there is none."""
    try:
        found = path.stat() if path else None
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found else None


def _use_wal(connection: Connection, patience_seconds: float) -> None:
    """Switch to a write-ahead log. SQLite does not wait where another process switches at the same moment."""
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError as exc:
            if _code(exc) not in _BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


def _check_place(path: Path, *, create: bool) -> None:
    if path.is_dir():
        raise StoreUnavailable(f"cannot open {path}: it is a folder; name a file in it")
    if not path.parent.is_dir():
        raise StoreUnavailable(f"cannot open {path}: the folder {path.parent} does not exist; create it first")
    if not create and not path.exists():
        raise StoreUnavailable(f"there is no log at {path} yet; `pactwatch run` or `pactwatch poll` begins one")


_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _code(exc: sqlite3.Error) -> int:
    """SQLite's primary result code; 0 where Python raised the error itself."""
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF


def _explained(exc: sqlite3.Error, doing: str, path: Path | None) -> LogError:
    place = f"cannot {doing} {path or 'the store in memory'}"
    match _code(exc):
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return StoreBusy(f"{place}: another process keeps it locked; end that process or try again")
        case sqlite3.SQLITE_FULL:
            return StoreUnavailable(f"{place}: the disk is full; free some space, what was recorded is safe")
        case sqlite3.SQLITE_IOERR:
            return StoreUnavailable(f"{place}: the disk refuses ({exc}); is it full, over quota or failing?")
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return StoreUnavailable(f"{place}: no permission ({exc}); give this user write access to file and folder")
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return LogDamaged(f"{place}: {exc}; move the file away and restore a copy")
        case _:
            return LogError(f"{place}: {exc}")


def copy_while_in_use(source: Path, target: Path, *, progress: Callable[[int, int], None]) -> None:
    """Copy a database to a new file as it is at this moment, while others go on writing to it (SQLite's online backup);
    the copy is on the disk on return. `progress` gets the pages done and all pages, again and again."""
    _check_place(source, create=False)
    _check_place(target, create=True)
    reader = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    copy = sqlite3.connect(target)
    try:
        # The open transaction is one snapshot: without it, every write of another process would begin the copy anew.
        reader.execute("BEGIN").execute("SELECT count(*) FROM sqlite_schema").fetchone()
        reader.backup(copy, pages=4096, progress=lambda _, left, pages: progress(pages - left, pages))
        copy.execute("PRAGMA journal_mode=DELETE")  # one file; whoever opens it as a log turns the other mode on
        damage = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as exc:
        raise _explained(exc, "copy to", target) from exc
    finally:
        copy.close()
        reader.close()
    if damage != "ok":
        raise LogDamaged(f"the copy {target} is damaged: {damage}")
    with target.open("rb") as file:
        os.fsync(file.fileno())

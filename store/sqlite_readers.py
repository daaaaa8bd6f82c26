"""Readers in the SQLite store's file, in a table of their own."""

from __future__ import annotations

from store.readers import Progress, ReaderRow, Settings
from store.rows import reader_row, reader_text
from store.sqlitefile import SqliteFile

_SELECT = "SELECT reader, chat, settings, progress, paused FROM readers"


class SqliteReaders:
    """`store.readers` on one file. Whatever is changed or deleted is overwritten on the disk."""

    def __init__(self, file: SqliteFile) -> None:
        self._file = file

    def find(self, chat: int) -> ReaderRow | None:
        with self._file.read() as db:
            row = db.execute(f"{_SELECT} WHERE chat = ?", (chat,)).fetchone()
        return reader_row(*row) if row else None

    def all(self) -> list[ReaderRow]:
        with self._file.read() as db:
            rows = db.execute(f"{_SELECT} ORDER BY reader").fetchall()
        return [reader_row(*row) for row in rows]

    def keep(self, chat: int, settings: Settings, *, new_id: str) -> ReaderRow:
        row = self._change(
            "INSERT INTO readers (reader, chat, settings) VALUES (?2, ?1, ?3) ON CONFLICT (chat) DO UPDATE"
            " SET settings = ?3, paused = 0 RETURNING reader, chat, settings, progress, paused",
            (chat, new_id, reader_text(settings)),
        )
        return reader_row(*row[0])

    def advance(self, reader: str, progress: Progress) -> None:
        self._change("UPDATE readers SET progress = ?2 WHERE reader = ?1", (reader, reader_text(progress)))

    def pause(self, reader: str) -> None:
        self._change("UPDATE readers SET paused = 1 WHERE reader = ?", (reader,))

    def resume(self, reader: str) -> None:
        self._change("UPDATE readers SET paused = 0 WHERE reader = ?", (reader,))

    def forget(self, chat: int) -> bool:
        return bool(self._change("DELETE FROM readers WHERE chat = ? RETURNING reader", (chat,)))

    def _change(self, statement: str, values: tuple[object, ...]) -> list[tuple[str, int, str, str, int]]:
        with self._file.write() as db:
            db.execute("PRAGMA secure_delete = ON")
            return db.execute(statement, values).fetchall()

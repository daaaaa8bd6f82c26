"""Readers in the PostgreSQL store, in a table of their own."""

from __future__ import annotations

from typing import Any, LiteralString

from store.postgres_link import PostgresLink
from store.readers import Progress, ReaderRow, Settings
from store.rows import reader_row, reader_text

_SELECT = "SELECT reader, chat, settings, progress, paused FROM readers"


class PostgresReaders:
    """`store.readers` on one database."""

    def __init__(self, link: PostgresLink) -> None:
        self._link = link

    def find(self, chat: int) -> ReaderRow | None:
        with self._link.read() as db:
            row = db.execute(f"{_SELECT} WHERE chat = %s", (chat,)).fetchone()
        return reader_row(*row) if row else None

    def all(self) -> list[ReaderRow]:
        with self._link.read() as db:
            rows = db.execute(f'{_SELECT} ORDER BY reader COLLATE "C"').fetchall()
        return [reader_row(*row) for row in rows]

    def keep(self, chat: int, settings: Settings, *, new_id: str) -> ReaderRow:
        (row,) = self._change(
            "INSERT INTO readers (reader, chat, settings) VALUES (%(id)s, %(chat)s, %(settings)s)"
            " ON CONFLICT (chat) DO UPDATE SET settings = %(settings)s, paused = false"
            " RETURNING reader, chat, settings, progress, paused",
            {"id": new_id, "chat": chat, "settings": reader_text(settings)},
        )
        return reader_row(*row)

    def advance(self, reader: str, progress: Progress) -> None:
        self._change(
            "UPDATE readers SET progress = %(progress)s WHERE reader = %(reader)s RETURNING 1",
            {"reader": reader, "progress": reader_text(progress)},
        )

    def pause(self, reader: str) -> None:
        self._change("UPDATE readers SET paused = true WHERE reader = %(reader)s RETURNING 1", {"reader": reader})

    def resume(self, reader: str) -> None:
        self._change("UPDATE readers SET paused = false WHERE reader = %(reader)s RETURNING 1", {"reader": reader})

    def forget(self, chat: int) -> bool:
        return bool(self._change("DELETE FROM readers WHERE chat = %(chat)s RETURNING 1", {"chat": chat}))

    def _change(self, statement: LiteralString, values: dict[str, object]) -> list[tuple[Any, ...]]:
        with self._link.write() as db:
            return db.execute(statement, values).fetchall()

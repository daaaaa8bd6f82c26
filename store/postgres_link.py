"""Connections to a PostgreSQL server: how they are made, shared and lost, and what errors mean. Imports psycopg."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, LiteralString

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict

from store.log import LogDamaged, LogError, StoreBusy, StoreUnavailable

Connection = psycopg.Connection[tuple[Any, ...]]

# A writer that freezes inside a transaction would hold up all the others: the server ends such a transaction.
_SETTINGS: tuple[LiteralString, ...] = (
    "SET lock_timeout = '10s'",
    "SET idle_in_transaction_session_timeout = '30s'",
    "SET TimeZone = 'UTC'",
)


class PostgresLink:
    """One database, for use by any thread: writers of this process take turns, every reader has its own connection.

    A connection that was lost is replaced at the next call.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self.place = _place(url)
        self._turn = threading.Lock()
        self._writer: Connection | None = None
        self._idle: list[Connection] = []
        self._closed = False

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction, durable when the block ends and undone when it raises."""
        with self._turn, self._errors("write"):
            if self._writer is None or self._writer.closed:
                self._writer = self._connect()
            with self._writer.transaction():
                yield self._writer

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection whose every statement sees a snapshot."""
        with self._errors("read"):
            reader = self._take()
            try:
                yield reader
            finally:
                self._give_back(reader)

    def close(self) -> None:
        """Let go of every connection that is not in use. Safe to call twice."""
        self._closed = True
        with self._turn:
            if self._writer is not None:
                self._writer.close()
            while self._idle:
                self._idle.pop().close()

    def _take(self) -> Connection:
        while self._idle:
            with suppress(IndexError):
                reader = self._idle.pop()
                if not reader.closed:
                    return reader
        return self._connect()

    def _give_back(self, reader: Connection) -> None:
        if self._closed:
            reader.close()
        elif not reader.closed:
            self._idle.append(reader)

    def _connect(self) -> Connection:
        if self._closed:
            raise LogError(f"cannot use {self.place}: it was closed")
        connection = psycopg.connect(self._url, autocommit=True, connect_timeout=10, application_name="pactwatch")
        for setting in _SETTINGS:
            connection.execute(setting)
        # The log is durable on return, also where the server's default is not.
        if connection.execute("SHOW synchronous_commit").fetchone() == ("off",):
            connection.execute("SET synchronous_commit = on")
        return connection

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as exc:
            raise _explained(exc, doing, self.place) from exc


def _place(url: str) -> str:
    """Where the database is, without user and password."""
    try:
        known = conninfo_to_dict(url)
    except psycopg.Error as exc:
        raise LogError(
            f"the store's address cannot be read: {_line(exc)}; write postgresql://user@host/database"
        ) from exc
    return f"PostgreSQL database {known.get('dbname', '')} on {known.get('host', 'this machine')}"


def _explained(exc: psycopg.Error, doing: str, place: str) -> LogError:
    said = f"cannot {doing} the {place}: {_line(exc)}"
    match exc:
        case errors.LockNotAvailable() | errors.QueryCanceled() | errors.DeadlockDetected():
            return StoreBusy(f"{said}; another process holds what this one needs, try again")
        case errors.DiskFull():
            return StoreUnavailable(f"{said}; free some space on the server, what was recorded is safe")
        case errors.InsufficientPrivilege() | errors.ReadOnlySqlTransaction():
            return StoreUnavailable(f"{said}; give this user the right to write there")
        case errors.DataCorrupted() | errors.IndexCorrupted():
            return LogDamaged(f"{said}; restore a copy")
        case psycopg.OperationalError() | psycopg.InterfaceError():
            return StoreUnavailable(f"{said}; is the server running and the address right?")
        case _:
            return LogError(said)


def _line(exc: psycopg.Error) -> str:
    return " ".join((exc.diag.message_primary or str(exc)).split())

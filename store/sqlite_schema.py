"""The tables of the SQLite store, and how an older file becomes a present one."""

from __future__ import annotations

from store.log import LogDamaged, StoreUnavailable
from store.sqlitefile import Connection, SqliteFile

# "PACT": tells our files from anybody else's.
APPLICATION_ID = 0x50414354

# One entry per schema version: the statements that lead to it. Released entries never change.
MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE log (
             pos INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, type TEXT NOT NULL, at TEXT NOT NULL,
             data TEXT NOT NULL, meta TEXT NOT NULL) STRICT""",
        # Sightings are nearly all of a log: without them the index is small, and finding a rare type reads little.
        "CREATE INDEX log_by_type ON log (type, pos) WHERE type <> 'ItemSeen.v1'",
        """CREATE TRIGGER log_keeps BEFORE DELETE ON log
             BEGIN SELECT raise(ABORT, 'the log is append-only'); END""",
        # data alone may change: a redaction puts a digest in its place and leaves every seal true.
        """CREATE TRIGGER log_stands BEFORE UPDATE OF pos, key, type, at, meta ON log
             BEGIN SELECT raise(ABORT, 'the log is append-only'); END""",
        """CREATE TABLE feeds (
             feed TEXT PRIMARY KEY, due TEXT NOT NULL, enrolled INTEGER NOT NULL DEFAULT 1,
             token INTEGER NOT NULL DEFAULT 0, leased_until TEXT, completed_at TEXT, state TEXT) STRICT""",
        "CREATE INDEX feeds_by_due ON feeds (due, feed) WHERE enrolled",
        "CREATE TABLE leases (name TEXT PRIMARY KEY, owner TEXT, token INTEGER NOT NULL, until TEXT NOT NULL) STRICT",
    ),
    (
        """CREATE TABLE readers (
             reader TEXT PRIMARY KEY, chat INTEGER NOT NULL UNIQUE, settings TEXT NOT NULL,
             progress TEXT NOT NULL DEFAULT '{}', paused INTEGER NOT NULL DEFAULT 0) STRICT""",
    ),
    (
        # What is remembered of a feed takes kilobytes: apart from it, to lease all feeds changes a few pages.
        "CREATE TABLE feed_states (feed TEXT PRIMARY KEY, state TEXT NOT NULL) STRICT, WITHOUT ROWID",
        "INSERT INTO feed_states (feed, state) SELECT feed, state FROM feeds WHERE state IS NOT NULL",
        "ALTER TABLE feeds DROP COLUMN state",
    ),
)


def prepare(file: SqliteFile) -> None:
    """Bring the file's tables to the present version.

    StoreUnavailable for a file of a newer program; LogDamaged for a database that is not a log.
    """
    with file.read() as db:
        if _version(db, file) == len(MIGRATIONS):
            return
    with file.write() as db:
        for statements in MIGRATIONS[_version(db, file) :]:
            for statement in statements:
                db.execute(statement)
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _version(db: Connection, file: SqliteFile) -> int:
    (version,) = db.execute("PRAGMA user_version").fetchone()
    (owner,) = db.execute("PRAGMA application_id").fetchone()
    empty = db.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchone() is None
    if owner != APPLICATION_ID and not (empty and version == 0):
        raise LogDamaged(f"{file.path} is a database, but not a pactwatch log; name another file")
    if version > len(MIGRATIONS):
        raise StoreUnavailable(
            f"{file.path} was written by a newer pactwatch (schema {version}, this one knows {len(MIGRATIONS)}); update"
        )
    return int(version)

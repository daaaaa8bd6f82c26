"""The tables of the PostgreSQL store, and how older ones become present ones."""

from __future__ import annotations

from typing import LiteralString

from store.log import StoreUnavailable
from store.postgres_link import Connection, PostgresLink

# One number for every writer of a log: who holds it may give out positions. "pact" in ASCII.
WRITERS = 0x70616374

_OLDEST_SERVER = 150_000

# One entry per schema version: the statements that lead to it. Released entries never change. Times are texts of one
# length, compared byte by byte, as in SQLite: a log moves from one engine to the other as it stands.
MIGRATIONS: tuple[tuple[LiteralString, ...], ...] = (
    (
        """CREATE TABLE log (
             pos bigint PRIMARY KEY, key text COLLATE "C" NOT NULL UNIQUE, type text COLLATE "C" NOT NULL,
             at text COLLATE "C" NOT NULL, data text NOT NULL, meta text NOT NULL)""",
        "CREATE INDEX log_by_type ON log (type, pos) WHERE type <> 'ItemSeen.v1'",
        """CREATE FUNCTION pactwatch_log_stands() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$""",
        """CREATE TRIGGER log_keeps BEFORE DELETE OR TRUNCATE ON log
             EXECUTE FUNCTION pactwatch_log_stands()""",
        # data alone may change: a redaction puts a digest in its place and leaves every seal true.
        """CREATE TRIGGER log_stands BEFORE UPDATE OF pos, key, type, at, meta ON log
             EXECUTE FUNCTION pactwatch_log_stands()""",
        """CREATE TABLE feeds (
             feed text COLLATE "C" PRIMARY KEY, due text COLLATE "C" NOT NULL, enrolled boolean NOT NULL DEFAULT true,
             token bigint NOT NULL DEFAULT 0, leased_until text COLLATE "C", completed_at text, state text)""",
        "CREATE INDEX feeds_by_due ON feeds (due, feed) WHERE enrolled",
        """CREATE TABLE leases (
             name text PRIMARY KEY, owner text, token bigint NOT NULL, until text COLLATE "C" NOT NULL)""",
    ),
    (
        """CREATE TABLE readers (
             reader text PRIMARY KEY, chat bigint NOT NULL UNIQUE, settings text NOT NULL,
             progress text NOT NULL DEFAULT '{}', paused boolean NOT NULL DEFAULT false)""",
    ),
)


def prepare(link: PostgresLink, *, create: bool) -> None:
    """Bring the database's tables to the present version.

    StoreUnavailable for a database of a newer program, an old server, another encoding than UTF-8, and with
    `create=False` where there is no log yet.
    """
    with link.read() as db:
        if db.info.server_version < _OLDEST_SERVER or db.info.parameter_status("server_encoding") != "UTF8":
            raise StoreUnavailable(f"the {link.place} needs PostgreSQL 15 or later and the encoding UTF8")
        version = _version(db)
    if version == len(MIGRATIONS):
        return
    if version > len(MIGRATIONS):
        raise StoreUnavailable(
            f"the {link.place} was written by a newer pactwatch"
            f" (schema {version}, this one knows {len(MIGRATIONS)}); update"
        )
    if not create and version == 0:
        raise StoreUnavailable(
            f"there is no log in the {link.place} yet; `pactwatch run` or `pactwatch poll` begins one"
        )
    _migrate(link)


def _migrate(link: PostgresLink) -> None:
    with link.write() as db:
        db.execute("SELECT pg_advisory_xact_lock(%s)", (WRITERS,))
        for statements in MIGRATIONS[_version(db) :]:  # another process may just have done it
            for statement in statements:
                db.execute(statement)
        db.execute("CREATE TABLE IF NOT EXISTS pactwatch_schema (version integer NOT NULL)")
        db.execute("DELETE FROM pactwatch_schema")
        db.execute("INSERT INTO pactwatch_schema (version) VALUES (%s)", (len(MIGRATIONS),))


def _version(db: Connection) -> int:
    (is_there,) = db.execute("SELECT to_regclass('pactwatch_schema') IS NOT NULL").fetchone() or (False,)
    row = db.execute("SELECT version FROM pactwatch_schema").fetchone() if is_there else None
    return int(row[0]) if row else 0

"""The PostgreSQL engine: the same contract, over a real server, and what only a server can go through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random

import pytest

pytest.importorskip("psycopg", reason="the extra `postgres` is not installed")

import psycopg

from store.log import LogError, Store, StoreUnavailable
from store.open import open_store
from store.postgres import PostgresStore
from store.seal import seal, verify
from store.sqlite import SqliteStore
from tests.store.contract import Contract, Opener
from tests.store.crash import kill_writers
from tests.store.facts import NOON, record, seen
from tests.store.pgserver import NEEDED, Server, program, running
from tests.store.readers_contract import ReadersContract

pytestmark = pytest.mark.skipif(
    not all(map(program, NEEDED)), reason="no PostgreSQL server here (Debian: apt-get install postgresql)"
)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running() as server:
        yield server


@pytest.fixture
def url(server: Server) -> str:
    return server.database()


class TestPostgres(Contract, ReadersContract):
    @pytest.fixture
    def opener(self, url: str) -> Iterator[Opener]:
        opened: list[Store] = []

        def open_one() -> Store:
            opened.append(PostgresStore(url))
            return opened[-1]

        yield open_one
        for store in opened:
            store.close()


def change(url: str, statement: str) -> None:
    with psycopg.connect(url) as db:
        db.execute(statement.encode())


def test_several_may_create_one_log_at_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = list(pool.map(lambda _: open_store(url), range(4)))
    for n, store in enumerate(stores):
        assert record(store, seen(f"i{n}")) == n + 1
        store.close()


def test_what_cannot_be_opened_is_said_in_one_line_without_the_password(server: Server, url: str) -> None:
    for address in (
        f"postgresql://me:secret@/nothing?host={server.folder}",
        f"postgresql://me:secret@/x?host={server.folder}/none",
        "postgresql://me:secret@/x?nonsense=1",
    ):
        with pytest.raises(LogError) as caught:
            open_store(address)
        assert ("\n" in str(caught.value), "secret" in str(caught.value)) == (False, False)
    with pytest.raises(StoreUnavailable, match="no log in"):
        open_store(url, create=False)


def test_a_log_of_a_newer_program_is_not_touched(url: str) -> None:
    open_store(url).close()
    change(url, "UPDATE pactwatch_schema SET version = 99")
    with pytest.raises(StoreUnavailable, match=r"newer pactwatch \(schema 99"):
        open_store(url)


@pytest.mark.parametrize("statement", ["DELETE FROM log", "TRUNCATE log", "UPDATE log SET at = '2000'"])
def test_the_tables_refuse_to_rewrite_the_log(url: str, statement: str) -> None:
    store = open_store(url)
    record(store, seen("a"))
    with pytest.raises(psycopg.errors.RaiseException, match="append-only"):
        change(url, statement)
    assert len(store.read()) == 1
    store.close()


def test_seals_are_the_same_in_either_engine(url: str) -> None:
    logs: tuple[Store, Store] = (open_store(url), SqliteStore(None))
    for log in logs:
        record(log, *(seen(f"i{n}", "शब्द \x00 'x'") for n in range(30)))
    first, second = (seal(log, NOON) for log in logs)
    assert first == second is not None
    assert all(verify(log).holds for log in logs)
    for log in logs:
        log.close()


@pytest.mark.slow
def test_a_server_that_went_away_is_unavailable_and_found_again() -> None:
    with running() as server:
        store = open_store(server.database())
        record(store, seen("a"))
        server.stop()
        for call in (store.head, lambda: record(store, seen("b"))):
            with pytest.raises(StoreUnavailable, match="server"):
                call()
        server.start()
        assert (record(store, seen("b")), [row.key for row in store.read()]) == (2, ["item/a", "item/b"])
        store.close()


def test_a_connection_lost_within_an_append_leaves_nothing_half_written(url: str) -> None:
    """The last row of the batch ends the connection, as an administrator or a failing network would."""
    store = open_store(url)
    record(store, seen("a"))
    change(url, _END_OF_CONNECTION)
    with pytest.raises(StoreUnavailable, match="server") as caught:
        record(store, seen("b"), seen("c"), seen("last"))
    assert "\n" not in str(caught.value)
    assert [row.key for row in store.read()] == ["item/a"]
    assert (record(store, seen("b"), seen("c")), verify(store).holds) == (3, True)
    store.close()


@pytest.mark.slow
def test_a_full_disk_loses_nothing_acknowledged_and_is_got_over() -> None:
    """A disk of the server's own, 4 MB small: appends go on until one is refused, and again once there is room."""
    with running() as server, disk_or_skip(server, megabytes=4) as (url, resize):
        store = open_store(url)
        acknowledged, said = filled(store)
        assert "free some space on the server" in said
        assert 0 < acknowledged == store.head() == len(store.read(limit=100_000))
        resize(32)
        assert record(store, seen("more")) == acknowledged + 1
        assert verify(store).holds
        store.close()


def filled(store: Store) -> tuple[int, str]:
    """Append until the store refuses: how many events it acknowledged, and what it said."""
    head, dice = 0, Random(1)
    try:
        while True:
            head = record(store, *(seen(f"{head}-{n}", dice.randbytes(1000).hex()) for n in range(20)))
    except StoreUnavailable as exc:
        return head, str(exc)


@contextmanager
def disk_or_skip(server: Server, *, megabytes: int) -> Iterator[tuple[str, Callable[[int], None]]]:
    with ExitStack() as stack:
        try:
            disk = stack.enter_context(server.small_disk(megabytes))
        except (PermissionError, FileNotFoundError) as exc:
            pytest.skip(f"no disk of its own can be mounted here (it takes root): {exc}")
        yield disk


_END_OF_CONNECTION = """
CREATE FUNCTION end_it() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$;
CREATE TRIGGER end_it AFTER INSERT ON log FOR EACH ROW WHEN (NEW.key = 'item/last') EXECUTE FUNCTION end_it();
"""


def test_a_closed_store_says_so(url: str) -> None:
    store = open_store(url)
    store.close()
    with pytest.raises(LogError, match="closed"):
        store.head()


@pytest.mark.slow
def test_a_killed_writer_loses_nothing_it_acknowledged(url: str, tmp_path: Path) -> None:
    kill_writers(url, tmp_path / "views.db", rounds=2)


@pytest.mark.chaos
def test_two_hundred_kills_lose_nothing(server: Server, tmp_path: Path) -> None:
    for run in range(20):
        kill_writers(server.database(), tmp_path / f"{run}.db", rounds=10, seed=run + 1)

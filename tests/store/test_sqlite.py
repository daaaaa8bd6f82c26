"""The SQLite engine: the contract, on a file and in memory, and what only a file can go through."""

from __future__ import annotations

import os
import resource
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from store.log import Event, LogDamaged, LogError, Store, StoreBusy, StoreUnavailable
from store.open import open_store
from store.seal import seal, verify
from store.sqlite import SqliteStore
from tests.store.contract import Contract, Opener
from tests.store.facts import NOON, record, seen


class TestSqliteFile(Contract):
    @pytest.fixture
    def opener(self, tmp_path: Path) -> Iterator[Opener]:
        opened: list[Store] = []

        def open_one() -> Store:
            opened.append(SqliteStore(tmp_path / "pactwatch.db"))
            return opened[-1]

        yield open_one
        for store in opened:
            store.close()


class TestSqliteInMemory(Contract):
    @pytest.fixture
    def opener(self) -> Iterator[Opener]:
        store = SqliteStore(None)
        yield lambda: store
        store.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pactwatch.db"


def change(path: Path, statement: str) -> None:
    with sqlite3.connect(path) as db:
        db.execute(statement)
    db.close()


# --- opening ----------------------------------------------------------------------------------------------


def test_the_file_is_kept_as_the_design_says(path: Path) -> None:
    store = SqliteStore(path)
    record(store, seen("a"))
    with sqlite3.connect(path) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert db.execute("PRAGMA page_size").fetchone() == (8192,)
    db.close()
    store.close()


def test_addresses_name_their_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for url, place in (
        ("sqlite:///a b.db", tmp_path / "a b.db"),
        (f"sqlite:///{tmp_path}/c?d%20e#.db", tmp_path / "c?d%20e#.db"),
    ):
        store = open_store(url)
        record(store, seen("a"))
        store.close()
        assert place.is_file()
    memory = open_store("sqlite:///:memory:")
    assert record(memory, seen("a")) == 1
    memory.close()
    assert len(os.listdir(tmp_path)) == 2


@pytest.mark.parametrize(
    "url", ["pactwatch.db", "sqlite:pactwatch.db", "sqlite:///", "sqlite://", "mysql://host/x", ""]
)
def test_an_address_that_names_no_store_is_refused(url: str) -> None:
    with pytest.raises(LogError, match="write sqlite:///"):
        open_store(url)


def refusal(path: Path, kind: type[LogError] = StoreUnavailable, *, create: bool = True) -> str:
    """The error of opening the path, which must be of that kind and one line."""
    with pytest.raises(kind) as caught:
        SqliteStore(path, create=create)
    assert type(caught.value) is kind
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_missing_folder_a_folder_and_a_missing_log_are_told_apart(tmp_path: Path) -> None:
    assert "does not exist; create it" in refusal(tmp_path / "no" / "x.db")
    assert "is a folder" in refusal(tmp_path)
    assert "no log at" in refusal(tmp_path / "x.db", create=False)
    assert os.listdir(tmp_path) == []


def test_a_file_that_is_no_database_is_not_touched(path: Path) -> None:
    path.write_text("a diary\n" * 99)
    assert "not a database" in refusal(path, LogDamaged)
    assert path.read_text() == "a diary\n" * 99


def test_a_database_of_somebody_else_is_not_touched(path: Path) -> None:
    change(path, "CREATE TABLE bookmarks (url)")
    assert "not a pactwatch log" in refusal(path, LogDamaged)
    change(path, "INSERT INTO bookmarks VALUES ('x')")


def test_a_log_of_a_newer_program_is_not_touched(path: Path) -> None:
    SqliteStore(path).close()
    change(path, "PRAGMA user_version = 99")
    assert "newer pactwatch (schema 99" in refusal(path)


def test_an_empty_file_becomes_a_log(path: Path) -> None:
    path.touch()
    store = SqliteStore(path)
    assert record(store, seen("a")) == 1
    store.close()


def test_several_may_create_one_log_at_once(path: Path) -> None:
    with ThreadPoolExecutor(6) as pool:
        stores = list(pool.map(lambda _: SqliteStore(path), range(6)))
    for n, store in enumerate(stores):
        assert record(store, seen(f"i{n}")) == n + 1
        store.close()


def test_a_closed_store_says_so(path: Path) -> None:
    store = SqliteStore(path)
    store.close()
    for call in (store.head, store.read, lambda: record(store, seen("a"))):
        with pytest.raises(LogError, match="closed"):
            call()


# --- what must not happen ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement", ["DELETE FROM log", "UPDATE log SET at = '2000'", "UPDATE log SET pos = 9", "UPDATE log SET key = 'x'"]
)
def test_the_tables_refuse_to_rewrite_the_log(path: Path, statement: str) -> None:
    store = SqliteStore(path)
    record(store, seen("a"))
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        change(path, statement)
    assert len(store.read()) == 1
    store.close()


def test_a_torn_file_is_called_damaged(path: Path) -> None:
    store = SqliteStore(path)
    record(store, *(seen(f"i{n}") for n in range(500)))
    seal(store, NOON)
    store.close()
    whole = path.read_bytes()
    path.write_bytes(whole[: 8192 * 4] + bytes(len(whole) - 8192 * 4))
    try:
        torn = SqliteStore(path)
    except LogDamaged as exc:
        assert "restore a copy" in str(exc)  # noqa: PT017 - it may also be found only later
    else:
        assert not verify(torn).holds
        torn.close()


def test_a_file_cut_short_is_called_damaged(path: Path) -> None:
    store = SqliteStore(path)
    record(store, *(seen(f"i{n}") for n in range(500)))
    store.close()
    path.write_bytes(path.read_bytes()[: 8192 * 3])
    with pytest.raises(LogDamaged):
        SqliteStore(path).read()


def test_a_log_that_is_kept_locked_is_called_busy(path: Path) -> None:
    store = SqliteStore(path, patience_seconds=0)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreBusy, match="locked"):
        record(store, seen("a"))
    assert store.read() == []
    other.execute("ROLLBACK")
    other.close()
    assert record(store, seen("a")) == 1
    store.close()


def run(code: str, *arguments: object, limit_bytes: int | None = None) -> subprocess.CompletedProcess[str]:
    """Another process of the same program."""

    def limit() -> None:
        if limit_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, limit_bytes))
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    command = [sys.executable, "-c", f"import sys\n{_IMPORTS}\npath = Path(sys.argv[1])\n{code}"]
    return subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=limit,
        cwd=Path(__file__).parents[2],
    )


_IMPORTS = (
    "from pathlib import Path\nfrom store.log import *\nfrom store.sqlite import SqliteStore\n"
    "from tests.store.facts import *\n"
)

_FILL = """
store = SqliteStore(path)
acknowledged = 0
try:
    while True:
        acknowledged += len(store.append([Event(seen(f"i{acknowledged + n}", "x" * 500)) for n in range(20)], at=NOON))
except StoreUnavailable as exc:
    print(acknowledged, exc)
print(store.head())
"""


def test_a_disk_that_refuses_to_grow_loses_nothing_acknowledged(path: Path) -> None:
    done = run(_FILL, path, limit_bytes=400_000)
    assert (done.returncode, done.stderr) == (0, "")
    said, head = done.stdout.splitlines()
    acknowledged, _, message = said.partition(" ")
    assert message.startswith("cannot write")
    assert (int(acknowledged) > 0, int(head)) == (True, int(acknowledged))
    store = SqliteStore(path)  # with room again, it goes on
    assert (verify(store).holds, store.head()) == (True, int(acknowledged))
    assert record(store, seen("more")) == int(acknowledged) + 1
    store.close()


def test_a_full_database_is_called_a_full_disk(path: Path) -> None:
    store = SqliteStore(path)
    record(store, seen("a"))
    with store._file.write() as db:  # SQLite's own limit gives the code that a full disk gives
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreUnavailable, match="disk is full"):
        record(store, *(seen(f"i{n}", "x" * 500) for n in range(100)))
    assert [recorded.key for recorded in store.read()] == ["item/a"]
    with store._file.write() as db:
        db.execute("PRAGMA max_page_count = 1000000")
    assert record(store, seen("b")) == 2
    store.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs to become another user")
def test_a_folder_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    code = "import os\nos.chmod(path.parent, 0o755)\nos.setuid(65534)\n"
    code += "try:\n    SqliteStore(path)\nexcept StoreUnavailable as exc:\n    print(exc)\n"
    for folder in tmp_path.resolve().parents[:3]:
        folder.chmod(folder.stat().st_mode | 0o055)
    done = run(code, tmp_path / "x.db")
    assert "write access" in done.stdout, done.stderr


# --- one running process ----------------------------------------------------------------------------------


_HOLD = "store = SqliteStore(path)\nstore.exclusive()\nprint('held', flush=True)\nsys.stdin.read()\n"


def test_a_second_running_process_is_refused_until_the_first_dies(path: Path) -> None:
    command = [sys.executable, "-c", f"import sys\n{_IMPORTS}\npath = Path(sys.argv[1])\n{_HOLD}", str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    ) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == b"held\n"
        second = SqliteStore(path)
        with pytest.raises(StoreBusy, match=f"process {first.pid} already runs on .*pactwatch.db"):
            second.exclusive()
        assert record(second, seen("a")) == 1  # reading commands, and what they note, stay possible
        first.send_signal(signal.SIGKILL)
    second.exclusive()
    second.exclusive()
    assert int(path.with_name("pactwatch.db.lock").read_text()) == os.getpid()
    second.close()


def test_the_right_to_run_is_one_within_a_process_too(path: Path) -> None:
    first, second = SqliteStore(path), SqliteStore(path)
    first.exclusive()
    with pytest.raises(StoreBusy, match=f"process {os.getpid()}"):
        second.exclusive()
    first.close()
    second.exclusive()
    second.close()


def test_a_store_in_memory_is_always_alone() -> None:
    first, second = SqliteStore(None), SqliteStore(None)
    first.exclusive()
    second.exclusive()
    first.close()
    second.close()


def test_two_processes_write_one_log(path: Path) -> None:
    code = "store = SqliteStore(path)\nfor n in range(40):\n"
    code += "    record(store, seen(f'both-{n}'), seen(f'{sys.argv[2]}-{n}'))\n"
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda name: run(code, path, name), ("one", "two")))
    assert [each.stderr for each in done] == ["", ""]
    store = SqliteStore(path)
    assert (store.head(), verify(store).holds) == (120, True)
    assert store.append([Event(seen("both-0"))], at=NOON) == []
    store.close()

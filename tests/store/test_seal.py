"""Seals: the tree of RFC 9162, and a check that finds every kind of tampering it promises to find."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.codec import data_digest, redaction
from store.log import Event, Recorded
from store.seal import MerkleTree, is_root, last_seal, leaf, seal, seal_of, verify
from store.sqlite import SqliteStore
from tests.store.facts import NOON, record, seen


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pactwatch.db"


@pytest.fixture
def log(path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(path)
    yield store
    store.close()


def sealed_log(log: SqliteStore) -> None:
    """Ten items, a seal over them at 11, nine items, a seal at 21, and two rows no seal covers."""
    record(log, *(seen(f"a{n}") for n in range(10)))
    seal(log, NOON)
    record(log, *(seen(f"b{n}") for n in range(9)))
    seal(log, NOON)
    record(log, seen("c"))


def tamper(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as db:
        for name in ("log_keeps", "log_stands"):
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)
    db.close()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 §2.1.1 to the letter."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return hashlib.sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:])).digest()


@given(st.integers(0, 200))
def test_the_root_is_the_merkle_tree_hash_of_the_standard(size: int) -> None:
    leaves = [hashlib.sha256(b"\x00%d" % n).digest() for n in range(size)]
    tree = MerkleTree()
    for digest in leaves:
        tree.add(digest)
    assert tree.root() == root_of(leaves)


def test_the_tree_gives_the_well_known_root_of_eight_leaves() -> None:
    inputs = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    tree = MerkleTree()
    for each in inputs:
        tree.add(hashlib.sha256(b"\x00" + bytes.fromhex(each)).digest())
    assert tree.root().hex() == "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"


def test_a_leaf_can_be_computed_from_its_description_alone() -> None:
    row = Recorded(7, "item/à", "ItemSeen.v1", NOON, "{}", {"run": "r", "by": "x"})
    data = hashlib.sha256(b"{}").hexdigest().encode()
    text = b"1:7,7:item/\xc3\xa0,11:ItemSeen.v1,27:2026-03-01T12:00:00.000000Z,64:" + data + b",19:2:by,1:x,3:run,1:r,,"
    assert leaf(row) == hashlib.sha256(b"\x00" + text).digest()


PARTS = st.tuples(st.text("a:,1/", max_size=4), st.text("a:,1/", max_size=4), st.text("a:,1", max_size=3))


@given(PARTS, PARTS)
def test_no_two_rows_share_a_leaf(one: tuple[str, str, str], other: tuple[str, str, str]) -> None:
    def row(key: str, kind: str, cause: str) -> Recorded:
        return Recorded(1, key, kind, NOON, "{}", {"cause": cause} if cause else {})

    assert (leaf(row(*one)) == leaf(row(*other))) == (one == other)


def test_a_redacted_row_keeps_its_leaf(log: SqliteStore) -> None:
    record(log, seen("a"))
    (row,) = log.read()
    taken = Recorded(row.pos, row.key, row.type, row.at, redaction(data_digest(row.data), "a takedown"), row.meta)
    assert leaf(taken) == leaf(row)


def test_seals_follow_each_other_and_cover_the_one_before(log: SqliteStore) -> None:
    assert seal(log, NOON) is None
    sealed_log(log)
    last = last_seal(log)
    assert last is not None
    assert (last.from_, last.to, bool(last.previous)) == (11, 20, True)
    verdict = verify(log)
    assert (verdict.holds, verdict.events, verdict.sealed, verdict.unsealed, verdict.seals) == (True, 22, 20, 2, 2)
    assert verdict.root == last.root


def test_sealing_twice_adds_nothing(log: SqliteStore) -> None:
    record(log, seen("a"))
    assert seal(log, NOON) is not None
    assert (seal(log, NOON), log.head()) == (None, 2)


def test_an_empty_log_and_one_without_seals_hold(log: SqliteStore) -> None:
    assert verify(log).holds
    record(log, seen("a"))
    assert (verify(log).holds, verify(log).unsealed) == (True, 1)


@pytest.mark.parametrize(
    ("statements", "position", "meaning"),
    [
        (["UPDATE log SET data = replace(data, 'Title a3', 'Title A3') WHERE pos = 4"], 1, "events 1 to 10"),
        (["UPDATE log SET at = '2026-03-01T12:00:00.000001Z' WHERE pos > 11"], 11, "events 11 to 20"),
        (['UPDATE log SET meta = \'{"by":"me"}\' WHERE pos = 15'], 11, "events 11 to 20"),
        (["UPDATE log SET key = 'item/zz' WHERE pos = 15"], 11, "events 11 to 20"),
        (["UPDATE log SET at = '2020-01-01T00:00:00.000000Z' WHERE pos = 15"], 15, "time"),
        (["UPDATE log SET at = 'yesterday' WHERE pos = 15"], 15, "unreadable time"),
        (["UPDATE log SET meta = '[]' WHERE pos = 15"], 15, "unreadable time or meta"),
        (["UPDATE log SET data = '{' WHERE pos = 22"], 22, "cannot be read"),
        (["DELETE FROM log WHERE pos = 15"], 15, "missing"),
        (["DELETE FROM log WHERE pos = 1"], 1, "missing"),
        (["DELETE FROM log WHERE pos = 11"], 21, "does not continue"),
        (["UPDATE log SET data = replace(data, '\"to\":10', '\"to\":9') WHERE pos = 11"], 21, "does not continue"),
        (["UPDATE log SET pos = 100 WHERE pos = 22", "UPDATE log SET pos = 22 WHERE pos = 3"], 3, "missing"),
    ],
)
def test_tampering_is_found_at_the_first_position_that_does_not_hold(
    log: SqliteStore, path: Path, statements: list[str], position: int, meaning: str
) -> None:
    sealed_log(log)
    tamper(path, *statements)
    verdict = verify(log)
    assert (verdict.holds, verdict.broken_at) == (False, position)
    assert meaning in verdict.problem


def test_a_key_that_stands_twice_is_found(log: SqliteStore, path: Path) -> None:
    sealed_log(log)
    tamper(
        path,
        "CREATE TABLE copy AS SELECT * FROM log",
        "UPDATE copy SET key = 'item/a0' WHERE pos = 22",
        "DROP TABLE log",
        "ALTER TABLE copy RENAME TO log",
        "CREATE INDEX log_by_type ON log (type, pos) WHERE type <> 'ItemSeen.v1'",
    )
    verdict = verify(log)
    assert verdict.broken_at in (1, 22)
    assert "another position" in verdict.problem


def test_a_redaction_is_counted_and_accepted(log: SqliteStore, path: Path) -> None:
    sealed_log(log)
    taken = redaction(data_digest(log.read(3, 1)[0].data), "a takedown")
    with sqlite3.connect(path) as db:
        db.execute("UPDATE log SET data = ? WHERE pos = 4", (taken,))
    db.close()
    assert (verify(log).holds, verify(log).redacted) == (True, 1)


def test_two_sealers_at_once_leave_one_seal(log: SqliteStore, path: Path) -> None:
    record(log, seen("a"))
    other = SqliteStore(path)
    first = seal(log, NOON)
    assert first is not None
    assert other.append([Event(first)], at=NOON) == []  # what a sealer that read the same rows would add
    other.close()
    assert verify(log).holds


def test_a_root_that_was_kept_elsewhere_leads_to_its_seal(log: SqliteStore) -> None:
    sealed_log(log)
    last = last_seal(log)
    assert last is not None
    assert seal_of(log, last.root) == seal_of(log, f" {last.root[:16].upper()}\n") == (21, last)
    first = seal_of(log, last.previous)
    assert first is not None
    assert (first[0], first[1].to) == (11, 10)
    assert (seal_of(log, last.root[:15]), seal_of(log, "f" * 64), seal_of(log, "")) == (None, None, None)


@pytest.mark.parametrize("text", ["", "abc", "f" * 15, "f" * 65, "g" * 64, "5f0c9a…", "0x" + "a" * 62])
def test_what_cannot_be_a_root_is_told_from_a_foreign_one(text: str) -> None:
    assert not is_root(text)
    assert is_root("f" * 16)
    assert is_root(f" {'AB' * 32}\n")

"""Power cuts, simulated: what the disk holds when only what was synced is sure to be there.

SQLite's own file layer is listened to in the library that Python uses, so the store under test is the real one. Every
write, truncation, deletion and sync is noted, with the acknowledgements in between; a cut at any moment then leaves the
files as of their last syncs, and of each later write, by chance, all, nothing or a piece.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, c_char_p, c_int, c_int64, c_void_p, cast
from dataclasses import dataclass, field
from pathlib import Path

from store.sqlite import SqliteStore
from tests.store.crash_writer import batch
from tests.store.facts import NOON

SECTOR = 512

# The name goes on as the address it came as: SQLite keeps it for as long as the file is open.
_OPEN = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, c_void_p)
_DELETE = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = ctypes.CFUNCTYPE(c_int, c_void_p, c_int)


class _Vfs(ctypes.Structure):
    """The beginning of `sqlite3_vfs` (https://sqlite.org/c3ref/vfs.html)."""

    _fields_ = (
        ("version", c_int), ("file_size", c_int), ("longest_path", c_int), ("next", c_void_p), ("name", c_char_p),
        ("data", c_void_p), ("open", _OPEN), ("delete", _DELETE),
    )  # fmt: skip


class _Methods(ctypes.Structure):
    """The beginning of `sqlite3_io_methods` (https://sqlite.org/c3ref/io_methods.html), and room for the rest."""

    _fields_ = (
        ("version", c_int), ("close", c_void_p), ("read", c_void_p), ("write", _WRITE), ("truncate", _TRUNCATE),
        ("sync", _SYNC), ("rest", c_void_p * 13),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Op:
    """One thing that happened to a file, or (`ack`) was told to whoever appended."""

    kind: str
    path: str = ""
    offset: int = 0
    data: bytes = b""
    number: int = 0


@dataclass(slots=True)
class Tape:
    """What happened, in order."""

    ops: list[Op] = field(default_factory=list)


def can_listen() -> bool:
    """Whether Python's SQLite is a library that can be reached."""
    if sys.platform != "linux" or not hasattr(_sqlite3, "__file__"):
        return False
    return hasattr(ctypes.CDLL(_sqlite3.__file__), "sqlite3_vfs_find")


@contextmanager
def listening(tape: Tape) -> Iterator[None]:
    """Note what SQLite does to files that are opened within the block."""
    library = ctypes.CDLL(_sqlite3.__file__)
    library.sqlite3_vfs_find.restype = POINTER(_Vfs)
    vfs = library.sqlite3_vfs_find(None).contents
    real_open, real_delete = _OPEN(cast(vfs.open, c_void_p).value or 0), _DELETE(cast(vfs.delete, c_void_p).value or 0)
    names: dict[int, str] = {}
    kept: dict[int, _Methods] = {}

    def opened(of: int, name: int | None, file: int, flags: int, out: int) -> int:
        code = real_open(of, name, file, flags, out)
        place = cast(file, POINTER(c_void_p))
        if code == 0 and name and place[0]:
            names[file] = ctypes.string_at(name).decode()
            if place[0] not in kept:
                kept[place[0]] = _methods(place[0], names, tape)
            place[0] = ctypes.addressof(kept[place[0]])
        return int(code)

    def deleted(of: int, name: bytes, must_sync: int) -> int:
        tape.ops.append(Op("delete", name.decode()))
        return int(real_delete(of, name, must_sync))

    vfs.open, vfs.delete = new_open, new_delete = _OPEN(opened), _DELETE(deleted)
    try:
        yield
    finally:
        vfs.open, vfs.delete = real_open, real_delete
        _for_ever.extend((kept, new_open, new_delete))


_for_ever: list[object] = []  # a connection that is still open would call them


def _methods(real_at: int, names: dict[int, str], tape: Tape) -> _Methods:
    real = cast(real_at, POINTER(_Methods)).contents
    made = _Methods.from_buffer_copy(real)
    write, truncate, sync = real.write, real.truncate, real.sync

    def written(file: int, data: int, size: int, offset: int) -> int:
        tape.ops.append(Op("write", names[file], offset, ctypes.string_at(data, size)))
        return int(write(file, data, size, offset))

    def cut(file: int, size: int) -> int:
        tape.ops.append(Op("truncate", names[file], size))
        return int(truncate(file, size))

    def synced(file: int, flags: int) -> int:
        tape.ops.append(Op("sync", names[file]))
        return int(sync(file, flags))

    made.write, made.truncate, made.sync = _WRITE(written), _TRUNCATE(cut), _SYNC(synced)
    _for_ever.append((real, write, truncate, sync))
    return made


def recorded_run(path: Path, *, batches: int, synchronous: str) -> Tape:
    """A store that appends so many batches, and what happened meanwhile to its files."""
    tape = Tape()
    with listening(tape):
        store = SqliteStore(path)
        with store._file.write() as db:
            assert db.in_transaction
        store._file._writer.execute(f"PRAGMA synchronous={synchronous}")
        store._file._writer.execute("PRAGMA wal_autocheckpoint=40")  # so that cuts meet checkpoints, too
        for number in range(batches):
            store.append(batch(f"b{number}", 1 + number % 7), at=NOON)
            tape.ops.append(Op("ack", number=number))
        store.close()
    return tape


def after_cut(tape: Tape, at: int, folder: Path, dice: random.Random) -> int:
    """Lay out in `folder` what the disk may hold after a cut before op `at`; gives how many batches were acknowledged
    by then."""
    done = tape.ops[:at]
    for path in {op.path for op in done if op.path}:
        mine = [op for op in done if op.path == path]
        last = max((n for n, op in enumerate(mine) if op.kind == "sync"), default=-1)
        content = bytearray()
        for n, op in enumerate(mine):
            content = _applied(content, op, sure=n < last, dice=dice)
        if content:
            (folder / Path(path).name).write_bytes(content)
    return sum(op.kind == "ack" for op in done)


def _applied(content: bytearray, op: Op, *, sure: bool, dice: random.Random) -> bytearray:
    match op.kind:
        case "write":
            data = op.data if sure else _survivor(op.data, dice)
            content.extend(bytes(max(0, op.offset + len(data) - len(content))))
            content[op.offset : op.offset + len(data)] = data
        case "truncate" if sure or dice.random() < 0.5:
            del content[op.offset :]
        case "delete":
            content.clear()
    return content


def _survivor(data: bytes, dice: random.Random) -> bytes:
    """What is left of a write that was never synced: all, nothing, or some whole sectors of its beginning."""
    fate = dice.random()
    if fate < 0.4:
        return b""
    return data if fate < 0.7 else data[: dice.randrange(len(data) // SECTOR + 1) * SECTOR]

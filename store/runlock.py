"""The lock that keeps a second running process off one SQLite file; the operating system frees it with the process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from store.log import StoreBusy, StoreUnavailable

# A POSIX record lock belongs to the process: a child process (a fork for hostile feeds) does not keep it alive,
# but neither does it hold off the process itself. So what this one holds is noted here.
_held: set[Path] = set()


class RunLock:
    """The right to run on the store at `path`, kept in `<path>.lock`; None, a store in memory, needs none."""

    def __init__(self, path: Path | None) -> None:
        self._path = None if path is None else path.resolve().with_name(path.name + ".lock")
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the lock, or raise StoreBusy naming the process that has it. Harmless where it is held already."""
        if self._path is None or self._handle is not None:
            return
        if self._path in _held:
            raise StoreBusy(_refusal(self._path, str(os.getpid())))
        handle = _open(self._path)
        try:
            fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as exc:
            holder = os.pread(handle, 32, 0).decode("ascii", "replace").strip()
            os.close(handle)
            raise StoreBusy(_refusal(self._path, holder)) from exc
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._handle = handle
        _held.add(self._path)

    def release(self) -> None:
        """Give the lock back, if it is held. The file stays: removing it could take away another's lock."""
        if self._handle is not None and self._path is not None:
            _held.discard(self._path)
            os.close(self._handle)
            self._handle = None


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as exc:
        raise StoreUnavailable(
            f"cannot write {path}: {exc.strerror}; give this user write access to the folder"
        ) from exc


def _refusal(lock: Path, holder: str) -> str:
    log = lock.with_name(lock.name.removesuffix(".lock"))
    return f"process {holder or 'unknown'} already runs on {log}; end it first (reading commands may go on beside it)"

"""Which file the views live in: opened, made anew where it is not what it should be, replaced once another is ready.

While views of this program's version are being made, those an earlier version made still answer, if their tables are
the same: `FILE.next` is filled beside them and put in their place. Where the tables differ, the new ones answer, for
as far as they have come.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from store.events.trust import EventRedacted
from store.log import EventLog, LogError, StoreBusy, StoreUnavailable
from store.sqlitefile import Connection, Identity, SqliteFile, identity_of
from store.views.runner import Answer, LogFailed, OutlivedError, asked, catch_up, earlier, prepared


class ViewsFile:
    """The views' rows, ready to be asked, from any thread and by any number of processes on one file.

    `hint` says in one line why they are not kept; it is empty otherwise.
    """

    def __init__(self, path: Path | None) -> None:
        self.hint = ""
        self._path = path
        self._turn = threading.RLock()
        self._log: EventLog | None = None
        self._closed = False
        self._next: _Next | None = None
        self._old = self._earlier()
        self._file = self._old or self._opened()

    def ask(self, question: Callable[[Connection, int], Answer]) -> Answer:
        """The answer to a question put to the rows and the position they have reached, all of one moment."""
        return self._attempt(lambda file: asked(file, question, is_old=file is self._old))

    def catch_up(self, log: EventLog, *, most: int | None = None) -> int:
        """Fold every event that is new, or at most so many; gives the position reached by what answers.

        Where another process is making the views anew at this moment, that is left to it.
        """
        self._log = log
        if self._old is not None and self._next is None and log.read(self.position(), 1, (EventRedacted.TYPE,)):
            self._give_up_old(OutlivedError("the old views know what was redacted since"))
        if self._old is not None:
            self._fill(log, most)
        if self._old is None:
            return self._attempt(lambda file: catch_up(file, log, most=most))
        return self.position()

    def position(self) -> int:
        """The position reached by what answers."""
        return self.ask(lambda _, position: position)

    @property
    def is_old(self) -> bool:
        """Whether what answers was made by an earlier version, and knows of nothing new any more."""
        return self._old is not None

    def made(self) -> int:
        """The position reached by what is made here, which may not answer yet."""
        with self._turn:
            if self._next is not None:
                return asked(self._next.file, lambda _, position: position)
            if self._old is not None:
                return 0
        return self.position()

    def is_left_to_another(self) -> bool:
        """Whether another process is making what shall take the place of the old rows."""
        with self._turn:
            return self._old is not None and self._next is None

    def close(self) -> None:
        """Let go of the files. Safe to call twice."""
        with self._turn:
            self._closed = True
            self._file.close()
            if self._next:
                self._next.close()
                self._next = None

    # --- making the next file beside an old one -----------------------------------------------------------

    def _fill(self, log: EventLog, most: int | None) -> None:
        """Fill the file that follows the old one; once it knows all that the log holds, it takes the place."""
        following = self._following()
        if following is None:
            return
        try:
            reached = catch_up(following.file, log, most=most)
        except LogFailed as exc:
            raise exc.error from exc.error.__cause__
        except StoreBusy:
            raise
        except LogError as exc:  # a redaction meanwhile, or a file that cannot be written
            self._give_up_old(exc)
            return
        if most is None or reached >= log.head():
            self._take_place(following)

    def _following(self) -> _Next | None:
        """The file to fill, if that is ours to do; None where another process does it."""
        with self._turn:
            if self._next is None and self._path is not None and self._old is not None:
                if identity_of(self._path) != self._old.identity:  # somebody has put another in its place
                    self._retire(self._opened())
                    return None
                try:
                    self._next = _Next.begun(self._path)
                except (LogError, OSError) as exc:
                    self._give_up_old(exc)
            return self._next

    def _take_place(self, following: _Next) -> None:
        with self._turn:
            if self._path is None or self._next is not following:
                return
            try:
                with _one_at_a_time(self._path):
                    following.file.close()  # empties its write-ahead log
                    _forget(self._path)
                    following.path.replace(self._path)
                    placed = prepared(self._path)
            except (LogError, OSError) as exc:
                placed = self._in_memory(exc)
            following.close()
            self._next = None
            self._retire(placed)

    def _give_up_old(self, why: Exception) -> None:
        """What follows the old file cannot be made beside it: begin anew without it."""
        with self._turn:
            if self._next:
                self._next.close()
                self._next = None
            if self._path is not None:
                self._retire(self._without_old(self._path, why))

    def _without_old(self, path: Path, why: Exception) -> SqliteFile:
        try:
            with _one_at_a_time(path):
                _forget(path)
                _forget(_next_to(path))
                return prepared(path)
        except (LogError, OSError):
            return self._in_memory(why)

    def _retire(self, new: SqliteFile) -> None:
        old, self._old, self._file = self._old, None, new
        if old is not None:
            old.close()

    # --- the file in place --------------------------------------------------------------------------------

    def _attempt(self, work: Callable[[SqliteFile], Answer]) -> Answer:
        """Do the work; where the file fails, on another one that has caught up with the same log."""
        file = self._file
        try:
            return work(file)
        except LogFailed as exc:
            raise exc.error from exc.error.__cause__
        except StoreBusy:
            raise  # another process is folding: the file is sound, and there is nothing to lose by asking again
        except LogError as exc:
            if self._closed:
                raise
            return work(self._replaced(file, exc))

    def _replaced(self, broken: SqliteFile, why: LogError) -> SqliteFile:
        with self._turn:
            if broken is self._old:
                self._give_up_old(why)
            elif self._file is broken and isinstance(why, OutlivedError):
                broken.close()
                self._remove(broken)
                self._file = self._opened()
            elif self._file is broken:
                broken.close()
                is_damaged = not isinstance(why, StoreUnavailable)
                self._file = self._made_anew(broken.identity) if is_damaged else self._in_memory(why)
                if self._log is not None:
                    catch_up(self._file, self._log)
            return self._file

    def _earlier(self) -> SqliteFile | None:
        """What an earlier version made, if it can answer. What cannot is removed whole: emptying a large file table by
        table took a minute and a half at a million events."""
        found = earlier(self._path) if self._path else None
        if found is None or self._path is None:
            return None
        file, can_answer = found
        if can_answer:
            return file
        file.close()
        self._remove(file)
        return None

    def _remove(self, file: SqliteFile) -> None:
        """Take the file away with all that is in it."""
        if self._path is not None:
            with suppress(OSError), _one_at_a_time(self._path):
                if identity_of(self._path) == file.identity:  # else another process has done it already
                    _forget(self._path)

    def _opened(self) -> SqliteFile:
        if self._path is None:
            return prepared(None)
        try:
            return prepared(self._path)
        except (StoreUnavailable, StoreBusy) as exc:
            return self._in_memory(exc)
        except LogError:
            return self._made_anew(identity_of(self._path))

    def _made_anew(self, broken: Identity | None) -> SqliteFile:
        """A file without what was in the broken one, which is kept beside it: it may be somebody else's."""
        if self._path is None:
            return prepared(None)
        try:
            with _one_at_a_time(self._path):
                if identity_of(self._path) == broken:  # else another process has made it anew already
                    self._path.replace(self._path.with_name(self._path.name + ".damaged"))
                    _forget(self._path)
                return prepared(self._path)
        except (LogError, OSError) as exc:
            return self._in_memory(exc)

    def _in_memory(self, why: Exception) -> SqliteFile:
        self.hint = f"views are kept in memory and made anew at each start: {why}"
        return prepared(None)


class _Next:
    """A file that is being filled to take the place of another, by one process at a time."""

    def __init__(self, path: Path, file: SqliteFile, right: TextIO) -> None:
        self.path, self.file, self._right = path, file, right

    @classmethod
    def begun(cls, place: Path) -> _Next | None:
        """Begin, or go on where a process was killed; None while another process fills it."""
        path = _next_to(place)
        right = path.with_name(path.name + ".lock").open("a")
        try:
            fcntl.flock(right, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return cls(path, _sound(path), right)
        except BlockingIOError:
            right.close()
            return None
        except BaseException:
            right.close()
            raise

    def close(self) -> None:
        self.file.close()
        self._right.close()


def _sound(path: Path) -> SqliteFile:
    try:
        return prepared(path)
    except LogError:
        _forget(path)
        return prepared(path)


def _next_to(path: Path) -> Path:
    return path.with_name(path.name + ".next")


def _forget(path: Path) -> None:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Hold off other processes that would replace the same file."""
    with path.with_name(path.name + ".lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield

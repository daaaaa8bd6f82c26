"""The tolerant way: feedparser, in a child process that can be stopped, for what no strict parser can read."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import struct
import subprocess
import sys
import threading
import time
from typing import Any

from feeds.raw import Document, Entry, Text

_HEAD, _LENGTH = struct.Struct(">II"), struct.Struct(">I")  # size and most items; size: see feeds.tolerantchild
_MAX_ANSWER_BYTES = 50_000_000


class TolerantError(Exception):
    """The child gave no answer: it took too long, grew too large or died."""


class TolerantReader:
    """Reads ill-formed feeds in one child process, which is started when it is needed and again when it is gone.

    Safe to use from several threads; one body is read at a time.
    """

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._owner = 0
        self._lock = threading.Lock()

    def read(self, text: str, *, max_items: int, seconds: float) -> Document:
        """What feedparser makes of the text. Raises TolerantError at the deadline."""
        request = text.encode("utf-8", "replace")
        with self._lock:
            try:
                answer = self._ask(request, max_items, seconds)
            except (BrokenPipeError, EOFError):  # it ended for want of work just now; or it cannot read this body
                self._stop()
                answer = self._ask_again(request, max_items, seconds)
        return _document(json.loads(answer))

    def close(self) -> None:
        """End the child, if there is one."""
        with self._lock:
            self._stop()

    def _ask(self, request: bytes, max_items: int, seconds: float) -> bytes:
        child = self._started()
        deadline = time.monotonic() + seconds
        try:
            _write(child, _HEAD.pack(len(request), max_items) + request, deadline)
            (length,) = _LENGTH.unpack(_read(child, _LENGTH.size, deadline))
            if length > _MAX_ANSWER_BYTES:
                raise TolerantError("the answer of the tolerant parser is too large")
            return _read(child, length, deadline)
        except TolerantError:
            self._stop()
            raise

    def _ask_again(self, request: bytes, max_items: int, seconds: float) -> bytes:
        try:
            return self._ask(request, max_items, seconds)
        except (BrokenPipeError, EOFError) as error:
            self._stop()
            raise TolerantError("the tolerant parser ended") from error

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._owner != os.getpid() or self._child.poll() is not None:
            self._stop()
            command = [sys.executable, "-P", "-m", "feeds.tolerantchild"]  # -P: nothing out of the current folder
            self._child = subprocess.Popen(  # noqa: S603 - our own module
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, bufsize=0
            )
            for pipe in (self._child.stdin, self._child.stdout):
                os.set_blocking(_fileno(pipe), False)
            self._owner = os.getpid()
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is None:
            return
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()
        if self._owner == os.getpid():  # after a fork it is somebody else's child
            child.kill()
            child.wait()


def _fileno(pipe: Any) -> int:
    return int(pipe.fileno())


def _wait(descriptor: int, event: int, deadline: float) -> None:
    poll = select.poll()
    poll.register(descriptor, event)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TolerantError("the tolerant parser took too long")


def _write(child: subprocess.Popen[bytes], data: bytes, deadline: float) -> None:
    descriptor, view = _fileno(child.stdin), memoryview(data)
    while view:
        _wait(descriptor, select.POLLOUT, deadline)
        view = view[os.write(descriptor, view[:65_536]) :]


def _read(child: subprocess.Popen[bytes], size: int, deadline: float) -> bytes:
    descriptor, parts, left = _fileno(child.stdout), [], size
    while left:
        _wait(descriptor, select.POLLIN, deadline)
        part = os.read(descriptor, min(left, 1_048_576))
        if not part:
            raise EOFError
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _document(answer: dict[str, Any]) -> Document:
    entries = [Entry(**_texts(entry)) for entry in answer.pop("entries")]
    return Document(**_texts(answer), entries=entries)


def _texts(fields: dict[str, Any]) -> dict[str, Any]:
    return {
        k: Text(*v) if k in {"title", "summary", "content", "description", "source"} and v else v
        for k, v in fields.items()
    }


READER = TolerantReader()
atexit.register(READER.close)

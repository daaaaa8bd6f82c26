"""Where bodies are read and matched: in processes of their own where there is much to do, else in a thread."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import struct
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from feeds.outcome import NotAFeed
from matchers.rules import RuleSet

if TYPE_CHECKING:
    from bot.watch.offers import Body, Offered

log = logging.getLogger(__name__)

_FEEDS_FOR_PROCESSES = 200
_AHEAD = 3  # bodies a process is given before it has answered, so that it never waits for the next
_MANY = 64  # bodies before one more process learns to read them, which takes as long as to read some fifty
_TIMEOUT_S = 60.0
_GC_THRESHOLD = 50_000  # an item leaves no cycles behind
_THREADS = 2  # one may be held up by an ill-formed body


def processes_for(feeds: int) -> int:
    """How many processes help with so many feeds: one for each core, none where a thread does.

    None, too, where there already are threads: what they hold at the moment of a fork stays held in the child.
    """
    if feeds < _FEEDS_FOR_PROCESSES or not hasattr(os, "fork") or threading.active_count() > 1:
        return 0
    return min(os.cpu_count() or 1, 4)


class Workers:
    """Finds what bodies offer, in `processes` forked here and now, or in threads. Close it with `close`.

    With `is_flood`, all feeds are expected to bring a body: then what reading takes is there before the fork, and all
    processes are asked at once. Else a process learns it with its first body, and a further one is asked only when
    there were many. A process that fails is not replaced: threads take over what it would have done.
    """

    def __init__(self, rules: Sequence[RuleSet], *, processes: int, is_flood: bool = True) -> None:
        if is_flood:
            _prepare(rules)
        self._rules = rules
        self._has_learned = is_flood
        self._read = _MANY * processes if is_flood else 0
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="worker")
        self._helpers: list[_Helper] = []
        gc.freeze()  # what is there by now stays: neither looked through again nor, in a fork, copied by looking
        gc.set_threshold(_GC_THRESHOLD)
        for _ in range(processes):
            self._helpers.append(_fork(rules, self._helpers))
        self._room = asyncio.Semaphore(max(_AHEAD * processes, _THREADS))

    async def learned(self) -> None:
        """Returns when this process has imported what reading takes, in a thread, so that nothing waits for it."""
        if not self._has_learned:
            await asyncio.get_running_loop().run_in_executor(self._threads, _learn)
            self._has_learned = True

    async def offered(self, body: Body) -> Offered | NotAFeed:
        """What the body offers. A defect is raised as whatever it is."""
        async with self._room:
            self._read += 1
            working = [helper for helper in self._helpers if not helper.failed][: 1 + self._read // _MANY]
            if working:
                try:
                    return await min(working, key=lambda helper: helper.waiting).offered(body)
                except _HelperError as exc:
                    log.warning("read in this process instead feed=%s reason=%s", body.feed.id, exc)
            return await asyncio.get_running_loop().run_in_executor(self._threads, _offered, body, self._rules)

    async def close(self) -> None:
        """End the processes and threads."""
        for helper in self._helpers:
            await helper.close()
        self._threads.shutdown(wait=True)


def _learn() -> None:
    from bot.watch import bodies  # noqa: F401, PLC0415 - see `_offered`


def _prepare(rules: Sequence[RuleSet]) -> None:
    """All that reading a body takes. Raises RuleError for rules that were left for later and cannot be compiled."""
    _learn()
    for each in rules:
        each.ready()


def _offered(body: Body, rules: Sequence[RuleSet]) -> Offered | NotAFeed:
    """What the body offers, read in this process. All that reading takes is imported when the first body has come:
    most polls bring none."""
    from bot.watch import bodies  # noqa: PLC0415

    return bodies.offered(body, rules)


class _HelperError(Exception):
    """The process gave no answer, or none that helps."""


class _Helper:
    """One process, seen from ours. It answers in the order in which it is asked."""

    def __init__(self, pid: int, link: socket.socket) -> None:
        self.failed = False
        self.waiting = 0
        self.link = link
        self.pid = pid
        self._turn = asyncio.Lock()  # first come, first served: in the order of the questions
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def offered(self, body: Body) -> Offered | NotAFeed:
        from bot.watch import bodies  # noqa: PLC0415 - see `_offered`

        try:
            return bodies.answered(await self._ask(bodies.question(body)))
        except bodies.NotAnswered as exc:
            raise _HelperError(str(exc)) from exc

    async def _ask(self, question: bytes) -> bytes:
        self.waiting += 1
        try:
            async with asyncio.timeout(_TIMEOUT_S):
                return await self._asked(question)
        except BaseException as exc:
            # Also when cancelled: an answer that nobody has read would be taken for that to the next question.
            self.failed = True
            self.link.close() if self._streams is None else self._streams[1].transport.abort()
            if isinstance(exc, OSError | EOFError):  # a timeout is an OSError
                raise _HelperError(f"{type(exc).__name__}: {exc}") from exc
            raise
        finally:
            self.waiting -= 1

    async def _asked(self, question: bytes) -> bytes:
        if self._streams is None:
            async with self._turn:
                if self._streams is None:
                    self._streams = await asyncio.open_connection(sock=self.link)
        reader, writer = self._streams
        writer.write(_LENGTH.pack(len(question)) + question)
        async with self._turn:
            (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
            return await reader.readexactly(length)

    async def close(self) -> None:
        """End the process: it does when nobody can ask it any more."""
        if self._streams is None:
            self.link.close()
        else:
            self._streams[1].transport.abort()
            await asyncio.sleep(0)  # lets the loop close the socket
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        await asyncio.to_thread(os.waitpid, self.pid, 0)


# --- in the process ---------------------------------------------------------------------------------------


def _fork(rules: Sequence[RuleSet], others: Sequence[_Helper]) -> _Helper:
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid:
        theirs.close()
        return _Helper(pid, ours)
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, and its end ends this
        # With another hand on our ends of the links, none would close when our process dies.
        for link in (ours, *(other.link for other in others)):
            link.close()
        _serve(theirs, rules)
    finally:
        os._exit(0)


def _serve(link: socket.socket, rules: Sequence[RuleSet]) -> None:
    """Answer until there is nobody left to ask."""
    with link, link.makefile("rwb") as stream:
        while head := stream.read(_LENGTH.size):
            question = stream.read(_LENGTH.unpack(head)[0])
            from bot.watch import bodies  # noqa: PLC0415 - see `_offered`

            answer = bodies.answer(question, rules)
            stream.write(_LENGTH.pack(len(answer)) + answer)
            stream.flush()


_LENGTH = struct.Struct(">I")

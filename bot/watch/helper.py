"""A process that looks at feeds for ours: what it is asked, what it answers, and both ends of that."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from bot import loop
from bot.watch.link import Link
from bot.watch.look import Looked, Looker, Postponed
from feeds.item import Feed
from feeds.outcome import Failed, Fetched, NotModified
from feeds.state import FeedState

if TYPE_CHECKING:
    from bot.watch.offers import Body


class _Question(msgspec.Struct, array_like=True):
    """Look at the feed and, where `reads`, read what comes; without a feed, read that `body`. `told` is how the state
    of the feed was written down."""

    number: int
    feed: Feed | None = None
    told: str | None = None
    reads: bool = False
    body: bytes = b""


class _Answer(msgspec.Struct, array_like=True):
    """To the question of that number. `found` is what a body offers, as `bot.watch.bodies` tells it; `broken` a defect
    of whoever answers."""

    number: int
    outcome: Fetched | NotModified | Failed | Postponed | None = None
    received: int = 0
    found: bytes = b""
    broken: str = ""


class HelperError(Exception):
    """The process gave no answer, or none that helps."""


class Helper:
    """One process, seen from ours. `patience` is for how long it may say nothing at all while it is asked something."""

    def __init__(self, pid: int, end: socket.socket, patience: timedelta) -> None:
        self.pid = pid
        self.end = end
        self.failed = False
        self._patience_s = patience.total_seconds()
        self._linking: asyncio.Task[Link] | None = None
        self._link: Link | None = None
        self._numbers = count()
        self._waiting: dict[int, asyncio.Future[_Answer]] = {}
        self._heard_at = 0.0
        self._timer: asyncio.TimerHandle | None = None

    async def look(self, feed: Feed, told: str | None, *, reads: bool = False) -> Looked | Postponed:
        """What `Looker.look` gives there. Raises HelperError."""
        answer = await self._ask(_Question(next(self._numbers), feed, told, reads))
        assert answer.outcome is not None
        if isinstance(answer.outcome, Postponed):
            return answer.outcome
        if isinstance(answer.outcome, Fetched) and answer.found:
            return _looked(answer.outcome, answer)
        return Looked(answer.outcome)

    async def read(self, body: Body, fetched: Fetched) -> Looked:
        """What `Looker.read` gives there. Raises HelperError."""
        from bot.watch import bodies  # noqa: PLC0415 - see `bot.watch.look.Reader`

        answer = await self._ask(_Question(next(self._numbers), body=bodies.asked(body)))
        return _looked(replace(fetched, body=b""), answer)

    async def close(self) -> None:
        """End the process: it does when nobody can ask it any more."""
        self._give_up("it was told to end")
        if self._linking is None:
            self.end.close()
        else:
            (await self._linking).close()
            await asyncio.sleep(0)  # lets the loop close the socket
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGTERM)
        await asyncio.to_thread(os.waitpid, self.pid, 0)

    async def _ask(self, question: _Question) -> _Answer:
        link = self._link or await self._linked()
        if self.failed:
            raise HelperError("it has ended")
        answered = asyncio.get_running_loop().create_future()
        self._watch()
        self._waiting[question.number] = answered
        link.send(_ENCODER.encode(question))
        try:
            answer: _Answer = await answered
        finally:
            self._waiting.pop(question.number, None)
        if answer.broken:
            raise HelperError(answer.broken)
        return answer

    async def _linked(self) -> Link:
        """The link, made for the first who asks, and for all: it outlasts whoever is cancelled over it."""
        if self._linking is None:
            making = Link.on(self.end, self._got, lambda: self._give_up("it ended"))
            self._linking = asyncio.get_running_loop().create_task(making)
        self._link = await asyncio.shield(self._linking)
        return self._link

    def _got(self, message: bytes) -> None:
        self._heard_at = asyncio.get_running_loop().time()
        answer = _ANSWER.decode(message)
        answered = self._waiting.get(answer.number)
        if answered is not None and not answered.done():  # whoever asked may have been cancelled
            answered.set_result(answer)

    def _give_up(self, why: str) -> None:
        self.failed = True
        if self._link is not None:
            self._link.close()
        if self._timer is not None:
            self._timer.cancel()
        for answered in self._waiting.values():
            if not answered.done():
                answered.set_exception(HelperError(why))

    def _watch(self) -> None:
        """Begin to wait, unless others do already."""
        running = asyncio.get_running_loop()
        if not self._waiting:
            self._heard_at = running.time()
        if self._timer is None:
            self._timer = running.call_later(self._patience_s, self._look_after)

    def _look_after(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        running = asyncio.get_running_loop()
        left_s = self._heard_at + self._patience_s - running.time()
        if left_s <= 0:
            self._give_up(f"it said nothing for {self._patience_s:.0f} s")
        else:
            self._timer = running.call_later(left_s, self._look_after)


def _looked(outcome: Fetched, answer: _Answer) -> Looked:
    from bot.watch import bodies  # noqa: PLC0415 - see `bot.watch.look.Reader`

    return Looked(outcome, bodies.heard(answer.found), answer.received)


# --- in the process ---------------------------------------------------------------------------------------


def serve(end: socket.socket, make: Callable[[], Looker]) -> None:
    """Answer until there is nobody left to ask."""
    loop.run(_serve(end, make()))


async def _serve(end: socket.socket, looker: Looker) -> None:
    ended = asyncio.Event()
    answering: set[asyncio.Task[None]] = set()

    async def answer(question: _Question) -> None:
        link.send(_ENCODER.encode(await _answered(question, looker)))

    def got(message: bytes) -> None:
        task = asyncio.get_running_loop().create_task(answer(_QUESTION.decode(message)))
        answering.add(task)
        task.add_done_callback(answering.discard)

    link = await Link.on(end, got, ended.set)
    await ended.wait()


async def _answered(question: _Question, looker: Looker) -> _Answer:
    """A defect is part of the answer: it is met once more in our own process, and told there with its traceback."""
    try:
        return await _answer(question, looker)
    except Exception as exc:  # noqa: BLE001
        return _Answer(question.number, broken=f"{type(exc).__name__}: {exc}")


async def _answer(question: _Question, looker: Looker) -> _Answer:
    if question.feed is None:
        return await _read(question, looker)
    looked = await looker.look(question.feed, FeedState.from_json(question.told), reads=question.reads)
    if isinstance(looked, Postponed):
        return _Answer(question.number, looked)
    if looked.found is None:
        return _Answer(question.number, looked.outcome)
    from bot.watch import bodies  # noqa: PLC0415 - see `bot.watch.look.Reader`

    return _Answer(question.number, looked.outcome, looked.received, bodies.told(looked.found))


async def _read(question: _Question, looker: Looker) -> _Answer:
    from bot.watch import bodies  # noqa: PLC0415 - see `bot.watch.look.Reader`

    body = bodies.body_asked(question.body)
    found = await looker.reader.offered(body)
    return _Answer(question.number, received=len(body.data), found=bodies.told(found))


_ENCODER = msgspec.msgpack.Encoder()
_QUESTION = msgspec.msgpack.Decoder(_Question)
_ANSWER = msgspec.msgpack.Decoder(_Answer)

"""Killed at any await: after the next start every match is accounted for, and the channel was told once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.telegram.digest import Digest
from bot.telegram.outcome import Look, Outcome
from bot.telegram.render import Post
from bot.telegram.sinks import TelegramSink
from store.events.deliveries import UpdateSent
from tests.bot.stage import Stage, staged

pytestmark = pytest.mark.anyio

T = TypeVar("T")


class Killed(BaseException):
    """The process is gone: nothing of it runs any more."""


class Death:
    """Strikes at the nth step, before or after the step's effect; steps are calls to the store and to Telegram."""

    def __init__(self, step: int, *, after: bool) -> None:
        self.left = step
        self.after = after
        self.struck = False

    async def over(self, work: Callable[[], Awaitable[T]]) -> T:
        if self.struck:
            raise Killed
        self.left -= 1
        if self.left == 0:
            self.struck = True
            if self.after:
                await work()
            raise Killed
        return await work()


class MortalSink:
    """The real sink, whose every call may be the last."""

    def __init__(self, sink: TelegramSink, death: Death) -> None:
        self._sink, self._death = sink, death
        self.in_flight: timedelta = sink.in_flight
        self.can_look: bool = sink.can_look

    async def open(self) -> str | Outcome:
        return await self._sink.open()

    async def turn(self) -> None:
        await self._sink.turn()

    async def send(self, post: Post | Digest, *, after: int | None) -> Outcome:
        return await self._death.over(lambda: self._sink.send(post, after=after))

    async def edit(self, number: int, post: Post | Digest) -> Outcome:
        return await self._death.over(lambda: self._sink.edit(number, post))

    async def pin(self, number: int) -> Outcome:
        return await self._death.over(lambda: self._sink.pin(number))

    async def look(self, number: int) -> Look:
        return await self._death.over(lambda: self._sink.look(number))

    async def delete(self, number: int) -> Outcome:
        return await self._death.over(lambda: self._sink.delete(number))

    def move(self, chat: int) -> None:
        self._sink.move(chat)

    async def shut(self) -> Outcome | None:
        return await self._death.over(self._sink.shut)


async def live_until(stage: Stage, death: Death, **how: Any) -> None:
    """Run a publisher until it has nothing to do or death strikes."""

    async def call(work: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        return await death.over(lambda: stage.lane.call(work, *args, **kwargs))

    try:
        await stage.settle(stage.publisher(MortalSink(stage.sink(), death), call=call, **how))
    except Killed:
        await stage.time.sleep(1.0)


async def news(stage: Stage, number: int) -> set[str]:
    """Two stories, one of which has two outlets; gives their headlines."""
    first = await stage.report(f"Story {number} a")
    await stage.report(f"Story {number} a, again", story=first)
    await stage.report(f"Story {number} b")
    return {f"Story {number} a", f"Story {number} b"}


def told(stage: Stage) -> Counter[str]:
    return Counter(post.text.splitlines()[1] for post in stage.posts)


async def kill_everywhere(stage: Stage, *, with_faults: bool = False) -> set[str]:
    """One life after the other, each killed one step later than the last, until a life is over before its death."""
    await stage.settle(stage.publisher())
    expected: set[str] = set()
    for after in (False, True):
        for step in range(1, 200):
            expected |= await news(stage, step + 1000 * after)
            if with_faults:
                stage.server.faults.add("reset", method="sendMessage", effect=after)
            death = Death(step, after=after)
            await live_until(stage, death)
            await stage.settle(stage.publisher())
            if not death.struck:
                break
    return expected


@pytest.mark.parametrize("with_faults", [False, pytest.param(True, marks=pytest.mark.slow)], ids=["healthy", "resets"])
async def test_with_a_log_chat_every_story_is_told_exactly_once(tmp_path: Path, with_faults: bool) -> None:
    async with staged(tmp_path, log_chat=True, limits=False) as stage:
        expected = await kill_everywhere(stage, with_faults=with_faults)
        assert told(stage) == Counter(expected)
        counts = stage.ends()
        assert (counts.waiting, counts.failed, counts.unaccounted) == (0, 0, 0)
        assert counts.published == len(expected)


@pytest.mark.slow
async def test_without_one_a_story_is_told_twice_only_where_the_log_says_so(tmp_path: Path) -> None:
    async with staged(tmp_path, limits=False) as stage:
        expected = await kill_everywhere(stage)
        marked = {
            fact.story for fact in await stage.facts("UpdateSent") if isinstance(fact, UpdateSent) and fact.repeated
        }
        times = told(stage)
        assert set(times) == expected
        assert max(times.values()) <= 2
        assert sum(times.values()) - len(expected) <= len(marked)
        assert stage.ends().unaccounted == stage.ends().waiting == 0

"""Copies of a post whose answer was lost: found and taken back, by calls that are harmless to repeat."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Collection
from typing import TypeVar

from bot.telegram import probe
from bot.telegram.outcome import Look, Sent, Unknown, Unsent, Wait
from bot.telegram.sinks import Sink

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

PATIENCE = 8


async def without_twins(sink: Sink, sent: Sent, shown: Collection[str], sleep: Sleep) -> Sent:
    """The channel's first post was in doubt, and there was no known id to look behind: now there is one to look
    before. Of several copies, whichever attempt they were of, the newest stays: its text is the one we know. `shown`
    are the digests of the texts of all attempts."""

    async def look(number: int) -> Look:
        return await patiently(lambda: sink.look(number), sleep)

    for number in await probe.find_before(look, before=sent.message, digests=shown):
        await patiently(functools.partial(sink.delete, number), sleep)
    return sent


async def patiently(call: Callable[[], Awaitable[T]], sleep: Sleep) -> T:
    """The outcome of a call that is harmless to repeat, once it is a definite one, or after a few tries."""
    for tries in range(PATIENCE):
        outcome = await call()
        match outcome:
            case Wait(seconds):
                await sleep(seconds)
            case Unsent() | Unknown():
                await sleep(2.0**tries)
            case _:
                break
    return outcome

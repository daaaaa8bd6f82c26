"""Finding a post whose answer was lost: what stands behind the last message we knew of, looked at one by one.

A bot cannot read a channel's history, but it can forward a message whose id it guesses, and the answer shows the
text. Two ids in a row without a message are taken for the end of the channel.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass

from bot.telegram.message import seen_digest
from bot.telegram.outcome import Hidden, Look, Nothing, Seen

MAX_LOOKS = 60
END = 2

LookAt = Callable[[int], Awaitable[Look]]


@dataclass(frozen=True, slots=True)
class Found:
    """The post stands under this id."""

    message: int


@dataclass(frozen=True, slots=True)
class Absent:
    """The post is not there."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """It cannot be told: something that may not be forwarded stands there, or too much."""


@dataclass(frozen=True, slots=True)
class Hindered:
    """A look failed; whether to look again is the failure's matter."""

    look: Look


Finding = Found | Absent | Unclear | Hindered


async def find(look_at: LookAt, *, after: int, digest: str) -> Finding:
    """Where the post with this digest stands, among the messages behind `after`."""
    end = hidden = 0
    for number in range(after + 1, after + 1 + MAX_LOOKS):
        look = await look_at(number)
        match look:
            case Seen() if is_post(look, digest):
                return Found(number)
            case Seen():
                end = 0
            case Hidden():
                end, hidden = 0, hidden + 1
            case Nothing():
                end += 1
            case _:
                return Hindered(look)
        if end == END:
            return Unclear() if hidden else Absent()
    return Unclear()


async def find_before(look_at: LookAt, *, before: int, digests: Collection[str]) -> list[int]:
    """Where else a post with one of these digests stands, among the few messages before `before`; nearest first."""
    twins = []
    end = 0
    for number in range(before - 1, max(0, before - 1 - MAX_LOOKS), -1):
        look = await look_at(number)
        if isinstance(look, Seen) and any(is_post(look, digest) for digest in digests):
            twins.append(number)
        end = end + 1 if not (twins and twins[-1] == number) else 0
        if end == 2 * END:
            break
    return twins


def is_post(seen: Seen, digest: str) -> bool:
    """Whether a message found in the channel is the post with this digest."""
    return seen_digest(seen.text) == digest.partition("-")[0]

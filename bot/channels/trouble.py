"""What a publisher meets that a person must know of."""

from __future__ import annotations

import logging
from dataclasses import dataclass

_log = logging.getLogger("pactwatch.publish")


@dataclass(frozen=True, slots=True)
class Turned:
    """The channel refused us for the `times`th time in a row: blocked, kicked, no rights; or, without
    `is_chat`, Telegram does not take our token."""

    channel: str
    reason: str
    times: int
    is_chat: bool = True


@dataclass(frozen=True, slots=True)
class Lost:
    """A post, or an edit of one, was refused for good."""

    channel: str
    story: str
    reason: str


@dataclass(frozen=True, slots=True)
class Plain:
    """A post went out, or was edited, without its markup, which Telegram could not read: a defect of ours."""

    channel: str
    story: str
    reason: str


@dataclass(frozen=True, slots=True)
class Unpinned:
    """The index could not be pinned, for the `times`th time in a row; it is tried again."""

    channel: str
    reason: str
    times: int


Trouble = Turned | Lost | Plain | Unpinned


_ADVICE = "(make the bot an administrator of the channel that may post messages; nothing is lost meanwhile)"
_PIN_ADVICE = "(give the bot the right to pin messages; it tries again every ten minutes)"


async def say_so(trouble: Trouble) -> None:
    """Trouble as a line of the log file, the 1st, 2nd, 4th, 8th … time; a lost post has its line already."""
    match trouble:
        case Turned(channel, reason, times) if is_worth_saying(times):
            _log.error("the channel refuses us channel=%s reason=%r %s", channel, reason, _ADVICE)
        case Unpinned(channel, reason, times) if is_worth_saying(times):
            _log.warning("the index is not pinned channel=%s reason=%r %s", channel, reason, _PIN_ADVICE)
        case _:
            pass


def is_worth_saying(times: int) -> bool:
    """The 1st, 2nd, 4th, 8th … time."""
    return times & (times - 1) == 0

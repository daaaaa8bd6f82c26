"""One step for one story: what it takes, how it may end when the program is told to stop, how it is reported."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import TypeVar

from bot.channels.ledger import Account
from bot.telegram.digest import Digest
from bot.telegram.outcome import Outcome, Refused, Sent
from bot.telegram.render import Post
from store.views.values import Delivery

T = TypeVar("T")
_log = logging.getLogger("pactwatch.publish")

FINISH_S = 3.0


@dataclass(frozen=True, slots=True)
class Job:
    """A story's delivery with its post as it would be today."""

    ledger: Account
    entry: Delivery
    post: Post | Digest
    digest: str


async def finish(work: Coroutine[None, None, T]) -> T:
    """Let work that must not be left half done end in peace for a moment when the program is told to stop."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=FINISH_S)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        raise


def report(job: Job, done: str, outcome: Outcome, *, seconds: float = 0.0) -> None:
    """One line per publication."""
    entry = job.entry
    values = (done, entry.channel, entry.story.id, ",".join(entry.story.commitments), len(entry.story.items))
    match outcome:
        case Sent(number):
            _log.info(
                "%s channel=%s story=%s commitments=%s items=%d message=%d seconds=%.1f", *values, number, seconds
            )
        case Refused("message" | "markup" | "gone", reason):
            _log.error("not %s channel=%s story=%s commitments=%s items=%d reason=%r", *values, reason)
        case _:
            _log.info("not yet %s channel=%s story=%s commitments=%s items=%d outcome=%s", *values, outcome)

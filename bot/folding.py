"""Folding: while the bot runs, long work on the views is done beside everything else, never in front of it."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Awaitable, Callable

from bot.lane import Lane
from store.log import EventLog, LogError
from store.views.views import Views

log = logging.getLogger(__name__)

PAUSE_S = 5.0
TELL_EVERY = 0.1


async def folding(views: Views, events: EventLog, wake: Callable[[float], Awaitable[None]]) -> None:
    """Keep the views near the head of the log, for ever. `wake` returns when it grew, or after so many seconds."""
    lane = Lane("views")
    try:
        while True:
            await _fold(views, events, lane)
            await wake(PAUSE_S)
    finally:
        lane.close()


async def _fold(views: Views, events: EventLog, lane: Lane) -> None:
    told = None
    with contextlib.suppress(LogError):  # whoever asks the views is told, and they are tried again with the next ring
        while await lane.call(views.fold_some, events):
            share = views.coming or 0.0
            if told is None or share - told >= TELL_EVERY:
                log.info("views are being made, answers say so done=%d%%", share * 100)
                told = share
    if told is not None and views.coming is None:
        log.info("views are complete")

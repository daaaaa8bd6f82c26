"""Charts drawn in a process of their own, one at a time: the bot's memory and its loop are left alone."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence

import msgspec

from bot.channels.chart import Chart, can_draw
from feeds.child import ended

_log = logging.getLogger(__name__)

_TIMEOUT_S = 60.0  # the first picture of an installation takes long: every font of the system is looked at, once
_KEPT = 32  # pictures of some 60 kB
_PROGRAM = (sys.executable, "-m", "bot.channels.chart")


class Painter:
    """Draws charts with `program`, and remembers the last ones. Without the extra `charts` it draws none."""

    def __init__(self, program: Sequence[str] = _PROGRAM) -> None:
        self.can_draw = can_draw()
        self._program = program
        self._one_by_one = asyncio.Lock()
        self._kept: dict[Chart, bytes] = {}

    async def paint(self, chart: Chart) -> bytes | None:
        """The chart as a PNG; None where there is none to be had: say it in words then."""
        if not self.can_draw:
            return None
        async with self._one_by_one:
            kept = self._kept.pop(chart, None)
            png = kept if kept is not None else await _painted(chart, self._program)
            if png is not None:
                self._kept[chart] = png
                if len(self._kept) > _KEPT:
                    del self._kept[next(iter(self._kept))]
            return png


async def _painted(chart: Chart, program: Sequence[str]) -> bytes | None:
    environ = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # its threads would hold memory and have nothing to do
    try:
        done = await ended(program, given=msgspec.msgpack.encode(chart), timeout_s=_TIMEOUT_S, environ=environ)
    except TimeoutError:
        _log.warning("no picture: it took longer than %.0f seconds", _TIMEOUT_S)
        return None
    if done.code:
        _log.warning("no picture: %s", done.said or done.code)
        return None
    return done.output

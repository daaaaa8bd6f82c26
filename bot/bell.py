"""A bell: something was written that others may be waiting for."""

from __future__ import annotations

import asyncio
import contextlib


class Bell:
    """Rung by who adds to the log, heard by who reads it. A ring nobody waits for is heard by the next who does."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._others: list[Bell] = []

    def ring(self) -> None:
        self._rung.set()
        for other in self._others:
            other.ring()

    def another(self) -> Bell:
        """A bell that rings with this one, for somebody else to wait at."""
        made = Bell()
        self._others.append(made)
        return made

    async def wait(self, seconds: float) -> None:
        """Return when the bell rings, at the latest after so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()

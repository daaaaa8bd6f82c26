"""A bell: something was written that others may be waiting for."""

from __future__ import annotations

import asyncio
import contextlib


class Bell:
    """Rung by who adds to the log, heard by who reads it. A ring nobody waits for is heard by the next who does."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> None:
        """Return when the bell rings, at the latest after so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        self._rung.clear()

"""Commands of our own, run to their end in processes of their own: what takes long holds up nobody."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from feeds.child import Ended, ended

PROGRAM = (sys.executable, "-c", "from bot.cli import main; main()")


async def run_aside(*arguments: str, timeout_s: float, program: Sequence[str] = PROGRAM) -> Ended:
    """Run `pactwatch ARGUMENTS` to its end, or to that of the time."""
    try:
        return await ended((*program, *arguments), timeout_s=timeout_s)
    except TimeoutError:
        return Ended(-1, said=f"it took longer than {timeout_s:.0f} seconds")

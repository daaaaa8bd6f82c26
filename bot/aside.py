"""Commands of this program, run in a process of their own: what takes long or much memory holds up nobody."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from dataclasses import dataclass

PROGRAM = (sys.executable, "-c", "from bot.cli import main; main()")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: 0 and 1 are answers, anything else is a failure; what it printed, and its last words."""

    code: int
    output: bytes = b""
    said: str = ""

    @property
    def failed(self) -> bool:
        return self.code not in {0, 1}


async def run_aside(*arguments: str, timeout_s: float, program: Sequence[str] = PROGRAM) -> Ended:
    """Run `pactwatch ARGUMENTS` to its end, or to that of the time."""
    process = await asyncio.create_subprocess_exec(
        *program,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(timeout_s):
            output, said = await process.communicate()
    except TimeoutError:
        return Ended(-1, said=f"it took longer than {timeout_s:.0f} seconds")
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return Ended(process.returncode or 0, output, lines[-1] if lines else "")

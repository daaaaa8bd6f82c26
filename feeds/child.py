"""Programs run to their end in processes of their own: what takes long or much memory holds up nobody, and outlives
nobody."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended: 0 and 1 are answers, anything else is a failure; what it printed, and its last words."""

    code: int
    output: bytes = b""
    said: str = ""

    @property
    def failed(self) -> bool:
        return self.code not in {0, 1}


async def ended(
    command: Sequence[str], *, given: bytes = b"", timeout_s: float, environ: Mapping[str, str] | None = None
) -> Ended:
    """Run a program, which reads what it is `given`, to its end. It never outlives this. Raises OSError where it cannot
    be started, TimeoutError where it takes too long."""
    process = await _started(command, environ)
    try:
        async with asyncio.timeout(timeout_s):
            output, said = await process.communicate(given)
    finally:
        await _put_down(process)
    lines = [line for line in said.decode(errors="replace").splitlines() if line.strip()]
    return Ended(process.returncode or 0, output, lines[-1] if lines else "")


async def _started(command: Sequence[str], environ: Mapping[str, str] | None) -> Process:
    """The process, started. One that we are cancelled over is put down, not left half started: asyncio would forget its
    pipes."""
    starting = asyncio.ensure_future(
        asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=PIPE, env=environ)
    )
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait({starting})
        if starting.exception() is None:
            await _put_down(starting.result())
        raise


async def _put_down(process: Process) -> None:
    """End it, if it still runs, and let go of its pipes, which what it started may hold open for ever. asyncio has no
    other way to close these than the process's transport."""
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001  kills it, too
    await process.wait()

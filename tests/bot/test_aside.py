"""Programs run aside: their end is an answer, and nothing of them outlives whoever asked."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import warnings
from pathlib import Path

import pytest

from bot.aside import run_aside
from feeds.child import Ended, ended

ECHO = "import sys; sys.stdout.write(sys.stdin.read().upper()); print('done', file=sys.stderr)"


def waiting(gate: Path) -> tuple[str, ...]:
    """A program that waits for somebody to write into the gate, and its child, which holds its pipes open."""
    os.mkfifo(gate)
    code = f"import subprocess, sys; subprocess.Popen(['sleep', '5']); open({str(gate)!r}).read()"
    return (sys.executable, "-c", code)


@pytest.mark.anyio
async def test_a_program_reads_what_it_is_given_and_is_heard() -> None:
    assert await ended((sys.executable, "-c", ECHO), given=b"hello", timeout_s=60) == Ended(0, b"HELLO", "done")


@pytest.mark.anyio
async def test_what_takes_too_long_is_ended_whatever_it_started(tmp_path: Path) -> None:
    done = await run_aside(timeout_s=0.2, program=waiting(tmp_path / "gate"))
    assert (done.failed, done.said) == (True, "it took longer than 0 seconds")


@pytest.mark.anyio
async def test_a_program_that_is_not_there_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        await ended(("/nowhere/at-all",), timeout_s=1)


@pytest.mark.parametrize("moments", range(12))
def test_whoever_gives_up_at_any_moment_leaves_nothing_open(moments: int) -> None:
    """The loop ends at once, as when the program is told to stop: what is open then stays open."""

    async def give_up() -> None:
        asking = asyncio.ensure_future(ended((sys.executable, "-c", "input()"), timeout_s=60))
        for _ in range(moments):
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking

    with warnings.catch_warnings(record=True) as left:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(give_up())
        gc.collect()
    assert [str(one.message) for one in left] == []

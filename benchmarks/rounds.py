"""Memory over many rounds of one process: `python -m benchmarks.rounds [--rounds 100]`.

One feed in twenty has something new in every round, the others answer 304. Memory is the resident set of the process,
and what it and the processes that help it have together, pages that they share counted once (PSS).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.feedserver import address
from benchmarks.polling import ROOT, feeds_served
from bot import loop
from bot.app import open_watch
from bot.commands.poll import adjusted
from bot.config import Loaded, load


def memory(pid: int | str, file: str, field: str) -> float:
    """A field of /proc about a process, in MB."""
    lines = Path(f"/proc/{pid}/{file}").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def together() -> float:
    """What this process and its children have."""
    children = Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
    return sum(memory(pid, "smaps_rollup", "Pss:") for pid in ("self", *children))


async def rounds(loaded: Loaded, count: int, change: Callable[[int, int], None]) -> None:
    async with open_watch(loaded, with_views=False) as watch:
        for turn in range(count):
            await asyncio.to_thread(change, turn, 1)
            await watch.poll_all()
            if turn in {0, 1, 2} or (turn + 1) % 10 == 0:
                own, figures = memory("self", "status", "VmRSS:"), watch.poller.figures
                print(f"{turn + 1:5} {own:8.1f} {together():9.1f} {figures.polls:8} {figures.new:7}", flush=True)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--feeds", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=100)
    options.add_argument("--port", type=int, default=8796)
    given = options.parse_args()
    with feeds_served(given.feeds, given.port) as change, tempfile.TemporaryDirectory() as home:
        feeds = Path(home) / "feeds.txt"
        feeds.write_text("".join(f"{address(number, given.port)}\n" for number in range(given.feeds)))
        loaded = adjusted(
            load(ROOT / "config.yaml", {}), feeds_from=feeds, store=f"sqlite:///{home}/log.db", private=True
        )
        print("round   own MB  together    polls   items")
        loop.run(rounds(loaded, given.rounds, change))
        print(f"most: {memory('self', 'status', 'VmHWM:'):.1f} MB")


if __name__ == "__main__":
    main()

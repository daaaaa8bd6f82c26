"""A lane: one thread that makes blocking calls in their order, so that the event loop never blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """The only thread in which an object that must stay in one thread (a SQLite connection) is used."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def call(self, work: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `work` in the lane. A call that has begun is finished even when the caller is cancelled, so that
        nothing half-done is left behind; what it gives is then dropped."""
        loop = asyncio.get_running_loop()
        return await asyncio.shield(loop.run_in_executor(self._executor, lambda: work(*args, **kwargs)))

    def close(self) -> None:
        """Finish what was handed in, then end the thread."""
        self._executor.shutdown(wait=True)

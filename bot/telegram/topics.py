"""The topics of a forum group, one for each pillar: opened when first needed, known again after a restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.telegram.outcome import Outcome

MAX_NAME = 128  # https://core.telegram.org/bots/api#createforumtopic

Open = Callable[[int, str], Awaitable[int | Outcome]]
"""Open a topic of that name in the chat; gives its thread id, or why there is none."""


class Topics:
    """Which thread a pillar's posts go to. `recall` gives the threads that the log knows, `record` adds one to it;
    `name` is what people call a pillar.

    Telegram knows no key for opening a topic: a program that is killed between opening and recording leaves an empty
    topic behind, and opens another.
    """

    def __init__(
        self,
        open_: Open,
        name: Callable[[str], str],
        *,
        recall: Callable[[int], Awaitable[Mapping[str, int]]],
        record: Callable[[int, str, int], Awaitable[None]],
    ) -> None:
        self._open, self._name, self._recall, self._record = open_, name, recall, record
        self._threads: dict[str, int] | None = None

    async def thread(self, chat: int, pillar: str) -> int | Outcome:
        """The thread of the pillar, opened now where there is none; or why it cannot be."""
        if self._threads is None:
            self._threads = dict(await self._recall(chat))
        if pillar not in self._threads:
            opened = await self._open(chat, self._name(pillar)[:MAX_NAME])
            if not isinstance(opened, int):
                return opened
            self._threads[pillar] = opened
            await self._record(chat, pillar, opened)
        return self._threads[pillar]

    def forget(self, pillar: str) -> None:
        """The thread is gone: the next post opens another."""
        if self._threads is not None:
            self._threads.pop(pillar, None)

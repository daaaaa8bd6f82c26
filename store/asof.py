"""The log as it was: everything up to one position, and nothing of what came later."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from store.log import Event, EventLog, LogError, Recorded


class LogAsOf:
    """`log` up to and including `position`, for reading. Keeps the other log open, and does not close it."""

    def __init__(self, log: EventLog, position: int) -> None:
        self._log = log
        self._position = min(position, log.head())

    def append(
        self, events: Sequence[Event], *, at: datetime, strict: bool = False, fence: tuple[str, int] | None = None
    ) -> list[tuple[int, str]]:
        """LogError: nothing is written into the past."""
        raise LogError("the past cannot be written; this is the log as it was at an earlier position")

    def redact(self, keys: Collection[str], *, reason: str, record: Sequence[Event], at: datetime) -> int:
        """LogError: nothing is written into the past."""
        raise LogError("the past cannot be written; redact in the log itself")

    def compact(self, keys: Collection[str], *, seen: int, through: int, before: datetime, at: datetime) -> int:
        """LogError: nothing is dropped from the past."""
        raise LogError("the past cannot be written; compact the log itself")

    def read(self, after: int = 0, limit: int = 1000, types: Collection[str] = ()) -> list[Recorded]:
        if after >= self._position:
            return []
        return [recorded for recorded in self._log.read(after, limit, types) if recorded.pos <= self._position]

    def find(self, keys: Collection[str]) -> dict[str, Recorded]:
        return {key: one for key, one in self._log.find(keys).items() if one.pos <= self._position}

    def known(self, keys: Collection[str]) -> set[str]:
        return set(self.find(keys))

    def head(self) -> int:
        return self._position

    def wait(self, after: int, timeout: float) -> bool:
        """Whether there is more at once: the past does not grow."""
        del timeout
        return after < self._position

    def close(self) -> None:
        """Nothing: the log belongs to whoever opened it."""

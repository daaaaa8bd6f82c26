"""The port for what readers of the bot asked us to remember. Kept beside the log, never in it: it can be forgotten.

Events know a reader only by a random id, which says nothing once the row is gone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import msgspec

Pace = Literal["now", "daily", "weekly"]


class Follow(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something a reader wants to be told of: a commitment, a pillar, or any words. `since` is the position of the
    log and `made` the time at which it was asked for: what came before is not owed."""

    kind: Literal["commitment", "pillar", "words"]
    what: str
    pace: Pace
    since: int
    made: datetime


class Settings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a reader chose. `digest_at` and the hours of `quiet` (from, until) are minutes of the day in `zone`; weekly
    digests come on the day `digest_weekday`, Monday being 0."""

    lang: str = "en"
    zone: str = "UTC"
    digest_at: int = 8 * 60
    digest_weekday: int = 0
    quiet: tuple[int, int] | None = None
    follows: tuple[Follow, ...] = ()


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """Up to which position of the log a reader was served, for each pace, and the last digests' times."""

    now: int = 0
    daily: int = 0
    weekly: int = 0
    daily_at: datetime | None = None
    weekly_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReaderRow:
    """A reader as kept. `id` is random, and all that events ever say; `paused`: they have blocked us."""

    id: str
    chat: int
    settings: Settings
    progress: Progress = field(default_factory=Progress)
    paused: bool = False


class Readers(Protocol):
    """What readers asked us to remember. Calls block, as those of the log do."""

    def find(self, chat: int) -> ReaderRow | None:
        """The reader with that private chat."""
        ...

    def all(self) -> list[ReaderRow]:
        """Every reader, by id."""
        ...

    def keep(self, chat: int, settings: Settings, *, new_id: str) -> ReaderRow:
        """Remember these settings; a chat that was not known gets `new_id`. What is paused goes on."""
        ...

    def advance(self, reader: str, progress: Progress) -> None:
        """Note how far a reader was served; nothing where the reader is gone."""
        ...

    def pause(self, reader: str) -> None:
        """Note that a reader lets nothing through, until `keep` or `resume`."""
        ...

    def resume(self, reader: str) -> None:
        """A paused reader is back."""
        ...

    def forget(self, chat: int) -> bool:
        """Delete everything kept of a reader; whether there was anything."""
        ...

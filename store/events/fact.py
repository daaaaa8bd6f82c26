"""What all event types share."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, ClassVar

import msgspec

Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What all event types share. `TYPE` is the stored name; `key` is unique in a log."""

    TYPE: ClassVar[str]

    @property
    def key(self) -> str:
        raise NotImplementedError


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a term was found: `start` and `end` are offsets into the item's own text, in code points."""

    field: str
    start: int
    end: int
    term: str
    role: str = "term"


def instant(when: datetime) -> str:
    """A time as part of a key: the same text for the same instant, whatever its zone."""
    return when.astimezone(UTC).isoformat()

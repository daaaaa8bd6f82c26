"""Retention: the text of items that never matched may go after a time; that they were seen stays.

An item that anything in the log speaks of beside its own text (a match, a story, a post, a judgement, an audit) is kept
whole for ever.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from store import codec
from store.events.catalogue import EVENT_TYPES
from store.events.items import ItemRevised, ItemSeen, TextFetched, TextMissing
from store.events.trust import ItemsCompacted, LogSealed
from store.log import EventLog, Recorded, each

PAGE = 2000
TEXTS = (ItemSeen.TYPE, ItemRevised.TYPE, TextFetched.TYPE)
_SILENT = {*TEXTS, TextMissing.TYPE, ItemsCompacted.TYPE, LogSealed.TYPE}
_SPEAKING = tuple(kind.TYPE for kind in EVENT_TYPES if kind.TYPE not in _SILENT)


@dataclass(frozen=True, slots=True)
class Step:
    """A stretch of the log that was looked at, up to `through`: the events whose text was dropped, and the bytes."""

    through: int
    events: int
    freed: int


def compact(log: EventLog, before: datetime, *, at: datetime, is_trial: bool = False) -> Iterator[Step]:
    """Drop the text of what was recorded before that moment and never mattered, a stretch of the log at a time.

    With `is_trial` nothing is dropped, and the steps tell what would be. Memory grows with the matches, not the items.
    """
    seen = log.head()
    spoken_of = _spoken_of(log)
    for page in _pages(log, _through(log), before):
        through = page[-1].pos
        keys = [one.key for one in page if _may_go(one, spoken_of)]
        freed = _would_free(page, keys) if is_trial else 0
        if keys and not is_trial:
            freed = log.compact(keys, seen=seen, through=through, before=before, at=at)
        yield Step(through, len(keys), freed)


def dropped(log: EventLog, position: int) -> int:
    """Of how many events up to that position the text was dropped, by now."""
    return sum(one <= position for fact in _compactions(log) for one in fact.positions)


def _pages(log: EventLog, after: int, before: datetime) -> Iterator[list[Recorded]]:
    while page := [one for one in log.read(after, PAGE, TEXTS) if one.at < before]:
        yield page
        after = page[-1].pos


def _may_go(recorded: Recorded, spoken_of: set[str]) -> bool:
    is_whole = not codec.is_compacted(recorded.data) and codec.redacted(recorded.data) is None
    return is_whole and recorded.key.split("/")[1] not in spoken_of


def _would_free(page: list[Recorded], keys: list[str]) -> int:
    chosen = set(keys)
    return sum(len(one.data.encode()) - len(codec.compacted(one.data).encode()) for one in page if one.key in chosen)


def _through(log: EventLog) -> int:
    """How far earlier compactions looked: what they left whole is kept for ever."""
    return max((fact.through for fact in _compactions(log)), default=0)


def _compactions(log: EventLog) -> Iterator[ItemsCompacted]:
    facts = map(codec.fact, each(log, (ItemsCompacted.TYPE,)))
    return (fact for fact in facts if isinstance(fact, ItemsCompacted))


def _spoken_of(log: EventLog) -> set[str]:
    """Everything short that events other than the texts themselves name, item keys among it."""
    found: set[str] = set()
    for recorded in each(log, _SPEAKING):
        found.update(recorded.key.split("/"))
        _gather(msgspec.json.decode(recorded.data), found)
    return found


def _gather(value: Any, found: set[str]) -> None:  # any JSON value
    match value:
        case str() if len(value) <= 64:
            found.add(value)
        case dict():
            for one in value.values():
                _gather(one, found)
        case list():
            for one in value:
                _gather(one, found)
        case _:
            pass

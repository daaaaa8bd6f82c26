"""Reading the log as people ask for it: by time, by what an event is about, by words; in pages of positions.

Everything goes by position, so what is appended meanwhile moves nothing, and no page is missed or read twice. Memory
does not grow with the log.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.questions.concern import PAGE, Concern, about, fact_of
from store.log import EventLog, Recorded, each

_LONGEST_STEP = 4 * PAGE


@dataclass(frozen=True, slots=True)
class Question:
    """Which events are asked for; what is empty or None restricts nothing. `key` is a beginning of the key, `feed`
    the events of a feed and what it offered, `words` a pattern in the readable line or the stored data."""

    types: tuple[str, ...] = ()
    key: str = ""
    feed: str = ""
    concern: Concern | None = None
    words: re.Pattern[str] | None = None


def position_before(log: EventLog, when: datetime) -> int:
    """The position of the last event recorded before `when`; 0 where there is none. Times never run backwards."""
    low, high = 0, log.head()
    while low < high:
        middle = (low + high + 1) // 2
        if log.read(middle - 1, 1)[0].at < when:
            low = middle
        else:
            high = middle - 1
    return low


def last(log: EventLog, types: Collection[str]) -> Recorded | None:
    """The newest event of these types, which must be rare ones: all of them are read."""
    return next(iter(deque(each(log, types), maxlen=1)), None)


def onwards(log: EventLog, question: Question, *, after: int, to: int) -> Iterator[Recorded]:
    """The events asked for behind `after` and up to `to`, oldest first."""
    while after < to and (page := log.read(after, PAGE, question.types)):
        after = page[-1].pos
        yield from _chosen(log, question, page, to)


def newest(log: EventLog, question: Question, limit: int, *, after: int, to: int) -> list[Recorded]:
    """The last `limit` events asked for behind `after` and up to `to`, oldest first."""
    found: list[Recorded] = []
    step = max(PAGE, min(limit, _LONGEST_STEP))
    while to > after and len(found) < limit:
        start = max(after, to - step)
        page = log.read(start, to - start, question.types)
        found = [*_chosen(log, question, page, to), *found]
        to, step = start, min(2 * step, _LONGEST_STEP)
    return found[-limit:]


def _chosen(log: EventLog, question: Question, page: list[Recorded], to: int) -> Iterator[Recorded]:
    if question.concern is not None:
        question.concern.catch_up(log)
    return (recorded for recorded in page if recorded.pos <= to and _is_asked_for(question, recorded))


def _is_asked_for(question: Question, recorded: Recorded) -> bool:
    if not recorded.key.startswith(question.key):
        return False
    if question.feed or question.concern is not None:
        fact = fact_of(recorded)
        if fact is None:
            return False
        subject = about(fact)
        if question.feed and subject.feed != question.feed:
            return False
        if question.concern is not None and not question.concern.holds(subject):
            return False
    return question.words is None or _says(question.words, recorded)


def _says(words: re.Pattern[str], recorded: Recorded) -> bool:
    if words.search(recorded.data):
        return True
    from bot.questions.narrate import line  # noqa: PLC0415 - only where words are looked for

    fact = fact_of(recorded)
    return fact is not None and words.search(line(fact)) is not None

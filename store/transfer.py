"""A whole log as lines, and lines as a whole log: positions, times, keys and seals kept, whichever engine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from store.cloudevents import from_line, to_line
from store.codec import Unknown, stamp
from store.log import Event, EventLog, LogDamaged, LogError, Recorded

BATCH = 2000


def dump(log: EventLog, *, source: str, to: int | None = None) -> Iterator[str]:
    """Every event up to position `to` (the last one now), one line each, without line ends."""
    after, end = 0, log.head() if to is None else to
    while after < end and (page := log.read(after, min(BATCH, end - after))):
        after = page[-1].pos
        yield from (to_line(recorded, source=source) for recorded in page)


def parsed(lines: Iterable[bytes]) -> Iterator[Recorded]:
    """The events of a whole log's lines. LogDamaged, with the line's number, at the first that cannot be right:
    positions must be 1, 2, 3 …, and times must not run backwards."""
    last = None
    for number, line in enumerate(lines, 1):
        try:
            recorded = from_line(line)
        except LogDamaged as exc:
            raise LogDamaged(f"line {number}: {exc}") from exc
        if recorded.pos != number:
            raise LogDamaged(f"line {number}: position {recorded.pos} stands here; the lines are not a whole log")
        if last is not None and recorded.at < last:
            raise LogDamaged(f"line {number}: its time lies before that of the line before")
        last = recorded.at
        yield recorded


def load(log: EventLog, events: Iterable[Recorded]) -> int:
    """Record the events in an empty log as they stand; gives how many. LogError where it is not empty.

    What an interruption leaves is a beginning of the log: throw it away and begin again.
    """
    if log.head():
        raise LogError(f"the store already holds events, up to position {log.head()}; import into an empty one")
    run: list[Recorded] = []
    for recorded in events:
        if run and (len(run) == BATCH or stamp(run[0].at) != stamp(recorded.at)):
            _append(log, run)
            run = []
        run.append(recorded)
    if run:
        _append(log, run)
    return log.head()


def _append(log: EventLog, run: list[Recorded]) -> None:
    """Events of one time, in one transaction; the data goes in as it is, read by nobody."""
    facts = [Event(Unknown(type=one.type, name=one.key, data=one.data), one.meta) for one in run]
    placed = log.append(facts, at=run[0].at, strict=True)
    if [pos for pos, _ in placed] != [one.pos for one in run]:
        raise LogError("somebody else writes to this store; import into one that nobody uses")

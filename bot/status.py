"""A commitment's status: what people judged, on what evidence, and when. The bot itself never judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from bot.concern import PAGE, fact_of
from store.events.plan import StatusSet
from store.log import Event, EventLog, Recorded

STEPS = ("no-evidence", "not-started", "limited", "substantial", "complete")
Judgement = tuple[Recorded, StatusSet]


def judgements(log: EventLog, plans: Collection[str]) -> Mapping[str, Sequence[Judgement]]:
    """All that was judged in these plans, by commitment, oldest first: the last one stands."""
    found: dict[str, list[Judgement]] = defaultdict(list)
    for recorded in _recorded(log):
        fact = fact_of(recorded)
        if isinstance(fact, StatusSet) and fact.plan in plans:
            found[fact.commitment].append((recorded, fact))
    return found


def judge(
    log: EventLog, plan: str, commitment: str, *, step: str, cite: str, note: str, by: str, at: datetime
) -> StatusSet | None:
    """Record a judgement; None where it is the one that stands already. Conflict where somebody judged meanwhile."""
    before = judgements(log, [plan]).get(commitment, ())
    ordinal = 1 + sum(one.key.startswith(f"status/{plan}/{commitment}/") for one in _recorded(log))  # redacted ones too
    fact = StatusSet(plan=plan, commitment=commitment, ordinal=ordinal, step=step, cite=cite, note=note, by=by)
    if before and _said(before[-1][1]) == _said(fact):
        return None
    log.append([Event(fact, {"by": by} if by else {})], at=at, strict=True)
    return fact


def _recorded(log: EventLog) -> Iterator[Recorded]:
    after = 0
    while page := log.read(after, PAGE, (StatusSet.TYPE,)):
        after = page[-1].pos
        yield from page


def _said(fact: StatusSet) -> tuple[str, str, str, str]:
    return fact.step, fact.cite, fact.note, fact.by

"""A commitment's status: what people judged, on what evidence, and when. The bot itself never judges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from bot.questions.concern import facts
from store.events.plan import StatusSet
from store.log import Event, EventLog, Recorded, each

STEPS = ("no-evidence", "not-started", "limited", "substantial", "complete")
Judgement = tuple[Recorded, StatusSet]


def judgements(log: EventLog, plans: Collection[str]) -> Mapping[str, Sequence[Judgement]]:
    """All that was judged in these plans, by commitment, oldest first: the last one stands."""
    found: dict[str, list[Judgement]] = defaultdict(list)
    for recorded, fact in facts(log, StatusSet):
        if fact.plan in plans:
            found[fact.commitment].append((recorded, fact))
    return found


def judge(
    log: EventLog, plan: str, commitment: str, *, step: str, cite: str, note: str, by: str, at: datetime
) -> StatusSet | None:
    """Record a judgement; None where it is the one that stands already. Conflict where somebody judged meanwhile."""
    before = judgements(log, [plan]).get(commitment, ())
    recorded = each(log, (StatusSet.TYPE,))  # redacted ones too
    ordinal = 1 + sum(one.key.startswith(f"status/{plan}/{commitment}/") for one in recorded)
    fact = StatusSet(plan=plan, commitment=commitment, ordinal=ordinal, step=step, cite=cite, note=note, by=by)
    if before and _said(before[-1][1]) == _said(fact):
        return None
    log.append([Event(fact, {"by": by} if by else {})], at=at, strict=True)
    return fact


def _said(fact: StatusSet) -> tuple[str, str, str, str]:
    return fact.step, fact.cite, fact.note, fact.by

"""Audits: a sample of what nearly matched in a week, what people say of it, and the recall that follows.

The draw is stratified by how near an item came, and follows from the audit's name and the items alone: whoever has the
log can draw it again. Items that are far from every rule are not drawn; the estimate says nothing of them.
"""

from __future__ import annotations

import hashlib
import heapq
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from typing import Literal

from bot.questions.concern import fact_of, facts
from bot.questions.precision import Rate, wilson
from bot.questions.reading import position_before
from bot.questions.stored import Contexts, Stored, stored
from matchers.nearmiss import nearness, with_text
from matchers.rules import RuleSet
from store.events.plan import AuditDrawn, MissJudged, Stratum
from store.log import Event, EventLog
from store.views.views import Views

STRATA = ("topic", "context", "held")
DRAWN = 10  # of each stratum
NEAR: Mapping[str, str] = {
    "topic": "a rule holds, but a side of the plan is missing or weak",
    "context": "the sides of the plan are there, but no rule holds",
    "held": "a rule holds, but something else keeps it back",
}
Verdict = Literal["right", "wrong"]


@dataclass(frozen=True, slots=True)
class Week:
    """A week from Monday to Monday, UTC, by its ISO name (2026-W09)."""

    name: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Miss:
    """A drawn item: how near it came and what it lacks, as far as its text is still there."""

    item: str
    stratum: str
    why: str
    text: Stored | None


@dataclass(frozen=True, slots=True)
class Layer:
    """One stratum as it stands: its size, how many were drawn and judged, and how many of these were missed."""

    name: str
    size: int
    drawn: int
    judged: int
    missed: int


@dataclass(frozen=True, slots=True)
class Recall:
    """The estimate: of what belonged to the plan and was near it, so much was found. `missed` is the estimated number
    of items missed; `low` and `high` are the 95 % interval of the share. None
    as long as of some kind nothing was judged."""

    found: float
    missed: float
    share: float | None
    low: float
    high: float
    layers: tuple[Layer, ...]


def last_week(now: datetime) -> Week:
    """The last week that is over."""
    monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    return _week(monday - timedelta(days=7))


def named_week(name: str, now: datetime) -> Week:
    """The week of that name. ValueError where it is none or not over."""
    week = _week(datetime.strptime(f"{name}-1", "%G-W%V-%u").replace(tzinfo=now.tzinfo))
    if week.until > now:
        raise ValueError(f"{name} is not over")
    return week


def audit_of(log: EventLog, plan: str, name: str) -> AuditDrawn | None:
    """The audit of that name, where it was drawn."""
    fact = next(map(fact_of, log.find([f"audit/{plan}/{name}"]).values()), None)
    return fact if isinstance(fact, AuditDrawn) else None


def draw(
    log: EventLog, views: Views, rules: RuleSet, contexts: Contexts, week: Week, *, drawn: int = DRAWN
) -> AuditDrawn:
    """The sample of a week. `views` have caught up with the log. Memory does not grow with the week's items."""
    sizes: dict[str, int] = defaultdict(int)
    chosen: dict[str, list[tuple[int, str]]] = {name: [] for name in STRATA}
    matched = 0
    after, to = position_before(log, week.since), position_before(log, week.until)
    for page in stored(log, after=after, to=to):
        first = [one for one in page if one.key.startswith("item/")]
        found = {item for item, _ in views.matched(rules.plan.id, {one.item for one in first})}
        matched += len(found)
        for one in first:
            kind = "" if one.item in found else _nearness(rules, one, contexts)[0]
            if kind:
                sizes[kind] += 1
                _keep(chosen[kind], one.item, f"{rules.plan.id}/{week.name}", drawn)
    strata = [
        Stratum(name=name, size=sizes[name], items=tuple(item for _, item in sorted(chosen[name], reverse=True)))
        for name in STRATA
    ]
    return AuditDrawn(
        plan=rules.plan.id,
        audit=week.name,
        rules=rules.id,
        since=week.since,
        until=week.until,
        matched=matched,
        strata=tuple(strata),
    )


def misses(log: EventLog, audit: AuditDrawn, rules: RuleSet, contexts: Contexts) -> list[Miss]:
    """The drawn items, with their text as it was seen first and what they lack by these rules."""
    strata = {item: one.name for one in audit.strata for item in one.items}
    texts = {one.item: one for one in _texts(log, list(strata))}
    return [
        Miss(item, stratum, _nearness(rules, texts[item], contexts)[1] if item in texts else "", texts.get(item))
        for item, stratum in strata.items()
    ]


def judge(
    log: EventLog, audit: AuditDrawn, item: str, verdict: Verdict, *, by: str, commitment: str = "", at: datetime
) -> MissJudged | None:
    """Record what somebody says of a drawn item: "right" that it was left out rightly, "wrong" that it was missed. None
    where that person said so already. ValueError for an item that was not drawn."""
    if all(item not in one.items for one in audit.strata):
        raise ValueError(f"{item} is not part of the audit {audit.audit}")
    mine = [fact for fact in said(log, audit) if (fact.item, fact.by) == (item, by)]
    if mine and (mine[-1].verdict, mine[-1].commitment) == (verdict, commitment):
        return None
    fact = MissJudged(
        plan=audit.plan,
        audit=audit.audit,
        item=item,
        verdict=verdict,
        by=by,
        ordinal=len(mine) + 1,
        commitment=commitment,
    )
    log.append([Event(fact, {"by": by, "cause": audit.key} if by else {"cause": audit.key})], at=at, strict=True)
    return fact


def said(log: EventLog, audit: AuditDrawn) -> list[MissJudged]:
    """All that was said of an audit, oldest first."""
    mine = (audit.plan, audit.audit)
    return [fact for _, fact in facts(log, MissJudged) if (fact.plan, fact.audit) == mine]


def decided(words: Sequence[MissJudged]) -> dict[str, bool]:
    """Which items were missed, by the majority of people's last words; a tie decides nothing."""
    last = {(one.item, one.by): one.verdict for one in words}
    weights: dict[str, int] = defaultdict(int)
    for (item, _), verdict in last.items():
        weights[item] += 1 if verdict == "wrong" else -1
    return {item: weight > 0 for item, weight in weights.items() if weight}


def recall(audit: AuditDrawn, missed: Mapping[str, bool], precision: Rate) -> Recall:
    """The estimate from what was judged.

    Found is what matched in the week, times its precision where that was judged. Missed is, of each stratum, its size
    times the share of the judged items that were missed. The interval is that of the missed (Wilson's of each stratum,
    corrected for its size, put together by the method of Zou and Donner 2008); what was found is taken as known.
    """
    layers = tuple(_layer(one, missed) for one in audit.strata)
    found = audit.matched * (1.0 if precision.share is None else precision.share)
    total, below, above = 0.0, 0.0, 0.0
    for one in layers:
        share, low, high = _share(one)
        total += one.size * share
        below += (one.size * (share - low)) ** 2
        above += (one.size * (high - share)) ** 2
    least, most = max(0.0, total - sqrt(below)), total + sqrt(above)
    is_judged = all(one.judged for one in layers if one.size)
    return Recall(
        found=found,
        missed=total,
        share=_of(found, total) if is_judged else None,
        low=_of(found, most) or 0.0,
        high=1.0 if not is_judged else _of(found, least) or 0.0,
        layers=layers,
    )


def _share(layer: Layer) -> tuple[float, float, float]:
    """The share that was missed with its interval; anything, where nothing was judged."""
    if not layer.size:
        return 0.0, 0.0, 0.0
    if not layer.judged:
        return 0.0, 0.0, 1.0
    share = layer.missed / layer.judged
    low, high = wilson(layer.missed, layer.judged)
    unseen = sqrt((layer.size - layer.judged) / (layer.size - 1)) if layer.size > 1 else 0.0
    return share, share - (share - low) * unseen, share + (high - share) * unseen


def _of(found: float, missed: float) -> float | None:
    return found / (found + missed) if found + missed else None


def _layer(stratum: Stratum, missed: Mapping[str, bool]) -> Layer:
    judged = [missed[item] for item in stratum.items if item in missed]
    return Layer(stratum.name, stratum.size, len(stratum.items), len(judged), sum(judged))


def _keep(chosen: list[tuple[int, str]], item: str, name: str, drawn: int) -> None:
    """Keep the items with the smallest digests, negative in a heap so that the largest of them stands first."""
    rank = -int.from_bytes(hashlib.sha256(f"{name}/{item}".encode()).digest()[:8])
    if len(chosen) < drawn:
        heapq.heappush(chosen, (rank, item))
    else:
        heapq.heappushpop(chosen, (rank, item))


def _nearness(rules: RuleSet, one: Stored, contexts: Contexts) -> tuple[str, str]:
    return nearness(rules, with_text(one.content, one.text), context=contexts.get(one.feed, ()))


def _texts(log: EventLog, items: Sequence[str]) -> Iterator[Stored]:
    for recorded in log.find([f"item/{item}" for item in items]).values():
        for page in stored(log, after=recorded.pos - 1, to=recorded.pos):
            yield from page


def _week(monday: datetime) -> Week:
    return Week(f"{monday:%G-W%V}", monday, monday + timedelta(days=7))

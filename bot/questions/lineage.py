"""Lineage: which commitments were renamed, split or merged, by what the plan says and what the log holds. Pure but for
reading."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from bot.questions.concern import facts
from matchers.plan import Commitment
from store.events.plan import Descent, PlanRevised
from store.log import EventLog, Recorded


def revisions(log: EventLog, plan: str) -> list[tuple[Recorded, PlanRevised]]:
    """The revisions of a plan that came into force, oldest first."""
    return [(recorded, fact) for recorded, fact in facts(log, PlanRevised) if fact.plan == plan]


def descents(known: Iterable[PlanRevised], commitments: Sequence[Commitment]) -> tuple[Descent, ...]:
    """What comes into force with these commitments: what they say of their lineage and the log does not hold yet, and
    the former ones that are commitments again, which take back what was handed on to such as are none any more."""
    settled, heirs = _settled(known)
    present = {one.id for one in commitments}
    found = []
    for each in commitments:
        new = [former for former in each.formerly if former not in settled.get(each.id, ())]
        back = [heir for heir in _last_heirs(heirs, each.id) if heir not in present and heir not in new]
        if new or each.id in heirs:
            found.append(Descent(commitment=each.id, formerly=(*new, *back)))
    return tuple(found)


def revision(
    known: Iterable[PlanRevised], plan: str, commitments: Sequence[Commitment], *, rules: str, ordinal: int
) -> PlanRevised | None:
    """The revision that comes into force with these commitments; None where the plan is what it was."""
    new = descents(known, commitments)
    if not new:
        return None
    present = {one.id for one in commitments}
    formers = dict.fromkeys(former for one in new for former in one.formerly)
    ended = tuple(former for former in formers if former not in present)
    return PlanRevised(plan=plan, rules=rules, ordinal=ordinal, descents=new, ended=ended)


def _settled(known: Iterable[PlanRevised]) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    """What each commitment is known to descend from, and the heirs of those that have ended."""
    settled: dict[str, set[str]] = {}
    heirs: dict[str, list[str]] = {}
    for one in known:
        for each in one.descents:
            heirs.pop(each.commitment, None)
            for former in each.formerly:
                settled.pop(former, None)  # it has handed on what it had; it may get it back
        for each in one.descents:
            settled.setdefault(each.commitment, set()).update(each.formerly)
            for former in each.formerly:
                if former in one.ended:
                    heirs.setdefault(former, []).append(each.commitment)
    return settled, heirs


def _last_heirs(heirs: Mapping[str, Sequence[str]], commitment: str) -> list[str]:
    """Those in which it lives on, at the end of all revisions."""
    found: dict[str, None] = {}
    todo = list(heirs.get(commitment, ()))
    while todo:
        heir = todo.pop(0)
        if heir not in found:
            found[heir] = None
            todo += heirs.get(heir, ())
    return [heir for heir in found if heir not in heirs]


def carried(new: Iterable[Descent], present: Iterable[str]) -> Mapping[str, tuple[str, ...]]:
    """Under which commitments the evidence of a former one will count; what is not in it stays where it is."""
    heirs: dict[str, list[str]] = {}
    for one in new:
        for former in one.formerly:
            heirs.setdefault(former, []).append(one.commitment)
    stays = set(present)
    return {former: (*((former,) if former in stays else ()), *names) for former, names in heirs.items()}


def heirs_of(commitments: Iterable[Commitment], former: str) -> tuple[str, ...]:
    """The commitments in which a former one lives on; itself, where it is still one."""
    return tuple(one.id for one in commitments if former in one.names)


def descent_of(commitment: str, known: Iterable[tuple[Recorded, PlanRevised]]) -> list[str]:
    """Where its evidence came from: "formerly people-tourism, until 2026-11-28; split: also tourism-south"."""
    found = []
    for recorded, fact in known:
        for each in fact.descents:
            if each.commitment == commitment and each.formerly:
                others = {other.commitment for other in fact.descents if set(other.formerly) & set(each.formerly)}
                also = ", ".join(sorted(others - {commitment}))
                kind = f"; split: also {also}" if also else "; merged" if len(each.formerly) > 1 else ""
                found.append(f"formerly {', '.join(each.formerly)}, until {recorded.at:%Y-%m-%d}{kind}")
    return found

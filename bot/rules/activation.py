"""Activating rules: what is recorded when a rule set comes into force, and which rules are in force.

The log decides. A start brings the rules of the configuration into force, unless they are those that somebody replaced
by `pactwatch rules activate` since: then the configuration is behind, and the activated rules go on (decision 0009).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.questions.concern import facts
from bot.questions.lineage import revision, revisions
from matchers.plan import Commitment, Plan
from matchers.rules import RuleSet, compile_rules, content
from matchers.shape import read
from store.events.fact import Fact
from store.events.plan import ItemsRematched, RulesActivated
from store.log import Event, EventLog, Recorded

AT_START = "the configuration at start"


@dataclass(frozen=True, slots=True)
class InForce:
    """The last activation of a plan, and the one before it; None where there was none."""

    now: RulesActivated | None = None
    before: RulesActivated | None = None
    at: Recorded | None = None


def activations(log: EventLog, after: int = 0) -> list[tuple[Recorded, RulesActivated]]:
    """Every activation behind that position, oldest first."""
    return list(facts(log, RulesActivated, after=after))


def in_force(log: EventLog, plan: str) -> InForce:
    """What the log says of a plan."""
    return _last(activations(log), plan)


def _last(found: Sequence[tuple[Recorded, RulesActivated]], plan: str) -> InForce:
    mine = [(recorded, fact) for recorded, fact in found if fact.plan == plan]
    if not mine:
        return InForce()
    earlier = next((fact for _, fact in reversed(mine) if fact.rules != mine[-1][1].rules), None)
    return InForce(mine[-1][1], earlier, mine[-1][0])


def rules_in_force(log: EventLog) -> tuple[RuleSet, ...]:
    """The rules last activated, plan by plan."""
    newest = {fact.plan: fact for _, fact in activations(log)}
    return tuple(map(compiled, newest.values()))


def versions(log: EventLog) -> dict[str, tuple[Recorded, RulesActivated]]:
    """By its id every rule set that ever came into force, with when it did last, the newest last."""
    newest: dict[str, tuple[Recorded, RulesActivated]] = {}
    for recorded, fact in activations(log):
        newest.pop(fact.rules, None)
        newest[fact.rules] = (recorded, fact)
    return newest


def is_behind(known: InForce, rules: RuleSet) -> bool:
    """Whether a configuration holds the rules that a person replaced."""
    return bool(known.now and known.now.report and known.before and known.before.rules == rules.id)


def compiled(fact: RulesActivated) -> RuleSet:
    """The rule set of an activation, ready for use."""
    parts = json.loads(fact.content)
    return compile_rules(read(Plan, parts["plan"]), [read(Commitment, one) for one in parts["commitments"]])


def activate(
    log: EventLog,
    rules: RuleSet,
    *,
    reason: str,
    by: str = "",
    report: str = "",
    meta: Mapping[str, str],
    at: datetime,
    fence: tuple[str, int] | None = None,
) -> RulesActivated:
    """Record that the rules come into force, and what of the plan's lineage does with them."""
    plan = rules.plan.id
    known = in_force(log, plan).now
    fact = RulesActivated(
        plan=plan,
        rules=rules.id,
        ordinal=known.ordinal + 1 if known else 1,
        content=content(rules),
        reason=reason,
        by=by,
        report=report,
    )
    earlier = [each for _, each in revisions(log, plan)]
    revised = revision(earlier, plan, rules.commitments, rules=rules.id, ordinal=fact.ordinal)
    new: list[Fact] = [fact, *([revised] if revised else [])]
    log.append([Event(each, {**meta, **({"by": by} if by else {})}) for each in new], at=at, fence=fence)
    return fact


def at_start(
    log: EventLog, configured: Sequence[RuleSet], *, meta: Mapping[str, str], at: datetime
) -> tuple[RuleSet, ...]:
    """The rules to judge by from now on; those of the configuration come into force where the log has others. Raises
    RuleError where they were left for later and cannot be compiled, before anything is done."""
    found = activations(log)
    standing = [_last(found, rules.plan.id) for rules in configured]
    for rules, known in zip(configured, standing, strict=True):
        if not _is_proven(rules, known, meta.get("version")):
            rules.ready()
    chosen = []
    for rules, known in zip(configured, standing, strict=True):
        if known.now is not None and is_behind(known, rules):
            chosen.append(compiled(known.now))
            continue
        if known.now is None or known.now.rules != rules.id:
            activate(log, rules, reason=AT_START, meta=meta, at=at)
        chosen.append(rules)
    return tuple(chosen)


def _is_proven(rules: RuleSet, known: InForce, version: str | None) -> bool:
    """Whether this version of the program brought these very rules into force, and so has compiled them."""
    return bool(known.now and known.now.rules == rules.id and known.at and known.at.meta.get("version") == version)


def is_rematched(log: EventLog, fact: RulesActivated) -> bool:
    """Whether all past items were matched anew under this activation."""
    done = ItemsRematched(plan=fact.plan, rules=fact.rules, ordinal=fact.ordinal, position=0)
    return bool(log.known([done.key]))


class Standing:
    """The rules in force, for a program that goes on while others activate rules. Lives in one thread."""

    def __init__(self, log: EventLog, rules: Sequence[RuleSet]) -> None:
        self._log = log
        self.rules = tuple(rules)
        self._reached = log.head()

    def refresh(self) -> bool:
        """Take up what was activated since; whether that was anything. One look at an index, where it was nothing."""
        found = activations(self._log, self._reached)
        for recorded, fact in found:
            self._reached = recorded.pos
            known = {one.plan.id: one for one in self.rules}
            if fact.plan in known and known[fact.plan].id != fact.rules:
                known[fact.plan] = compiled(fact)
                self.rules = tuple(known.values())
        return bool(found)

    def of(self, plan: str) -> RuleSet | None:
        """The rules of that plan."""
        return next((one for one in self.rules if one.plan.id == plan), None)

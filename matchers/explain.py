"""Why an item matches and why it does not: every stage of judging it, with its verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from feeds.item import Item
from matchers import query
from matchers.hits import Hit, Hits
from matchers.match import Fired, Judgement, judge
from matchers.rules import CompiledRule, RuleSet


@dataclass(frozen=True, slots=True)
class Stage:
    """One step of the judgement: its name, whether the item passed it, and what was found or missing."""

    name: str
    passed: bool
    said: str


@dataclass(frozen=True, slots=True)
class RuleVerdict:
    """What became of one rule: "matched", "held" (its terms are there, something else is not), "outranked" (another
    match was stronger) or "missing" (some of its terms are not there)."""

    commitment: str
    rule: str
    strength: str
    verdict: str
    said: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """The whole judgement of one item under one rule set."""

    rules: str
    language: str
    stages: tuple[Stage, ...]
    verdicts: tuple[RuleVerdict, ...]


def explain(rules: RuleSet, item: Item, *, context: Sequence[str] = (), commitment: str | None = None) -> Explanation:
    """Each stage with its verdict, for hits and misses. Rules of which nothing is found are left out, unless
    `commitment` names theirs."""
    judged = judge(rules, item, context=context)
    stages = (*_sides(rules, judged, context), *_marks(rules, judged), _masked(rules, judged.hits))
    fired = {(one.rule.commitment, one.rule.rule.id, one.rule.strength): one for one in judged.fired}
    verdicts = []
    for rule in rules.rules:
        if commitment is not None and rule.commitment != commitment:
            continue
        one = fired.get((rule.commitment, rule.rule.id, rule.strength))
        if one is not None:
            verdicts.append(_of_fired(rules, judged, one))
        elif commitment is not None or _is_touched(rule, judged.hits):
            verdicts.append(_of_missing(rules, judged.hits, rule))
    return Explanation(rules.id, judged.language, stages, tuple(sorted(verdicts, key=_rank)))


def _rank(verdict: RuleVerdict) -> tuple[int, str, str]:
    return ("matched", "outranked", "held", "missing").index(verdict.verdict), verdict.commitment, verdict.rule


# --- stages -----------------------------------------------------------------------------------------------

_SAID = {"hard": "clear", "soft": "weak", "": "absent"}
_MARKS = {
    "never": "topics that are never about the plan",
    "noise": "topics that raise the bar",
    "others": "third parties",
}


def _sides(rules: RuleSet, judged: Judgement, context: Sequence[str]) -> list[Stage]:
    stages = []
    for name in rules.plan.sides:
        state = judged.sides.text[name]
        hits = judged.sides.hits[name]
        said = f"{_SAID[state]}: {_quoted(rules, hits)}" if hits else _SAID[state]
        if state == "soft" and not hits:
            said += f" (lent by {_lender(rules, judged, name, context)})"
        stages.append(Stage(f"side {name}", bool(state), said))
    return stages


def _lender(rules: RuleSet, judged: Judgement, side: str, context: Sequence[str]) -> str:
    if side in context:
        return "the feed"
    return f"the language, {judged.language}" if judged.language in rules.plan.sides[side].languages else "the outlet"


def _marks(rules: RuleSet, judged: Judgement) -> list[Stage]:
    stages = []
    for name, words in _MARKS.items():
        hits = judged.marks[name]
        passed = name != "never" or not hits
        stages.append(Stage(words, passed, _quoted(rules, hits) if hits else "none"))
    return stages


def _masked(rules: RuleSet, hits: Hits) -> Stage:
    return Stage("false friends", True, f"masked: {_quoted(rules, hits.masked)}" if hits.masked else "none")


def _quoted(rules: RuleSet, hits: Sequence[Hit]) -> str:
    return ", ".join(dict.fromkeys(rules.terms[hit[2]].text for hit in hits))


# --- rules ------------------------------------------------------------------------------------------------


def _of_fired(rules: RuleSet, judged: Judgement, one: Fired) -> RuleVerdict:
    found = _quoted(rules, sorted(set(one.hits)))
    if one.why_not:
        verdict, said = "held", f"{found}; but: {one.why_not}"
    elif one in judged.kept:
        verdict, said = "matched", f"{found}; score {one.score}"
    else:
        best = max(judged.kept, key=lambda kept: kept.score)
        why = "a stronger rule matched" if best.rule.strength != one.rule.strength else "others rank before it"
        verdict, said = "outranked", f"{found}; score {one.score}; {why}"
    return RuleVerdict(one.rule.commitment, one.rule.rule.id, one.rule.strength, verdict, said)


def _of_missing(rules: RuleSet, hits: Hits, rule: CompiledRule) -> RuleVerdict:
    there = [hit for number in query.groups(rule.when) for hit in hits.all(number)]
    said = f"found only {_quoted(rules, there)}" if there else "none of its terms is there"
    if any(hits.is_listed(hit) for hit in there) and not rule.rule.listed:
        said += "; what is one of a list does not count"
    return RuleVerdict(
        rule.commitment, rule.rule.id, rule.strength, "missing", f"{said}; wanted {query.write(rule.asked)}"
    )


def _is_touched(rule: CompiledRule, hits: Hits) -> bool:
    """Whether something of what the rule is about is there; what may stand beside any topic tells nothing."""
    return any(hits.all(number) for number in rule.main if number in hits.groups)

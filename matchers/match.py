"""Which commitments an item speaks of: one pass for all terms, then the rules, then the three best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from feeds.item import Item
from matchers.hits import Hit, Hits, holds, search
from matchers.language import detect
from matchers.rules import CompiledRule, RuleSet
from matchers.text import Text, read

_MAX_CHARS = 20_000  # of a summary: news say what they are about before that


@dataclass(frozen=True, slots=True)
class Found:
    """A piece of evidence: `start` and `end` are offsets into the item's own `field`, in code points; `role` is
    "term" for what the rule looked for, or the side it shows."""

    field: str
    start: int
    end: int
    term: str
    role: str = "term"


@dataclass(frozen=True, slots=True)
class Match:
    """A commitment found in an item by its best rule; `score` is 0 to 1."""

    commitment: str
    rule: str
    score: float
    evidence: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Sides:
    """How the text shows the sides of the plan, "hard", "soft" or not at all: all of it, the title, and the first
    sentence after it."""

    text: Mapping[str, str]
    title: Mapping[str, str]
    lead: Mapping[str, str]
    hits: Mapping[str, tuple[Hit, ...]]


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule whose expression holds, with what made it hold, and its score; `why_not` says what kept it back."""

    rule: CompiledRule
    hits: tuple[Hit, ...]
    score: float
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All stages of judging an item: what `match` and `explain` both read."""

    language: str
    text: Text
    hits: Hits
    sides: Sides
    marks: Mapping[str, tuple[Hit, ...]]
    fired: tuple[Fired, ...]
    kept: tuple[Fired, ...]


def match(rules: RuleSet, item: Item, *, context: Sequence[str] = ()) -> tuple[Match, ...]:
    """The commitments the item speaks of, best first, as many as the plan allows.

    `context` names sides the item's feed lends: a lent side supports a strong rule, never more than one side.
    """
    judged = judge(rules, item, context=context)
    return tuple(_as_match(rules, judged, fired) for fired in judged.kept) if judged else ()


def detect_language(item: Item) -> str:
    """The language of the item's own words, "und" where nothing tells."""
    text = _text(item)
    return detect(f"{text.title} {text.summary}", text.words())


def judge(rules: RuleSet, item: Item, *, context: Sequence[str] = ()) -> Judgement | None:
    """Every stage for one item; None where no term of any rule is in it."""
    text = _text(item)
    language = detect(f"{text.title} {text.summary}", text.words())
    hits = search(rules, text, _languages(rules, language))
    candidates = sorted({number for group in hits.groups for number in rules.triggers.get(group, ())})
    if not candidates:
        return None
    sides = _sides(rules, hits, context, item.published.date() if item.published else None)
    marks = {name: tuple(hits.groups.get(group, ())) for name, group in rules.marks.items()}
    fired = tuple(_fired(rules, rules.rules[number], hits, sides, marks) for number in candidates)
    met = tuple(one for one in fired if one is not None)
    return Judgement(language, text, hits, sides, marks, met, _best(rules, met))


def _text(item: Item) -> Text:
    return read((item.title or "")[:_MAX_CHARS], (item.summary or "")[:_MAX_CHARS])


def _languages(rules: RuleSet, language: str) -> frozenset[str]:
    """The languages whose terms are looked for. Text that is neither is searched for all; where the item has its own
    script, Latin words in it are English, the common second language of headlines."""
    if language in rules.plan.languages:
        return frozenset((language, "any") if language in _LATIN else (language, "any", "en"))
    return frozenset((*rules.plan.languages, "any"))


_LATIN = frozenset(("en", "it", "fr", "de", "es", "pt"))


# --- the gate ---------------------------------------------------------------------------------------------


def _sides(rules: RuleSet, hits: Hits, context: Sequence[str], day: date | None) -> Sides:
    text: dict[str, str] = {}
    title: dict[str, str] = {}
    lead: dict[str, str] = {}
    shown: dict[str, tuple[Hit, ...]] = {}
    for name, groups in rules.sides.items():
        strong = [hit for group in groups.strong for hit in _dated(rules, hits, group, day)]
        weak = [hit for group in groups.weak for hit in _dated(rules, hits, group, day)]
        # A country that is only one of a list of four is no party.
        strong, weak = ([hit for hit in found if not hits.is_listed(hit)] for found in (strong, weak))
        end = hits.text.title_words
        text[name] = _strength(rules, strong, weak, lent=name in context)
        title[name] = _strength(rules, [h for h in strong if h[1] <= end], [h for h in weak if h[1] <= end])
        in_lead = [[h for h in found if end < h[0] and h[1] <= hits.lead_end] for found in (strong, weak)]
        lead[name] = _strength(rules, *in_lead)
        shown[name] = tuple(strong or weak)
    return Sides(text, title, lead, shown)


def _dated(rules: RuleSet, hits: Hits, group: int, day: date | None) -> Sequence[Hit]:
    first, last = rules.dated.get(group, (None, None))
    if day is not None and ((first is not None and day < first) or (last is not None and day > last)):
        return ()
    return hits.groups.get(group, ())


def _strength(rules: RuleSet, strong: Sequence[Hit], weak: Sequence[Hit], *, lent: bool = False) -> str:
    if strong or len({rules.terms[hit[2]].words for hit in weak}) > 1:
        return "hard"
    return "soft" if weak or lent else ""


def _gate(rule: CompiledRule, sides: Sides, marks: Mapping[str, tuple[Hit, ...]], title_words: int) -> str:
    """Empty where the rule may match, else what is missing."""
    states = [sides.text[side] for side in rule.sides]
    missing = [side for side in rule.sides if not sides.text[side]]
    if marks["never"]:
        return "a topic that is never about the plan"
    if missing:
        return "no sign of " + " and ".join(missing)
    strong = rule.strength == "strong"
    if "soft" in states and (not strong or states.count("soft") > 1 or marks["noise"]):
        return "only a weak sign of " + " and ".join(side for side in rule.sides if sides.text[side] == "soft")
    if marks["noise"] and not strong:
        return "a noisy topic, and the rule is not a strong one"
    others = [hit for hit in marks["others"] if hit[1] <= title_words]
    named = all(sides.title[side] for side in rule.sides) or all(sides.lead[side] == "hard" for side in rule.sides)
    if others and not rule.rule.others and not named:
        return "a third party in the title, where not all sides are"
    return ""


# --- rules ------------------------------------------------------------------------------------------------


def _fired(
    rules: RuleSet, rule: CompiledRule, hits: Hits, sides: Sides, marks: Mapping[str, tuple[Hit, ...]]
) -> Fired | None:
    found = holds(rule.when, hits, listed=rule.rule.listed)
    if found is None:
        return None
    why_not = _gate(rule, sides, marks, hits.text.title_words)
    return Fired(rule, tuple(found), _score(rules, rule, found, hits, sides), why_not)


_BASE = {"strong": 0.6, "weak": 0.3, "fallback": 0.1}


def _score(rules: RuleSet, rule: CompiledRule, found: Sequence[Hit], hits: Hits, sides: Sides) -> float:
    score = _BASE[rule.strength]
    if any(hit[1] <= hits.text.title_words for hit in found):
        score += 0.25
    elif any(hit[1] <= hits.lead_end for hit in found):
        score += 0.05
    score += 0.05 * min(3, len({rules.terms[hit[2]].words for hit in found}) - 1)
    if all(sides.title[side] for side in rule.sides):
        score += 0.1
    return round(min(1.0, score), 3)


def _best(rules: RuleSet, fired: Iterable[Fired]) -> tuple[Fired, ...]:
    """The best rule of each commitment, best first; weak rules only where no strong one, fallbacks where no other."""
    allowed = [one for one in fired if not one.why_not]
    for strength in ("strong", "weak", "fallback"):
        best: dict[str, Fired] = {}
        for one in sorted(allowed, key=lambda one: (-one.score, one.rule.commitment, one.rule.rule.id)):
            if one.rule.strength == strength:
                best.setdefault(one.rule.commitment, one)
        if best:
            return tuple(best.values())[: rules.plan.limit]
    return ()


# --- evidence ---------------------------------------------------------------------------------------------


def _as_match(rules: RuleSet, judged: Judgement, fired: Fired) -> Match:
    evidence = [_found(rules, judged.hits, hit, "term") for hit in sorted(set(fired.hits))]
    for side in fired.rule.sides:
        evidence += [_found(rules, judged.hits, hit, side) for hit in judged.sides.hits[side][:1]]
    return Match(fired.rule.commitment, fired.rule.rule.id, fired.score, tuple(evidence))


def _found(rules: RuleSet, hits: Hits, hit: Hit, role: str) -> Found:
    field, start, _ = hits.spans[hit[0]]
    return Found(field, start, hits.spans[hit[1] - 1][2], rules.terms[hit[2]].text, role)

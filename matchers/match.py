"""Which commitments an item speaks of: one pass for all terms, then the rules, then the three best."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from feeds.item import Item
from matchers.hits import Hit, Hits, groups_of
from matchers.language import detect
from matchers.rules import CompiledRule, RuleSet, SideSign, Way
from matchers.search import Seen
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
    sentence after it. `native` are those in whose own language the item is."""

    text: Mapping[str, str]
    title: Mapping[str, str]
    lead: Mapping[str, str]
    hits: Mapping[str, tuple[Hit, ...]]
    native: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fired:
    """A rule whose expression holds, with what made it hold, and its score; `begins` is the first word of what it is
    about, `why_not` says what kept it back."""

    rule: CompiledRule
    hits: tuple[Hit, ...]
    score: float
    begins: int
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """All stages of judging an item: what `match` and `explain` both read."""

    language: str
    text: Text
    hits: Hits
    sides: Sides
    marks: Mapping[str, Sequence[Hit]]
    fired: tuple[Fired, ...]
    kept: tuple[Fired, ...]


def match(rules: RuleSet, item: Item, *, context: Sequence[str] = ()) -> tuple[Match, ...]:
    """The commitments the item speaks of, best first, as many as the plan allows.

    `context` names sides the item's feed lends, as its language and its host may: a lent side supports a strong rule,
    never more than one side.
    """
    text = _text(item)
    signs = rules.signs.find(text)
    open_ways = _open_ways(rules, signs, item, text, context) if signs else ()
    if not open_ways:
        return ()
    hits = Hits(rules, text, signs)
    candidates = {number for number in _triggered(rules, hits) if rules.ways_of[number] in open_ways}
    if not candidates:
        return ()
    judged = _judge(rules, item, hits, candidates, context=context, thorough=False)
    return tuple(_as_match(rules, judged, fired) for fired in judged.kept)


def detect_language(item: Item) -> str:
    """The language of the item's own words, "und" where nothing tells."""
    return _language(_text(item))


def judge(rules: RuleSet, item: Item, *, context: Sequence[str] = ()) -> Judgement:
    """Every stage for one item, with every rule whose expression holds, also where something kept it back."""
    text = _text(item)
    hits = Hits(rules, text, rules.signs.find(text))
    return _judge(rules, item, hits, _triggered(rules, hits), context=context, thorough=True)


def _triggered(rules: RuleSet, hits: Hits) -> set[int]:
    """The rules of which all terms that must be there may be there."""
    groups = hits.groups
    numbers = {number for group in rules.triggers.keys() & groups for number in rules.triggers[group]}
    return {number for number in numbers if not any(map(groups.isdisjoint, rules.rules[number].needs))}


def _open_ways(
    rules: RuleSet, signs: Iterable[Seen], item: Item, text: Text, context: Sequence[str]
) -> Collection[int]:
    """The ways to ask for sides that may be answered: a sign of each side may be there, or one is lent. For most items
    there is none, so this looks at no more than what was found of the signs."""
    groups = groups_of(rules, signs)
    shown = {sign.side for group in rules.sides.keys() & groups for sign in rules.sides[group]}
    asked = {rules.ways_of[number] for group in rules.unsided.keys() & groups for number in rules.unsided[group]}
    if shown:  # of two sides at most one may be lent
        asked |= rules.gates
    ways = rules.ways
    some = {number for number in asked if _may_open(ways[number], shown, _NO_SIDE)}
    lendable = {name for name, side in rules.plan.sides.items() if name in context or side.languages or side.hosts}
    if left := [number for number in asked - some if _may_open(ways[number], shown, lendable)]:
        lent = _lent(rules, item, context, _language(text))
        some.update(number for number in left if _may_open(ways[number], shown, lent))
    return some


_NO_SIDE: frozenset[str] = frozenset()


def _may_open(way: Way, shown: Set[str], lent: Set[str]) -> bool:
    """Whether what is shown and lent may open the gate: see `_gate` for what a lent side can do."""
    missing = way.sides.difference(shown)
    return not missing or (len(missing) == 1 and missing <= way.lendable and missing <= lent)


def _lent(rules: RuleSet, item: Item, context: Sequence[str], language: str) -> set[str]:
    """The sides that the feed, the item's language or its host lends."""
    hosts = _hosts(item)
    return {
        name
        for name, side in rules.plan.sides.items()
        if name in context or language in side.languages or _lends(side.hosts, hosts)
    }


def _hosts(item: Item) -> tuple[str, str]:
    """Where the item was published: its own address, or the outlet that an aggregator names by its address."""
    found = _HOST.match(item.link or "")
    return found[1].lower() if found else "", (item.source or "").lower()


def _lends(known: tuple[str, ...], hosts: Iterable[str]) -> bool:
    return bool(known) and any(host and not _known(known).isdisjoint(_domains(host)) for host in hosts)


@lru_cache(maxsize=64)
def _known(hosts: tuple[str, ...]) -> frozenset[str]:
    return frozenset(f".{known.lstrip('.')}" for known in hosts)


@lru_cache(maxsize=256)
def _domains(host: str) -> frozenset[str]:
    """The host and every domain it is in, each behind its dot, so that as many known hosts as there may be cost one
    look each."""
    dotted = f".{host}"[-_MAX_HOST:]
    return frozenset(dotted[place:] for place, char in enumerate(dotted) if char == ".")


_MAX_HOST = 254  # what is longer is no host, and may be made of dots
_HOST = re.compile(r"https?://(?:[^/@]*@)?([^/:?#]+)", re.IGNORECASE)


def _judge(
    rules: RuleSet, item: Item, hits: Hits, candidates: Iterable[int], *, context: Sequence[str], thorough: bool
) -> Judgement:
    language = _language(hits.text) if rules.has_languages else "und"
    hits.languages = _languages(rules, language)
    day = item.published.date() if item.published else None
    sides = _sides(rules, hits, _lent(rules, item, context, language), language, day)
    marks = _marks(rules, hits)
    fired = []
    gates: dict[int, str] = {}
    for number in sorted(candidates):
        rule = rules.rules[number]
        kind = rules.kinds[number]
        why_not = gates.get(kind)
        if why_not is None:
            why_not = gates[kind] = _gate(rule, sides, marks, hits.text.title_words)
        if why_not and not thorough:
            continue
        found = rule.holds(hits)
        if found is not None:
            fired.append(
                Fired(rule, tuple(found), _score(rule, found, hits, sides), _begins(rule, found, hits), why_not)
            )
    return Judgement(language, hits.text, hits, sides, marks, tuple(fired), _best(rules, fired))


def _marks(rules: RuleSet, hits: Hits) -> dict[str, list[Hit]]:
    """What was found of each list that acts on the item as a whole; noise of either kind is noise."""
    found = {name: hits.all(group) for name, group in rules.marks.items()}
    in_title = [hit for hit in found.pop("noise_title") if hit[1] <= hits.text.title_words]
    return {**found, "noise": [*found["noise"], *in_title]}


def _text(item: Item) -> Text:
    return _read((item.title or "")[:_MAX_CHARS], (item.summary or "")[:_MAX_CHARS])


# Of one item the language is asked for, and the matches of each plan, one right after the other.
@lru_cache(maxsize=1)
def _read(title: str, summary: str) -> Text:
    return read(title, summary)


def _language(text: Text) -> str:
    return _detected(text.title, text.summary)


@lru_cache(maxsize=1)
def _detected(title: str, summary: str) -> str:
    return detect(f"{title} {summary}", _read(title, summary).words)


def _languages(rules: RuleSet, language: str) -> frozenset[str]:
    """The languages whose terms are looked for. Text that is neither is searched for all; where the item has its own
    script, Latin words in it are English, the common second language of headlines."""
    if language in rules.plan.languages:
        return frozenset((language, "any") if language in _LATIN else (language, "any", "en"))
    return frozenset((*rules.plan.languages, "any"))


_LATIN = frozenset(("en", "it", "fr", "de", "es", "pt"))


# --- the gate ---------------------------------------------------------------------------------------------


def _sides(rules: RuleSet, hits: Hits, lent: Collection[str], language: str, day: date | None) -> Sides:
    strong: dict[str, list[Hit]] = {name: [] for name in rules.plan.sides}
    weak: dict[str, list[Hit]] = {name: [] for name in rules.plan.sides}
    for group in sorted(rules.sides.keys() & hits.groups):
        # A country that is only one of a list of four is no party.
        found = hits.of(group, "text", listed=False)
        for sign in rules.sides[group]:
            if found and _is_valid(sign, day):
                (strong if sign.strength == "strong" else weak)[sign.side] += found
    title_end = hits.text.title_words
    text, title, lead = {}, {}, {}
    for name in rules.plan.sides:
        text[name] = _strength(rules, strong[name], weak[name], lent=name in lent)
        title[name] = _strength(rules, *(_within(part[name], 0, title_end) for part in (strong, weak)))
        lead[name] = _strength(rules, *(_within(part[name], title_end + 1, hits.lead_end) for part in (strong, weak)))
    native = frozenset(name for name, side in rules.plan.sides.items() if language in side.languages)
    return Sides(text, title, lead, {name: tuple(strong[name] or weak[name]) for name in strong}, native)


def _is_valid(sign: SideSign, day: date | None) -> bool:
    if day is None:
        return True
    return (sign.valid_from is None or sign.valid_from <= day) and (sign.valid_to is None or day <= sign.valid_to)


def _within(hits: Sequence[Hit], start: int, end: int) -> list[Hit]:
    return [hit for hit in hits if start <= hit[0] and hit[1] <= end]


def _strength(rules: RuleSet, strong: Sequence[Hit], weak: Sequence[Hit], *, lent: bool = False) -> str:
    if strong or (len(weak) > 1 and len({rules.terms[hit[2]].folded for hit in weak}) > 1):
        return "hard"
    return "soft" if weak or lent else ""


def _gate(rule: CompiledRule, sides: Sides, marks: Mapping[str, Sequence[Hit]], title_words: int) -> str:
    """Empty where the rule may match, else what is missing."""
    if marks["never"]:
        return "a topic that is never about the plan"
    states = [sides.text[side] for side in rule.sides]
    missing = [
        side for side in rule.sides if not (sides.hits[side] or (sides.text[side] and rule.rule.may_be_lent(side)))
    ]
    if missing:
        return "no sign of " + " and ".join(missing)
    strong = rule.strength == "strong"
    if "soft" in states and (not strong or states.count("soft") > 1 or marks["noise"]):
        return "only a weak sign of " + " and ".join(side for side in rule.sides if sides.text[side] == "soft")
    if marks["noise"] and (not strong or rule.rule.yields):
        return "a noisy topic, and the rule is not a strong one"
    named = all(sides.title[side] for side in rule.sides) or all(sides.lead[side] == "hard" for side in rule.sides)
    others = () if rule.rule.others else marks["others"]
    if others and not named and any(hit[1] <= title_words for hit in others):
        return "a third party in the title, where not all sides are"
    if others and _rank(rule) != "strong" and _are_led(others, sides, rule, title_words):
        return "a third party first in the title, before any side"
    if others and _are_several(others):
        return "several third parties"
    if aside := _aside(rule, sides):
        return f"{aside} neither in the title nor in the first sentence"
    if _rank(rule) == "yields" and not named:
        return "not all sides in the title or in the first sentence, which a rule that yields asks for"
    return ""


def _are_led(others: Sequence[Hit], sides: Sides, rule: CompiledRule, title_words: int) -> bool:
    """Whether a third party stands in the title before every side: then it is the one that does something."""
    first = min((hit[0] for side in rule.sides for hit in sides.hits[side]), default=0)
    return any(hit[0] < min(first, title_words) for hit in others)


def _are_several(others: Sequence[Hit]) -> bool:
    """Whether these name more than one third party. Two terms may overlap and name one (South Africa, Africa)."""
    return min(len({hit[part] for hit in others}) for part in range(3)) > 1


def _aside(rule: CompiledRule, sides: Sides) -> str:
    """The side that a rule for several of them is shown only in passing: further down than the first sentence. What is
    written in a side's own language needs to name it no sooner."""
    if len(rule.sides) < 2:
        return ""
    shown = (side for side in rule.sides if sides.hits[side] and side not in sides.native)
    return next((side for side in shown if not sides.title[side] and not sides.lead[side]), "")


# --- rules ------------------------------------------------------------------------------------------------


_BASE = {"strong": 0.6, "weak": 0.3, "fallback": 0.1}


def _score(rule: CompiledRule, found: Sequence[Hit], hits: Hits, sides: Sides) -> float:
    score = _BASE[rule.strength]
    if any(hit[1] <= hits.text.title_words for hit in found):
        score += 0.25
    elif any(hit[1] <= hits.lead_end for hit in found):
        score += 0.05
    subjects = _subjects(rule, found, hits)
    score += 0.05 * max(0, min(3, len(subjects) - 1))
    score += 0.02 * any(" " in subject for subject in subjects)  # a phrase says more than a word
    if all(sides.title[side] for side in rule.sides):
        score += 0.1
    return round(min(1.0, score), 3)


def _begins(rule: CompiledRule, found: Iterable[Hit], hits: Hits) -> int:
    """Where what the rule is about is first said: of two equals the earlier is what a headline is about."""
    groups_of_term = hits.rules.groups_of_term
    return min((hit[0] for hit in found if not rule.main.isdisjoint(groups_of_term[hit[2]])), default=0)


def _subjects(rule: CompiledRule, found: Iterable[Hit], hits: Hits) -> set[str]:
    """The different terms found of what the rule is about."""
    groups_of_term = hits.rules.groups_of_term
    return {hits.rules.terms[hit[2]].folded for hit in found if not rule.main.isdisjoint(groups_of_term[hit[2]])}


def _best(rules: RuleSet, fired: Iterable[Fired]) -> tuple[Fired, ...]:
    """The best rule of each commitment, best first; of rules that yield one, where no strong one speaks; weak ones
    where neither does, fallbacks where no other; and last those that speak beside these."""
    allowed = sorted(
        (one for one in fired if not one.why_not),
        key=lambda one: (-one.score, one.begins, one.rule.commitment, one.rule.rule.id),
    )
    for rank in ("strong", "yields", "weak", "fallback"):
        if best := _one_each(one for one in allowed if _rank(one.rule) == rank):
            kept = best[: 1 if rank == "yields" else rules.plan.limit]
            return (*kept, *_beside(kept, allowed))[: rules.plan.limit]
    return ()


def _one_each(ranked: Iterable[Fired]) -> tuple[Fired, ...]:
    """The first of each commitment."""
    best: dict[str, Fired] = {}
    for one in ranked:
        best.setdefault(one.rule.commitment, one)
    return tuple(best.values())


def _beside(kept: Sequence[Fired], ranked: Iterable[Fired]) -> tuple[Fired, ...]:
    """The rules of further commitments that do not fall silent beside those kept."""
    there = {one.rule.commitment for one in kept}
    return _one_each(
        one for one in ranked if one.rule.commitment not in there and not there.isdisjoint(one.rule.rule.beside)
    )


def _rank(rule: CompiledRule) -> str:
    return "yields" if rule.strength == "strong" and rule.rule.yields else rule.strength


# --- evidence ---------------------------------------------------------------------------------------------


def _as_match(rules: RuleSet, judged: Judgement, fired: Fired) -> Match:
    evidence = [_found(rules, judged.hits, hit, "term") for hit in sorted(set(fired.hits))]
    for side in fired.rule.sides:
        evidence += [_found(rules, judged.hits, hit, side) for hit in judged.sides.hits[side][:1]]
    return Match(fired.rule.commitment, fired.rule.rule.id, fired.score, tuple(evidence))


def _found(rules: RuleSet, hits: Hits, hit: Hit, role: str) -> Found:
    spans = hits.text.spans
    field, start, _ = spans[hit[0]]
    return Found(field, start, spans[hit[1] - 1][2], rules.terms[hit[2]].text, role)

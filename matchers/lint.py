"""Rules that are allowed and yet hardly meant: what somebody who writes them should look at again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from matchers.plan import Plan, Rule
from matchers.rules import RuleSet
from matchers.text import fold

Kind = Literal["never", "twice", "broad", "language"]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to look at again: `never` matches, stands there `twice`, is so `broad` that it alone decides, or is
    missing in a `language`."""

    commitment: str
    rule: str
    kind: Kind
    said: str


def lint(rules: RuleSet) -> list[Finding]:
    """What deserves a second look in the rules of a plan, in their order."""
    plan = rules.plan
    masks = {fold(term) for term in _all(plan.masks, plan)}
    return [
        Finding(commitment.id, rule.id, kind, said)
        for commitment in rules.commitments
        for rule in commitment.rules
        for kind, said in _of_rule(rule, plan, masks)
    ]


def _of_rule(rule: Rule, plan: Plan, masks: set[str]) -> Iterable[tuple[Kind, str]]:
    for lang, terms in rule.any.items():
        yield from _of_terms(terms, lang, rule, plan, masks)
    if rule.any and "any" not in rule.any:
        for lang in plan.languages:
            if not rule.any.get(lang):
                yield "language", f"no term in {lang}: items in that language are never found by this rule"


def _of_terms(terms: Sequence[str], lang: str, rule: Rule, plan: Plan, masks: set[str]) -> Iterable[tuple[Kind, str]]:
    forbidden = {fold(term) for words in (rule.unless, rule.unless_title) for term in _in(words, lang, plan)}
    seen: set[str] = set()
    for term in _resolved(terms, lang, plan):
        plain = term if term.startswith("=") else fold(term)  # upper and lower case are two terms there
        if plain in seen:
            yield "twice", f"{term!r} ({lang}) stands there twice"
        seen.add(plain)
        if plain in masks:
            yield "never", f"{term!r} ({lang}) is masked as a false friend and can never match"
        if plain in forbidden:
            yield "never", f"{term!r} ({lang}) also stands in unless: it can never match"
        if rule.needs == () and not rule.with_ and rule.strength == "strong" and _is_broad(plain):
            yield "broad", f"{term!r} ({lang}) decides alone, without any side of the plan"


def _is_broad(term: str) -> bool:
    """One everyday-looking word: neither a phrase nor an acronym asked for by its case."""
    return " " not in term and not term.startswith("=") and term.isalpha()


def _in(words: Mapping[str, Sequence[str]], lang: str, plan: Plan) -> list[str]:
    return [term for key in dict.fromkeys((lang, "any")) for term in _resolved(words.get(key, ()), lang, plan)]


def _all(words: Mapping[str, Sequence[str]], plan: Plan) -> list[str]:
    return [term for lang, terms in words.items() for term in _resolved(terms, lang, plan)]


def _resolved(terms: Iterable[str], lang: str, plan: Plan) -> list[str]:
    """The terms, a word list of the plan (`@name`) in the place of its name."""
    found: list[str] = []
    for term in terms:
        if term.startswith("@") and term[1:] in plan.words:
            found += [one for key in dict.fromkeys((lang, "any")) for one in plan.words[term[1:]].get(key, ())]
        else:
            found.append(term)
    return found

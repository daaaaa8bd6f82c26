"""What in a plan's rules is likely not meant: duplicates, words found everywhere, languages forgotten."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from matchers.language import SMALL_WORDS
from matchers.match import match
from matchers.plan import Commitment, Plan, Rule
from matchers.rules import RuleSet
from matchers.text import STAR, fold
from matchers.trial import Example

Words = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth a look: the place in the configuration, and what is odd about it."""

    place: str
    said: str


def lint(plan: Plan, commitments: Sequence[Commitment]) -> tuple[Finding, ...]:
    """Everything odd in rules that compile, in the order of the configuration."""
    findings = [found for place, words in _lists(plan, commitments) for found in _of_words(place, words)]
    masks = {fold(term) for terms in plan.masks.values() for term in terms if not term.startswith("=")}
    for place, words in _lists(plan, commitments):
        if place != "plan.masks":
            findings += [Finding(place, f"{term!r} is masked: it can never match") for term in _masked(words, masks)]
    for commitment in commitments:
        if not commitment.rules:
            findings.append(Finding(commitment.id, "has no rule: nothing can match it"))
        for rule in commitment.rules:
            findings += _of_rule(f"{commitment.id}/{rule.id}", rule, plan)
    return tuple(findings)


def lint_by_examples(rules: RuleSet, examples: Iterable[Example]) -> tuple[Finding, ...]:
    """Terms so broad that they alone brought a commitment to examples of something else, twice and more often than to
    its own."""
    right: Counter[tuple[str, str, str]] = Counter()
    wrong: Counter[tuple[str, str, str]] = Counter()
    for example in examples:
        for found in match(rules, example.item):
            term, *others = {one.term for one in found.evidence if one.role == "term"}
            if not others:
                ours = right if found.commitment in example.commitments else wrong
                ours[found.commitment, found.rule, term] += 1
    return tuple(
        Finding(f"{commitment}/{rule}", f"{term!r} decides alone in {count} examples of something else")
        for (commitment, rule, term), count in sorted(wrong.items())
        if count > 1 and count > right[commitment, rule, term]
    )


def _lists(plan: Plan, commitments: Sequence[Commitment]) -> Iterable[tuple[str, Words]]:
    for name, side in plan.sides.items():
        yield f"plan.sides.{name}.strong", side.strong
        yield f"plan.sides.{name}.weak", side.weak
    for name in ("others", "masks", "noise", "noise_title", "never"):
        yield f"plan.{name}", getattr(plan, name)
    for name, words in plan.words.items():
        yield f"plan.words.{name}", words
    for commitment in commitments:
        for rule in commitment.rules:
            yield f"{commitment.id}/{rule.id}.any", rule.any
            for words in (*rule.with_, rule.unless, rule.unless_title):
                yield f"{commitment.id}/{rule.id}", words


def _of_words(place: str, words: Words) -> Iterable[Finding]:
    """Terms that say the same twice, in one language or beside `any`."""
    everywhere = _folded(words.get("any", ()))
    for lang, terms in words.items():
        seen = dict(everywhere) if lang != "any" else {}
        stems = tuple(
            one[:-1]
            for one in (*_folded(terms), *seen)
            if one.endswith(STAR) and " " not in one and STAR not in one[:-1]
        )
        for term in terms:
            folded = fold(term.replace("*", STAR))
            if term.startswith(("=", "@")):
                continue
            if folded in seen:
                yield Finding(place, f"{term!r} is there twice: {seen[folded]!r} means the same")
            elif " " not in folded and any(folded != stem + STAR and folded.startswith(stem) for stem in stems):
                yield Finding(place, f"{term!r} is found by a stem beside it already")
            seen[folded] = term


def _folded(terms: Sequence[str]) -> dict[str, str]:
    return {fold(term.replace("*", STAR)): term for term in terms if not term.startswith(("=", "@"))}


def _masked(words: Words, masks: set[str]) -> Iterable[str]:
    return (term for terms in words.values() for term in terms if fold(term) in masks and not term.startswith("="))


def _of_rule(place: str, rule: Rule, plan: Plan) -> Iterable[Finding]:
    if rule.strength == "strong" and not rule.with_ and rule.scope == "text" and rule.at_least == 1:
        for term in (term for terms in rule.any.values() for term in terms if not term.startswith(("=", "@"))):
            folded = fold(term)
            if folded in SMALL_WORDS or (folded.isascii() and folded.isalpha() and len(folded) < 3):
                yield Finding(place, f"{term!r} is found nearly everywhere and decides alone")
    absent = {**_expanded(rule.unless, plan), **(_expanded(rule.unless_title, plan) if rule.scope == "title" else {})}
    for folded, term in _expanded(rule.any, plan).items():
        if folded in absent:
            yield Finding(place, f"{term!r} is asked for, and asked not to be there: it can never match")
    missing = [lang for lang in plan.languages if rule.any and "any" not in rule.any and not rule.any.get(lang)]
    if missing:
        yield Finding(place, f"has no term for {', '.join(missing)}")


def _expanded(words: Words, plan: Plan, depth: int = 0) -> dict[str, str]:
    """The terms by their folded form, those of named lists too, to a depth at which nobody reads on."""
    found: dict[str, str] = {}
    for term in (term for terms in words.values() for term in terms):
        if not term.startswith("@"):
            found[fold(term.replace("*", STAR))] = term
        elif depth < 5:
            found |= _expanded(plan.words.get(term[1:], {}), plan, depth + 1)
    return found

"""A plan's rules, checked and compiled: one search for every term, and the expressions to decide by. How they are
compiled is in `matchers.compiling`, and imported when it is needed: a program that only asks which rules it has starts
without it."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from matchers.plan import Commitment, Plan, Rule
from matchers.shape import told

if TYPE_CHECKING:
    from matchers import query
    from matchers.deciding import Test
    from matchers.search import Search
    from matchers.terms import Problem, Term


class RuleError(Exception):
    """Rules that cannot be used; `problems` holds every one of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to decide: what it asks, in words and in groups, the sides it needs, and how much it says. `main`
    are the groups of what it is about: what stands first in it, without what must stand beside that. A rule that is
    also something outside its scope is two of these. Of each set of groups in `needs` one must be found before it is
    worth asking whether it `holds`."""

    commitment: str
    rule: Rule
    asked: query.Node
    when: query.Node
    main: frozenset[int]
    sides: tuple[str, ...]
    strength: str
    needs: tuple[frozenset[int], ...] = field(repr=False)
    holds: Test = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class SideSign:
    """What a group shows: a side, strongly or weakly, from one day to another."""

    side: str
    strength: str
    valid_from: date | None = None
    valid_to: date | None = None


class Way(NamedTuple):
    """How rules ask for sides: which, and which one of them may be lent."""

    sides: frozenset[str]
    lendable: frozenset[str]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The compiled rules of one plan. `id` is 12 hex digits over everything that decides a match; `kinds` has for each
    rule the first that stands at the gate as it does, so that thousands of rules cost the gate a few looks; `ways`
    are all the ways in which rules ask for sides, `ways_of` has for each rule which it is, `gates` those that ask for
    several. `triggers` are the rules that a group may set off; `unsided` only those that can match where no side is
    shown. `signs` finds the terms that show a side or set off one of those: where there is none, nothing can match, and
    `search`, which finds all others, is spared."""

    id: str
    plan: Plan
    commitments: tuple[Commitment, ...]
    rules: tuple[CompiledRule, ...]
    terms: tuple[Term, ...]
    groups_of_term: tuple[tuple[int, ...], ...]
    terms_of_pattern: tuple[tuple[int, ...], ...]
    signs: Search = field(repr=False)
    search: Search = field(repr=False)
    triggers: Mapping[int, tuple[int, ...]] = field(repr=False)
    unsided: Mapping[int, tuple[int, ...]] = field(repr=False)
    sides: Mapping[int, tuple[SideSign, ...]]
    marks: Mapping[str, int]
    has_languages: bool
    kinds: tuple[int, ...] = field(repr=False)
    ways: tuple[Way, ...] = field(repr=False)
    ways_of: tuple[int, ...] = field(repr=False)
    gates: frozenset[int] = field(repr=False)

    def __getattr__(self, name: str) -> object:
        """Compile what `compiled_later` left out: only a name that is still empty is looked for here."""
        if name not in _COMPILED:
            raise AttributeError(name)
        with _COMPILING:
            try:
                return object.__getattribute__(self, name)  # another thread compiled them meanwhile
            except AttributeError:
                ready = compile_rules(self.plan, self.commitments, known_id=self.id)
                for each in _COMPILED:
                    object.__setattr__(self, each, getattr(ready, each))
        return getattr(self, name)

    def ready(self) -> RuleSet:
        """The rules themselves, compiled. Raises RuleError where they were left for later and cannot be."""
        getattr(self, "kinds")  # noqa: B009 - looking is what compiles them
        return self


_COMPILING = threading.RLock()
_COMPILED = frozenset(one.name for one in fields(RuleSet)) - {"id", "plan", "commitments"}

MARKS = ("masks", "noise", "noise_title", "never", "others")
"""The plan's word lists that act on the item as a whole; `RuleSet.marks` has the group of each."""


def compile_rules(plan: Plan, commitments: Sequence[Commitment], *, known_id: str = "") -> RuleSet:
    """The rules ready for use. Raises RuleError with every problem at once. `known_id` is `rules_id` of them, where it
    is known: to find it takes a quarter of all this."""
    from matchers.compiling import compiled  # noqa: PLC0415 - who only needs to know which rules these are saves all that

    return compiled(plan, commitments, known_id or rules_id(plan, commitments))


def compiled_later(plan: Plan, commitments: Sequence[Commitment], *, known_id: str = "") -> RuleSet:
    """The rules, compiled when they are first looked into, which then raises RuleError where `compile_rules` would: for
    rules that are known to compile, and may not be needed. `known_id` is `rules_id` of them, where it is known."""
    later = object.__new__(RuleSet)
    for name, value in (
        ("id", known_id or rules_id(plan, commitments)),
        ("plan", plan),
        ("commitments", tuple(commitments)),
    ):
        object.__setattr__(later, name, value)
    return later


def rules_id(plan: Plan, commitments: Sequence[Commitment]) -> str:
    """12 hex digits over plan and commitments: equal for equal rules, whatever the layout of their file."""
    return hashlib.sha256(_content(plan, commitments).encode()).hexdigest()[:12]


def content(rules: RuleSet) -> str:
    """The whole rule set as JSON text: what `Plan` and `Commitment` read back, and what `RuleSet.id` is a digest of."""
    return _content(rules.plan, rules.commitments)


def _content(plan: Plan, commitments: Sequence[Commitment]) -> str:
    parts = {
        "plan": told(plan),
        "commitments": [told(one) for one in commitments],
    }
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def story_context(rules: RuleSet) -> frozenset[str]:
    """What every item of the plan may hold and so tells no two stories apart: the folded words that name its
    parties, and the ids of commitments with a fallback rule."""
    plan = rules.plan
    people = {word for person in plan.people for word in _folded(person.words)}
    paired = {word for pair in plan.pairs for word in _folded(pair.words)} - people
    sides = {word for side in plan.sides.values() for words in (side.strong, side.weak) for word in _folded(words)}
    catch_all = {one.id for one in rules.commitments if any(rule.strength == "fallback" for rule in one.rules)}
    return frozenset(paired | {word for word in sides if any(word[:4] == other[:4] for other in paired)} | catch_all)


def known_words(rules: RuleSet) -> frozenset[str]:
    """Folded words that tie no new story to an earlier one: names of people in office and of third parties, and what
    the rules look for, unless it names something of a side, such as a firm."""
    plan = rules.plan
    sides = {word for side in plan.sides.values() for words in (side.strong, side.weak) for word in _folded(words)}
    asked = _words(rule_terms(rules.commitments))
    people = {word for person in plan.people for word in (*_folded(person.words), *_words([person.name]))}
    return frozenset((asked - sides) | people | _folded(plan.others))


def _folded(words: Mapping[str, tuple[str, ...]]) -> set[str]:
    return _words(term for terms in words.values() for term in terms)


def _words(terms: Iterable[str]) -> set[str]:
    from matchers.text import fold  # noqa: PLC0415 - see the head of this module

    return {word for term in terms for word in fold(term).split()}


def rule_terms(commitments: Iterable[Commitment]) -> Iterable[str]:
    """Every term that rules list, outside queries."""
    for rule in (rule for commitment in commitments for rule in commitment.rules):
        for words in (rule.any, *rule.with_, rule.unless, rule.unless_title):
            yield from (term for terms in words.values() for term in terms)

"""A plan's rules, checked and compiled: one automaton over every term, and the expressions to decide by."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import ahocorasick_rs

from matchers import query
from matchers.plan import Commitment, Plan, Rule
from matchers.text import STAR, exact, fold

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in the rules: where it stands, what stands there, what was wanted."""

    path: Path
    value: str
    wanted: str

    def __str__(self) -> str:
        place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path).lstrip(".")
        return f"{place}: {self.value!r}: {self.wanted}"


class RuleError(Exception):
    """Rules that cannot be used; `problems` holds every one of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Term:
    """A word or phrase to look for. `words` are folded, a stem ends in STAR; `exact` is set where case and accents
    count; `lang` is the language of the items it is looked for in, or "any"."""

    text: str
    words: tuple[str, ...]
    exact: str | None
    lang: str


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule ready to decide: its expression, the sides it needs, and how much it says. A rule that is also
    something outside its scope is two of these."""

    commitment: str
    rule: Rule
    when: query.Node
    sides: tuple[str, ...]
    strength: str


@dataclass(frozen=True, slots=True)
class SideGroups:
    """The groups that show a side: strongly, and weakly."""

    strong: tuple[int, ...]
    weak: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RuleSet:
    """The compiled rules of one plan. `id` is 12 hex digits over everything that decides a match."""

    id: str
    plan: Plan
    commitments: tuple[Commitment, ...]
    rules: tuple[CompiledRule, ...]
    terms: tuple[Term, ...]
    groups_of_term: tuple[tuple[int, ...], ...]
    terms_of_pattern: tuple[tuple[int, ...], ...]
    automaton: ahocorasick_rs.AhoCorasick | None = field(repr=False)
    triggers: Mapping[int, tuple[int, ...]] = field(repr=False)
    sides: Mapping[str, SideGroups]
    marks: Mapping[str, int]
    dated: Mapping[int, tuple[date | None, date | None]]


MARKS = ("masks", "noise", "never", "others")
"""The plan's word lists that act on the item as a whole; `RuleSet.marks` has the group of each."""


def compile_rules(plan: Plan, commitments: Sequence[Commitment]) -> RuleSet:
    """The rules ready for use. Raises RuleError with every problem at once."""
    work = _Work(plan)
    sides = {name: _side(work, name) for name in plan.sides}
    marks = {name: work.group(_leaf(getattr(plan, name), ("plan", name))) for name in MARKS}
    rules = [
        compiled
        for number, commitment in enumerate(commitments)
        for compiled in _commitment(work, commitment, ("commitments", number))
    ]
    _check_ids(work, commitments)
    if work.problems:
        raise RuleError(sorted(work.problems, key=lambda problem: [str(part) for part in problem.path]))
    patterns = _patterns(work.terms)
    return RuleSet(
        id=rules_id(plan, commitments),
        plan=plan,
        commitments=tuple(commitments),
        rules=tuple(rules),
        terms=tuple(work.terms),
        groups_of_term=tuple(tuple(sorted(groups)) for groups in work.groups_of_term),
        terms_of_pattern=tuple(map(tuple, patterns.values())),
        automaton=ahocorasick_rs.AhoCorasick(list(patterns), store_patterns=False) if patterns else None,
        triggers=_triggers(rules),
        sides=sides,
        marks=marks,
        dated=work.dated,
    )


def rules_id(plan: Plan, commitments: Sequence[Commitment]) -> str:
    """12 hex digits over plan and commitments: equal for equal rules, whatever the layout of their file."""
    return hashlib.sha256(_content(plan, commitments).encode()).hexdigest()[:12]


def content(rules: RuleSet) -> str:
    """The whole rule set as JSON text: what `Plan` and `Commitment` read back, and what `RuleSet.id` is a digest of."""
    return _content(rules.plan, rules.commitments)


def _content(plan: Plan, commitments: Sequence[Commitment]) -> str:
    parts = {
        "plan": plan.model_dump(mode="json", by_alias=True, exclude_defaults=True),
        "commitments": [one.model_dump(mode="json", by_alias=True, exclude_defaults=True) for one in commitments],
    }
    return json.dumps(parts, sort_keys=True, ensure_ascii=False)


def story_context(rules: RuleSet) -> frozenset[str]:
    """What every item of the plan may hold and so tells no two stories apart: the folded words that name its
    parties, and the ids of commitments with a fallback rule."""
    plan = rules.plan
    people = {word for person in plan.people for word in _folded(person.words)}
    paired = {word for pair in plan.pairs for word in _folded(pair.words)} - people
    sides = {word for side in plan.sides.values() for words in (side.strong, side.weak) for word in _folded(words)}
    catch_all = {rule.commitment for rule in rules.rules if rule.rule.strength == "fallback"}
    return frozenset(paired | {word for word in sides if any(word[:4] == other[:4] for other in paired)} | catch_all)


def _folded(words: Mapping[str, tuple[str, ...]]) -> set[str]:
    return {word for terms in words.values() for term in terms for word in fold(term).split()}


def expression(rule: Rule, path: Path = ()) -> query.Node:
    """What a rule asks of an item, as an expression. Raises QueryError for a query that cannot be read."""
    if rule.query:
        return _with_exceptions(query.parse(rule.query), rule, path)
    main: query.Node = _leaf(rule.any, (*path, "any"))
    beside = tuple(_leaf(words, (*path, "with", number)) for number, words in enumerate(rule.with_))
    if rule.at_least > 1:
        main = query.Count(rule.at_least, (main,))
    if rule.scope != "text":
        main = query.Scoped(rule.scope, main)
    if rule.near is not None:
        main = query.Near(rule.near, rule.ordered, (main, *beside))
    elif beside:
        main = query.And((main, *beside))
    return _with_exceptions(main, rule, path)


def _with_exceptions(node: query.Node, rule: Rule, path: Path) -> query.Node:
    parts = [node]
    if rule.unless:
        parts.append(query.Not(_leaf(rule.unless, (*path, "unless"))))
    if rule.unless_title:
        parts.append(query.Not(query.Scoped("title", _leaf(rule.unless_title, (*path, "unless_title")))))
    return query.And(tuple(parts)) if len(parts) > 1 else node


def _leaf(words: Mapping[str, tuple[str, ...]], path: Path) -> query.Terms:
    return query.Terms(tuple((term, lang) for lang, terms in words.items() for term in terms), path)


# --- compiling --------------------------------------------------------------------------------------------


class _Work:
    """What compiling gathers: terms and groups, each known once, and the problems met."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.problems: list[Problem] = []
        self.terms: list[Term] = []
        self.groups_of_term: list[set[int]] = []
        self.dated: dict[int, tuple[date | None, date | None]] = {}
        self._numbers: dict[tuple[str, str], int] = {}
        self._groups: dict[frozenset[int], int] = {}
        self._count = 0
        self._lists: dict[str, frozenset[int]] = {}
        for name, words in plan.words.items():
            self._lists[name] = self._numbered(_leaf(words, ("plan", "words", name)))

    def group(self, leaf: query.Terms | query.ListOf, path: Path = (), *, fresh: bool = False) -> int:
        """The number of the group of these terms; equal groups are one unless a fresh one is wanted."""
        members = self._numbered(leaf) if isinstance(leaf, query.Terms) else self._named(leaf.name, path)
        if members in self._groups and not fresh:
            return self._groups[members]
        self._count += 1
        if not fresh:
            self._groups[members] = self._count
        for number in members:
            self.groups_of_term[number].add(self._count)
        return self._count

    def problem(self, path: Path, value: str, wanted: str) -> None:
        self.problems.append(Problem(path, value, wanted))

    def _numbered(self, leaf: query.Terms) -> frozenset[int]:
        counts: dict[str, int] = defaultdict(int)
        members: set[int] = set()
        for text, lang in leaf.terms:
            path = (*leaf.path, lang, counts[lang])
            counts[lang] += 1
            if text.startswith("@"):
                members |= self._named(text[1:], path)
            else:
                members |= self._number(text, lang, path)
        return frozenset(members)

    def _named(self, name: str, path: Path) -> frozenset[int]:
        if name not in self._lists:
            known = ", ".join(f"@{known}" for known in sorted(self._lists)) or "none is defined in plan.words"
            self.problem(path, "@" + name, f"a list of plan.words ({known})")
            return frozenset()
        return self._lists[name]

    def _number(self, text: str, lang: str, path: Path) -> set[int]:
        if (text, lang) not in self._numbers:
            term = self._term(text, lang, path)
            if term is None:
                return set()
            self._numbers[text, lang] = len(self.terms)
            self.terms.append(term)
            self.groups_of_term.append(set())
        return {self._numbers[text, lang]}

    def _term(self, text: str, lang: str, path: Path) -> Term | None:
        if lang != "any" and lang not in self.plan.languages:
            self.problem(path, text, f"one of the plan's languages ({', '.join(self.plan.languages)}) or any")
            return None
        term, wanted = read_term(text, lang)
        if term is None:
            self.problem(path, text, wanted)
        return term


def read_term(text: str, lang: str = "any") -> tuple[Term | None, str]:
    """A term as configured, read; or None and what is wrong with it."""
    asked = text.removeprefix("=")
    words = tuple(fold(asked.replace("*", STAR)).split())
    if not any(word.strip(STAR) for word in words):
        return None, "at least one letter or digit: this can never match"
    if any(STAR in word[:-1] for word in words):
        return None, "a * only at the end of a word"
    if words[0].endswith(STAR) and len("".join(words)) < 4 and words[0][0].isascii():
        return None, "at least three letters before a *: shorter stems are found everywhere"
    written = exact(asked.replace("*", STAR)) if text.startswith("=") else None
    return Term(text, words, written, lang), ""


def _side(work: _Work, name: str) -> SideGroups:
    side = work.plan.sides[name]
    groups: dict[str, list[int]] = {"strong": [], "weak": []}
    for strength in ("strong", "weak"):
        groups[strength].append(work.group(_leaf(getattr(side, strength), ("plan", "sides", name, strength))))
    for number, pair in enumerate(work.plan.pairs):
        if name in pair.sides:
            groups["strong"].append(work.group(_leaf(pair.words, ("plan", "pairs", number, "words"))))
    for number, person in enumerate(work.plan.people):
        if person.side == name:
            leaf = _leaf(person.words, ("plan", "people", number, "words"))
            dated = person.valid_from is not None or person.valid_to is not None
            group = work.group(leaf, fresh=dated)
            groups[person.strength].append(group)
            if dated:
                work.dated[group] = (person.valid_from, person.valid_to)
    return SideGroups(tuple(groups["strong"]), tuple(groups["weak"]))


def _commitment(work: _Work, commitment: Commitment, path: Path) -> Iterable[CompiledRule]:
    for number, rule in enumerate(commitment.rules):
        where = (*path, "rules", number)
        for side in rule.needs or ():
            if side not in work.plan.sides:
                work.problem((*where, "needs"), side, f"one of plan.sides ({', '.join(work.plan.sides)})")
        yield from _rule(work, commitment.id, rule, where)


def _rule(work: _Work, commitment: str, rule: Rule, path: Path) -> Iterable[CompiledRule]:
    sides = tuple(work.plan.sides) if rule.needs is None else rule.needs
    variants = [(rule, rule.strength)]
    if rule.outside:
        variants.append((rule.model_copy(update={"scope": "text", "at_least": max(2, rule.at_least)}), rule.outside))
    for variant, strength in variants:
        try:
            asked = expression(variant, path)
        except query.QueryError as error:
            work.problem((*path, "query"), rule.query or "", str(error))
            return
        when = _grouped(work, asked, (*path, "query"))
        if not _starters(when):
            work.problem(path, rule.id, "a term that must be there: from NOT alone nothing can be found")
        yield CompiledRule(commitment, rule, when, sides, strength)


def _grouped(work: _Work, node: query.Node, path: Path) -> query.Node:
    """The expression with groups for leaves."""

    def leaf(found: query.Leaf) -> query.Node:
        match found:
            case query.Terms(terms, own):
                return query.Group(work.group(query.Terms(terms, own or path)))
            case query.ListOf():
                return query.Group(work.group(found, path))
        return found

    return query.rebuild(node, leaf)


def _starters(node: query.Node) -> frozenset[int]:
    """Groups of which at least one must be found for the expression to hold; empty if it can hold without any."""
    match node:
        case query.Group(number):
            return frozenset([number])
        case query.Scoped(_, part):
            return _starters(part)
        case query.Near(_, _, parts) | query.And(parts):
            return min((found for found in map(_starters, parts) if found), key=len, default=frozenset())
        case query.Or(parts) | query.Count(_, parts):
            found = [_starters(part) for part in parts]
            return frozenset().union(*found) if all(found) else frozenset()
        case _:
            return frozenset()


def _triggers(rules: Sequence[CompiledRule]) -> dict[int, tuple[int, ...]]:
    by_group: dict[int, list[int]] = defaultdict(list)
    for number, rule in enumerate(rules):
        for group in _starters(rule.when):
            by_group[group].append(number)
    return {group: tuple(numbers) for group, numbers in by_group.items()}


def _patterns(terms: Sequence[Term]) -> dict[str, list[int]]:
    """What the automaton looks for, and the terms each may turn out to be: a term's words up to its first stem."""
    patterns: dict[str, list[int]] = defaultdict(list)
    for number, term in enumerate(terms):
        joined = f" {' '.join(term.words)} "
        patterns[joined.split(STAR, 1)[0]].append(number)
    return patterns


def _check_ids(work: _Work, commitments: Sequence[Commitment]) -> None:
    clauses = {clause.id for pillar in work.plan.pillars for clause in pillar.clauses}
    pillars = {pillar.id for pillar in work.plan.pillars}
    _unique(work, [commitment.id for commitment in commitments], ("commitments",))
    for number, commitment in enumerate(commitments):
        path: Path = ("commitments", number)
        _unique(work, [rule.id for rule in commitment.rules], (*path, "rules"))
        if commitment.pillar is not None and commitment.pillar not in pillars:
            work.problem((*path, "pillar"), commitment.pillar, "the id of a pillar of the plan")
        for clause in commitment.clauses:
            if clause not in clauses:
                work.problem((*path, "clauses"), clause, "the id of a clause of the plan")
    for kind in ("pairs", "people"):
        for number, entry in enumerate(getattr(work.plan, kind)):
            for side in entry.sides if kind == "pairs" else (entry.side,):
                if side not in work.plan.sides:
                    work.problem(("plan", kind, number), side, f"one of plan.sides ({', '.join(work.plan.sides)})")


def _unique(work: _Work, ids: Sequence[str], path: Path) -> None:
    seen: set[str] = set()
    for number, name in enumerate(ids):
        if name in seen:
            work.problem((*path, number, "id"), name, "an id no other has here")
        seen.add(name)

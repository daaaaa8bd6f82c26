"""Compiling a plan's rules: one search over every term, and the expressions to decide by. `matchers.rules` asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain, repeat

from matchers import query
from matchers.deciding import needs, ready, starters
from matchers.plan import Commitment, Plan, Rule
from matchers.rules import MARKS, CompiledRule, RuleError, RuleSet, SideSign, Way
from matchers.search import Search
from matchers.terms import Path, Problem, Table, Term, pattern_of


def compiled(plan: Plan, commitments: Sequence[Commitment], rules_id: str) -> RuleSet:
    """The rules ready for use, under that id. Raises RuleError with every problem at once."""
    work = Table(plan.languages)
    for name in _by_need(plan.words):
        work.define(name, _leaf(plan.words[name], ("plan", "words", name)))
    sides = _side_signs(work, plan)
    marks = {name: work.group(_leaf(getattr(plan, name), ("plan", name))) for name in MARKS}
    rules = [
        compiled
        for number, commitment in enumerate(commitments)
        for compiled in _commitment(work, plan, commitment, ("commitments", number))
    ]
    _check_ids(work, plan, commitments)
    if work.problems:
        raise RuleError(sorted(work.problems, key=_by_place))
    patterns, terms_of_pattern = work.patterns()
    unsided = _triggers((number, rule) for number, rule in enumerate(rules) if len(rule.sides) < 2)
    ways = {way: number for number, way in enumerate(dict.fromkeys(map(_way, rules)))}
    signs, rest = _searches(patterns, [work.terms[one] for one in sorted(work.members((*sides, *unsided)))])
    return RuleSet(
        id=rules_id,
        plan=plan,
        commitments=tuple(commitments),
        rules=tuple(rules),
        terms=tuple(work.terms),
        groups_of_term=tuple(work.groups_of_term),
        terms_of_pattern=tuple(terms_of_pattern),
        signs=signs,
        search=rest,
        triggers=_triggers(enumerate(rules)),
        unsided=unsided,
        sides=sides,
        marks=marks,
        has_languages=any(term.lang != "any" for term in work.terms)
        or any(side.languages for side in plan.sides.values()),
        kinds=_kinds(rules),
        ways=tuple(ways),
        ways_of=tuple(map(ways.__getitem__, map(_way, rules))),
        gates=frozenset(number for way, number in ways.items() if len(way.sides) > 1),
    )


def _by_need(lists: Mapping[str, Mapping[str, tuple[str, ...]]]) -> list[str]:
    """The names of the word lists, each after those it names; of a ring that names itself, one comes too early."""
    ordered: dict[str, None] = {}
    for name in lists:
        waiting, opened = [name], set[str]()
        while waiting:
            here = waiting[-1]
            named = [] if here in opened else _named_by(lists[here])
            opened.add(here)
            needed = [one for one in named if one in lists and one not in ordered and one not in opened]
            if needed:
                waiting += needed
            else:
                ordered[waiting.pop()] = None
    return list(ordered)


def _named_by(words: Mapping[str, tuple[str, ...]]) -> list[str]:
    return [term[1:] for terms in words.values() for term in terms if term.startswith("@")]


def _by_place(problem: Problem) -> list[tuple[str, int]]:
    return [("", part) if isinstance(part, int) else (part, 0) for part in problem.path]


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
    return query.Terms(tuple(chain.from_iterable(zip(terms, repeat(lang)) for lang, terms in words.items())), path)


# --- compiling --------------------------------------------------------------------------------------------


def _side_signs(work: Table, plan: Plan) -> dict[int, tuple[SideSign, ...]]:
    """What each group that shows a side shows; a pair shows several, a name may stand for two offices."""
    signs: dict[int, tuple[SideSign, ...]] = {}

    def add(words: Mapping[str, tuple[str, ...]], path: Path, *shown: SideSign) -> None:
        group = work.group(_leaf(words, path))
        signs[group] = (*signs.get(group, ()), *shown)

    for name, side in plan.sides.items():
        add(side.strong, ("plan", "sides", name, "strong"), SideSign(name, "strong"))
        add(side.weak, ("plan", "sides", name, "weak"), SideSign(name, "weak"))
    for number, pair in enumerate(plan.pairs):
        add(pair.words, ("plan", "pairs", number, "words"), *(SideSign(side, "strong") for side in pair.sides))
    for number, person in enumerate(plan.people):
        sign = SideSign(person.side, person.strength, person.valid_from, person.valid_to)
        add(person.words, ("plan", "people", number, "words"), sign)
    return signs


def _commitment(work: Table, plan: Plan, commitment: Commitment, path: Path) -> Iterable[CompiledRule]:
    for number, rule in enumerate(commitment.rules):
        where = (*path, "rules", number)
        for side in rule.needs or ():
            if side not in plan.sides:
                work.problem((*where, "needs"), side, f"one of plan.sides ({', '.join(plan.sides)})")
        for side in () if isinstance(rule.lent, bool) else rule.lent:
            if side not in plan.sides:
                work.problem((*where, "lent"), side, f"one of plan.sides ({', '.join(plan.sides)}), true or false")
        yield from _rule(work, plan, commitment.id, rule, where)


def _rule(work: Table, plan: Plan, commitment: str, rule: Rule, path: Path) -> Iterable[CompiledRule]:
    sides = tuple(plan.sides) if rule.needs is None else rule.needs
    for variant in (rule, rule.elsewhere()) if rule.outside else (rule,):
        try:
            asked = expression(variant, path)
        except query.QueryError as error:
            work.problem((*path, "query"), rule.query or "", str(error))
            return
        when = _grouped(work, asked, (*path, "query"))
        if not starters(when):
            work.problem(path, rule.id, "a term that must be there: from NOT alone nothing can be found")
        main = frozenset(query.groups(query.first(when)))
        test = ready(when, listed=rule.listed)
        yield CompiledRule(commitment, rule, asked, when, main, sides, variant.strength, needs(when), test)


def _grouped(work: Table, node: query.Node, path: Path) -> query.Node:
    """The expression with groups for leaves."""

    def leaf(found: query.Leaf) -> query.Node:
        match found:
            case query.Terms(terms, own):
                return query.Group(work.group(query.Terms(terms, own or path)))
            case query.ListOf():
                return query.Group(work.group(found, path))
        return found

    return query.rebuild(node, leaf)


def _triggers(rules: Iterable[tuple[int, CompiledRule]]) -> dict[int, tuple[int, ...]]:
    by_group: dict[int, list[int]] = defaultdict(list)
    for number, rule in rules:
        for group in starters(rule.when):
            by_group[group].append(number)
    return {group: tuple(numbers) for group, numbers in by_group.items()}


def _searches(patterns: Mapping[str, int], signs: Iterable[Term]) -> tuple[Search, Search]:
    """One for the patterns of these terms, and one for all others."""
    first = {pattern: patterns[pattern] for pattern in map(pattern_of, signs)}
    rest = {pattern: number for pattern, number in patterns.items() if pattern not in first} if first else patterns
    return Search(first), Search(rest)


def _way(rule: CompiledRule) -> Way:
    lendable = (side for side in rule.sides if rule.strength == "strong" and rule.rule.may_be_lent(side))
    return Way(frozenset(rule.sides), frozenset(lendable))


def _kinds(rules: Sequence[CompiledRule]) -> tuple[int, ...]:
    """For each rule the first with the same of all that the gate looks at."""
    first: dict[tuple[object, ...], int] = {}
    alike = ((one.sides, one.strength, one.rule.lent, one.rule.others, one.rule.yields) for one in rules)
    return tuple(first.setdefault(kind, number) for number, kind in enumerate(alike))


def _check_ids(work: Table, plan: Plan, commitments: Sequence[Commitment]) -> None:
    clauses = {clause.id for pillar in plan.pillars for clause in pillar.clauses}
    pillars = {pillar.id for pillar in plan.pillars}
    ids = {commitment.id for commitment in commitments}
    _unique(work, [commitment.id for commitment in commitments], ("commitments",))
    for number, commitment in enumerate(commitments):
        path: Path = ("commitments", number)
        _unique(work, [rule.id for rule in commitment.rules], (*path, "rules"))
        if commitment.id in commitment.formerly:
            work.problem((*path, "formerly"), commitment.id, "ids it had before, not its own")
        if commitment.pillar is not None and commitment.pillar not in pillars:
            work.problem((*path, "pillar"), commitment.pillar, "the id of a pillar of the plan")
        for clause in commitment.clauses:
            if clause not in clauses:
                work.problem((*path, "clauses"), clause, "the id of a clause of the plan")
        _check_beside(work, commitment, ids, (*path, "rules"))
    for kind in ("pairs", "people"):
        for number, entry in enumerate(getattr(plan, kind)):
            for side in entry.sides if kind == "pairs" else (entry.side,):
                if side not in plan.sides:
                    work.problem(("plan", kind, number), side, f"one of plan.sides ({', '.join(plan.sides)})")


def _check_beside(work: Table, commitment: Commitment, ids: Collection[str], path: Path) -> None:
    for number, rule in enumerate(commitment.rules):
        for name in rule.beside:
            if name not in ids or name == commitment.id:
                work.problem((*path, number, "beside"), name, "the id of another commitment")


def _unique(work: Table, ids: Sequence[str], path: Path) -> None:
    seen: set[str] = set()
    for number, name in enumerate(ids):
        if name in seen:
            work.problem((*path, number, "id"), name, "an id no other has here")
        seen.add(name)

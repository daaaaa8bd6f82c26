"""Deciding: an expression made ready to be asked whether it holds on what was found in an item."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence, Set

from matchers import query
from matchers.hits import Hit, Hits
from matchers.rules import RuleSet

Test = Callable[[Hits], list[Hit] | None]
"""Gives the hits that make an expression true, or None where it is not."""


def ready(node: query.Node, *, listed: bool, scope: str = "text") -> Test:
    """The expression as a test; each part is a function of its own, so that nothing is looked at twice which is known
    before any item."""
    match node:
        case query.Group(number):
            test = _group(number, scope, listed)
        case query.Scoped(inner, part):
            test = ready(part, listed=listed, scope=inner)
        case query.Not(part):
            test = _not(_Part(part, True, scope))
        case query.And(parts):
            test = _and([_Part(part, listed, scope) for part in parts])
        case query.Or(parts):
            test = _or([_Part(part, listed, scope) for part in parts])
        case query.Count(least, parts):
            test = _count([_Part(part, listed, scope) for part in parts], least)
        case query.Near(distance, ordered, parts):
            test = _near([_Part(part, listed, scope) for part in parts], distance, _in_order if ordered else _together)
        case query.Terms() | query.ListOf():
            raise AssertionError("an expression is asked when its terms are groups")
    return test


def starters(node: query.Node) -> frozenset[int]:
    """Groups of which at least one must be found for the expression to hold; empty if it can hold without any."""
    return min(needs(node), key=len, default=frozenset())


def needs(node: query.Node) -> tuple[frozenset[int], ...]:
    """Sets of groups: of each at least one must be found for the expression to hold."""
    found: tuple[frozenset[int], ...] = ()
    match node:
        case query.Group(number):
            found = (frozenset([number]),)
        case query.Scoped(_, part):
            found = needs(part)
        case query.Near(_, _, parts) | query.And(parts):
            found = tuple(dict.fromkeys(need for part in parts for need in needs(part)))
        case query.Or(parts) | query.Count(_, parts):
            each = [starters(part) for part in parts]
            found = (frozenset().union(*each),) if all(each) else ()
    return found


class _Part:
    """A part of an expression: its test, and what must be found before it is worth asking."""

    __slots__ = ("_needs", "_test")

    def __init__(self, node: query.Node, listed: bool, scope: str) -> None:
        self._needs = starters(node)
        self._test = ready(node, listed=listed, scope=scope)

    def may_hold(self, groups: Set[int]) -> bool:
        return not self._needs or not self._needs.isdisjoint(groups)

    def holds(self, hits: Hits) -> list[Hit] | None:
        return self._test(hits) if self.may_hold(hits.groups) else None


def _group(number: int, scope: str, listed: bool) -> Test:
    return lambda hits: hits.of(number, scope, listed=listed) or None


def _not(part: _Part) -> Test:
    return lambda hits: [] if part.holds(hits) is None else None


def _and(parts: Sequence[_Part]) -> Test:
    def test(hits: Hits) -> list[Hit] | None:
        groups = hits.groups
        for part in parts:
            if not part.may_hold(groups):
                return None
        return _all(part.holds(hits) for part in parts)

    return test


def _or(parts: Sequence[_Part]) -> Test:
    def test(hits: Hits) -> list[Hit] | None:
        met = [some for part in parts if (some := part.holds(hits)) is not None]
        return _all(met) if met else None

    return test


def _count(parts: Sequence[_Part], least: int) -> Test:
    def test(hits: Hits) -> list[Hit] | None:
        some = _all(part.holds(hits) or [] for part in parts)
        return some if some and len(_different(some, hits.rules)) >= least else None

    return test


def _near(
    parts: Sequence[_Part], distance: int, chosen: Callable[[Sequence[Sequence[Hit]], int, int], list[Hit] | None]
) -> Test:
    def test(hits: Hits) -> list[Hit] | None:
        places = []
        for part in parts:
            if not (some := part.holds(hits)):
                return None
            places.append(some)
        return chosen(places, distance, hits.text.title_words)

    return test


def _all(found: Iterable[list[Hit] | None]) -> list[Hit] | None:
    together: list[Hit] = []
    for some in found:
        if some is None:
            return None
        together += some
    return together


def _different(found: Iterable[Hit], rules: RuleSet) -> set[str]:
    return {rules.terms[number].folded for _, _, number in found}


def _together(places: Sequence[Sequence[Hit]], distance: int, title_words: int) -> list[Hit] | None:
    """Hits of the first part with one of every other part near, and those."""
    indexes = [_Index(sorted(part), title_words) for part in places[1:]]
    for hit in sorted(places[0]):
        partners = [index.nearest(hit, distance) for index in indexes]
        if all(partner is not None for partner in partners):
            return [hit, *(partner for partner in partners if partner is not None)]
    return None


def _in_order(places: Sequence[Sequence[Hit]], distance: int, title_words: int) -> list[Hit] | None:
    """One hit of each part, each after the one before and near it."""
    chains: list[tuple[Hit, ...]] = [(hit,) for hit in sorted(places[0])]
    for part in places[1:]:
        index = _Index(sorted(part), title_words)
        followed = ((chain, index.next(chain[-1], distance)) for chain in chains)
        chains = [(*chain, after) for chain, after in followed if after is not None]
    return list(chains[0]) if chains else None


class _Index:
    """Hits by place, for finding the nearest on either side without looking at all."""

    def __init__(self, hits: Sequence[Hit], title_words: int) -> None:
        self._by_start = list(hits)
        self._starts = [hit[0] for hit in hits]
        self._by_end = sorted(hits, key=lambda hit: hit[1])
        self._ends = [hit[1] for hit in self._by_end]
        self._title_words = title_words

    def next(self, hit: Hit, distance: int) -> Hit | None:
        index = bisect_left(self._starts, hit[1])
        return self._if_near(index, self._by_start, hit, distance)

    def nearest(self, hit: Hit, distance: int) -> Hit | None:
        before = bisect_right(self._ends, hit[0]) - 1
        return self.next(hit, distance) or self._if_near(before, self._by_end, hit, distance)

    def _if_near(self, index: int, hits: Sequence[Hit], hit: Hit, distance: int) -> Hit | None:
        if not 0 <= index < len(hits):
            return None
        other = hits[index]
        same_field = (other[0] < self._title_words) == (hit[0] < self._title_words)
        gap = max(other[0] - hit[1], hit[0] - other[1])
        return other if same_field and gap <= distance else None

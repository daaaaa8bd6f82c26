"""What was found in one item: which terms stand where, and whether an expression holds on them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from matchers import query
from matchers.rules import RuleSet, Term
from matchers.text import STAR, Text, exact, is_shouted, word_spans

Hit = tuple[int, int, int]
"""First word, word after the last, number of the term."""

_SENTENCE_END = re.compile(r"(?<=\w\w[)\]\"'»”’])[.!?](?=\s)|(?<=\w\w)[.!?](?=\s)|[।॥。！？]")
_LEAD_WORDS = 40


@dataclass
class Hits:
    """The terms found in a text, by group, masked ones left out."""

    text: Text
    rules: RuleSet
    groups: dict[int, list[Hit]] = field(default_factory=dict)
    masked: list[Hit] = field(default_factory=list)

    def of(self, group: int, scope: str, *, listed: bool) -> list[Hit]:
        """The hits of a group inside a scope; those that are one of a list only where `listed`."""
        hits = self.groups.get(group)
        if not hits:
            return []
        if scope == "title":
            hits = [hit for hit in hits if hit[1] <= self.text.title_words]
        elif scope == "lead":
            hits = [hit for hit in hits if hit[1] <= self.lead_end]
        return hits if listed else [hit for hit in hits if not self.is_listed(hit)]

    def is_listed(self, hit: Hit) -> bool:
        """Whether a hit is only one of an enumeration."""
        return any(start <= hit[0] and hit[1] <= end for start, end in self.lists)

    @cached_property
    def spans(self) -> list[tuple[str, int, int]]:
        """For every word of the text its field and its offsets there."""
        title = [("title", start, end) for start, end in word_spans(self.text.title)]
        summary = [("summary", start, end) for start, end in word_spans(self.text.summary)]
        return [*title, ("", 0, 0), *summary]

    @cached_property
    def lead_end(self) -> int:
        """The word at which the lead ends: after the first sentence of the summary, or its first forty words."""
        first = self.text.title_words + 1
        end = _SENTENCE_END.search(self.text.summary)
        if end is None:
            return first + _LEAD_WORDS
        return min(first + _LEAD_WORDS, first + sum(1 for _ in _before(self.spans[first:], end.start())))

    @cached_property
    def lists(self) -> list[tuple[int, int]]:
        """Stretches of words that enumerate four things or more."""
        title_words = self.text.title_words
        found = _enumerations(self.text.title, self.spans[:title_words], 0)
        return found + _enumerations(self.text.summary, self.spans[title_words + 1 :], title_words + 1)


def _before(spans: Sequence[tuple[str, int, int]], offset: int) -> Iterable[None]:
    return (None for _, start, _ in spans if start < offset)


# --- searching --------------------------------------------------------------------------------------------


def search(rules: RuleSet, text: Text, languages: frozenset[str]) -> Hits:
    """Every term of the rules in the text, in one pass; terms inside a masked stretch are left out."""
    hits = Hits(text, rules)
    found = list(_verified(rules, text, languages))
    masks = [hit for hit in found if rules.marks["masks"] in rules.groups_of_term[hit[2]]]
    for hit in found:
        if masks and _is_masked(hit, masks):
            hits.masked.append(hit)
            continue
        for group in rules.groups_of_term[hit[2]]:
            hits.groups.setdefault(group, []).append(hit)
    return hits


def _verified(rules: RuleSet, text: Text, languages: frozenset[str]) -> Iterable[Hit]:
    if rules.automaton is None:
        return
    for pattern, start, _ in rules.automaton.find_matches_as_indexes(text.folded, overlapping=True):
        for number in rules.terms_of_pattern[pattern]:
            term = rules.terms[number]
            if term.lang not in languages and term.words[0].isascii():
                continue
            first = text.word_at(start + 1)
            if _fits(term, text, first):
                yield first, first + len(term.words), number


def _fits(term: Term, text: Text, first: int) -> bool:
    """Whether the term's stems and its case, which the automaton does not see, are there too."""
    last = first + len(term.words)
    if last > len(text.starts):
        return False
    if STAR in "".join(term.words[:-1]):
        for offset, word in enumerate(term.words):
            there = text.word(first + offset)
            if not (there.startswith(word[:-1]) if word.endswith(STAR) else there == word):
                return False
    return term.exact is None or _is_exact(term.exact, text, first, last)


def _is_exact(wanted: str, text: Text, first: int, last: int) -> bool:
    in_title = first < text.title_words
    source = text.title if in_title else text.summary
    base = 0 if in_title else text.title_words + 1
    words = exact(source).split(" ")[first - base : last - base]
    if is_shouted(source) and not is_shouted(wanted):
        return True
    for there, word in zip(words, wanted.split(" "), strict=False):
        if not (there.startswith(word[:-1]) if word.endswith(STAR) else there == word):
            return False
    return True


def _is_masked(hit: Hit, masks: Sequence[Hit]) -> bool:
    """A hit that touches a mask is masked, unless it is longer and holds the whole mask."""
    for start, end, _ in masks:
        if (
            hit[0] < end
            and start < hit[1]
            and not (hit[0] <= start and end <= hit[1] and hit[1] - hit[0] > end - start)
        ):
            return True
    return False


# --- enumerations -----------------------------------------------------------------------------------------

_AND = frozenset(("and", "e", "ed", "और", "एवं", "तथा", "व", "or", "o", "et", "und", "y"))
_ITEM_WORDS = 3  # what is longer is a clause, not one thing of a list
_LIST = 4


def _enumerations(source: str, spans: Sequence[tuple[str, int, int]], base: int) -> list[tuple[int, int]]:
    """Lists of four or more short things, split by commas with a last "and", as word numbers from `base`."""
    if sum(source.count(comma) for comma in ",،") < 2:
        return []
    found = []
    for sentence in _sentences(source, spans):
        found += [(base + start, base + end) for start, end in _lists(_parts(source, spans, sentence))]
    return found


def _lists(parts: Sequence[tuple[int, int, bool]]) -> Iterable[tuple[int, int]]:
    """Runs of short parts: the end of one part, short ones after commas, and what follows the closing "and"."""
    index = 0
    while index < len(parts) - 1:
        end = index + 1
        while end < len(parts) - 1 and not parts[end][2] and parts[end][1] - parts[end][0] <= _ITEM_WORDS:
            end += 1
        if end - index + 1 >= _LIST:
            yield max(parts[index][0], parts[index][1] - _ITEM_WORDS), min(parts[end][1], parts[end][0] + _ITEM_WORDS)
        index = end


def _sentences(source: str, spans: Sequence[tuple[str, int, int]]) -> Iterable[tuple[int, int]]:
    start = 0
    for number in range(1, len(spans)):
        gap = source[spans[number - 1][2] : spans[number][1]]
        if any(mark in gap for mark in (". ", "।", "? ", "! ", ": ", "; ", "\n")):
            yield start, number
            start = number
    yield start, len(spans)


def _parts(
    source: str, spans: Sequence[tuple[str, int, int]], sentence: tuple[int, int]
) -> list[tuple[int, int, bool]]:
    """The words of a sentence between its commas and its "and"s, and whether an "and" stands before them."""
    parts: list[tuple[int, int, bool]] = []
    after_and = False
    start, end = sentence
    for number in range(start, end):
        comma = number > start and any(mark in source[spans[number - 1][2] : spans[number][1]] for mark in ",،")
        joins = source[spans[number][1] : spans[number][2]].lower() in _AND
        if comma or joins:
            if number > start:
                parts.append((start, number, after_and))
                after_and = False
            after_and = after_and or joins
            start = number + joins
    return [*parts, (start, end, after_and)] if end > start else parts


# --- deciding ---------------------------------------------------------------------------------------------


def holds(node: query.Node, hits: Hits, *, listed: bool, scope: str = "text") -> list[Hit] | None:
    """The hits that make the expression true, or None where it is not."""
    found: list[Hit] | None = None
    match node:
        case query.Group(number):
            found = hits.of(number, scope, listed=listed) or None
        case query.Scoped(inner, part):
            found = holds(part, hits, listed=listed, scope=inner)
        case query.Not(part):
            found = [] if holds(part, hits, listed=True, scope=scope) is None else None
        case query.And(parts):
            found = _all(_each(parts, hits, listed, scope))
        case query.Or(parts):
            met = [some for some in _each(parts, hits, listed, scope) if some is not None]
            found = _all(met) if met else None
        case query.Count(least, parts):
            some = _all(one or [] for one in _each(parts, hits, listed, scope))
            found = some if some and len(_different(some, hits.rules)) >= least else None
        case query.Near(distance, ordered, parts):
            places = [some for some in _each(parts, hits, listed, scope) if some]
            if len(places) == len(parts):
                found = (_in_order if ordered else _together)(places, distance, hits.text.title_words)
    return found


def _each(parts: Iterable[query.Node], hits: Hits, listed: bool, scope: str) -> Iterable[list[Hit] | None]:
    return (holds(part, hits, listed=listed, scope=scope) for part in parts)


def _all(found: Iterable[list[Hit] | None]) -> list[Hit] | None:
    together: list[Hit] = []
    for some in found:
        if some is None:
            return None
        together += some
    return together


def _different(found: Iterable[Hit], rules: RuleSet) -> set[tuple[str, ...]]:
    return {rules.terms[number].words for _, _, number in found}


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

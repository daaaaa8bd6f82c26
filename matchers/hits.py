"""What was found in one item: which terms stand where, and whether an expression holds on them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from functools import cached_property

from matchers.rules import RuleSet
from matchers.search import Seen, in_order
from matchers.terms import Term
from matchers.text import BREAK, STAR, Text, fold, is_shouted

Hit = tuple[int, int, int]
"""First word, word after the last, number of the term."""


class Hits:
    """The terms found in a text: one pass finds them all, and only groups that are asked for are looked at closer."""

    def __init__(self, rules: RuleSet, text: Text, signs: Iterable[Seen]) -> None:
        """`signs` is what `rules.signs` has found."""
        self.text = text
        self.rules = rules
        self.languages: frozenset[str] | None = None
        """Those whose terms count; all where there is none."""
        self._seen = in_order((*signs, *rules.search.find(text)))
        self._verified: dict[int, list[Hit]] = {}
        self._scoped: dict[tuple[int, str, bool], list[Hit]] = {}
        self.groups: Set[int] = groups_of(rules, self._seen)
        """The groups of which a term may be in the text."""

    def all(self, group: int) -> list[Hit]:
        """The hits of a group that stand whole, with their case, in a language that counts, outside every mask."""
        if group not in self.groups:
            return []
        hits = self._verified.get(group)
        if hits is None:
            hits = self._verified[group] = self._unmasked(group)
        return hits

    def of(self, group: int, scope: str, *, listed: bool) -> list[Hit]:
        """The hits of a group inside a scope; those that are one of a list only where `listed`."""
        if group not in self.groups:
            return []
        asked = (group, scope, listed)
        found = self._scoped.get(asked)
        if found is None:
            found = self._scoped[asked] = self._of(*asked)
        return found

    def _of(self, group: int, scope: str, listed: bool) -> list[Hit]:
        hits = self.all(group)
        if hits and scope != "text":
            end = self.text.title_words if scope == "title" else self.lead_end
            hits = [hit for hit in hits if hit[1] <= end]
        return hits if listed or not hits or not self.lists else [hit for hit in hits if not self.is_listed(hit)]

    def is_listed(self, hit: Hit) -> bool:
        """Whether a hit is only one of an enumeration."""
        last = bisect_right(self.lists, (hit[0], _FAR))  # lists touch at most their neighbours
        return any(start <= hit[0] and hit[1] <= end for start, end in self.lists[max(0, last - 2) : last])

    @cached_property
    def lead_end(self) -> int:
        """The word at which the lead ends: after the first sentence of the summary, or its first forty words."""
        first = self.text.title_words + 1
        end = _SENTENCE_END.search(self.text.summary)
        if end is None:
            return first + _LEAD_WORDS
        return min(first + _LEAD_WORDS, first + len(fold(self.text.summary[: end.start()]).split()))

    @cached_property
    def lists(self) -> list[tuple[int, int]]:
        """Stretches of words that enumerate four things or more."""
        return [*enumerations(self.text.title, 0), *enumerations(self.text.summary, self.text.title_words + 1)]

    @cached_property
    def masked(self) -> list[Hit]:
        """The stretches in which nothing is found, by their place."""
        return sorted(self._found.get(self.rules.marks["masks"], ()))

    @cached_property
    def _longest_mask(self) -> int:
        return max(end - start for start, end, _ in self.masked)

    @cached_property
    def _found(self) -> Mapping[int, list[Hit]]:
        """For every group its hits, masked or not."""
        found: dict[int, list[Hit]] = defaultdict(list)
        terms, groups = self.rules.terms_of_pattern, self.rules.groups_of_term
        for pattern, start, _ in self._seen:
            first = self.text.word_at(start + 1)
            for number in terms[pattern]:
                if hit := self._hit(first, number):
                    for group in groups[number]:
                        found[group].append(hit)
        return found

    def _unmasked(self, group: int) -> list[Hit]:
        hits = self._found.get(group) or []
        if not hits or not self.masked:
            return hits
        return [hit for hit in hits if not _is_masked(hit, _around(hit, self.masked, self._longest_mask))]

    def _hit(self, first: int, number: int) -> Hit | None:
        term = self.rules.terms[number]
        if self.languages is not None and term.lang not in self.languages and term.folded.isascii():
            return None
        if term.is_plain or _fits(term, self.text, first):
            return first, first + term.length, number
        return None


def groups_of(rules: RuleSet, seen: Iterable[Seen]) -> set[int]:
    """The groups of which a term may stand there."""
    terms, groups = rules.terms_of_pattern, rules.groups_of_term
    return {group for pattern in {one[0] for one in seen} for number in terms[pattern] for group in groups[number]}


_SENTENCE_END = re.compile(r"[.!?](?<=\w\w[.!?])(?=\s)|[.!?](?<=\w\w[)\]\"'»”’][.!?])(?=\s)|[।॥。！？]")
_LEAD_WORDS = 40
_FAR = 1 << 60


def _fits(term: Term, text: Text, first: int) -> bool:
    """Whether the term's stems and its case, which the automaton does not see, are there too."""
    last = first + term.length
    words = text.words[first:last]
    if len(words) < term.length or BREAK in words:
        return False
    if STAR in term.folded[:-1] and not _alike(words, term.folded.split()):
        return False
    return term.exact is None or _is_exact(term.exact, text, first, last)


def _is_exact(wanted: str, text: Text, first: int, last: int) -> bool:
    if is_shouted(text.title if first < text.title_words else text.summary) and not is_shouted(wanted):
        return True
    return _alike(text.written(first, last), wanted.split(" "))


def _alike(words: Sequence[str], wanted: Sequence[str]) -> bool:
    pairs = zip(words, wanted, strict=True)
    return all(word.startswith(want[:-1]) if want.endswith(STAR) else word == want for word, want in pairs)


def _around(hit: Hit, masks: list[Hit], longest: int) -> Sequence[Hit]:
    """The masks near enough to touch a hit."""
    return masks[bisect_left(masks, (hit[0] - longest, 0, 0)) : bisect_left(masks, (hit[1], 0, 0))]


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
_BORDER = re.compile(r"[,،]|[.?!:;](?=\s)|[।\n]")

Part = tuple[int, int, bool]
"""First word, word after the last, and whether an "and" stands before them."""


def enumerations(source: str, base: int) -> list[tuple[int, int]]:
    """Lists of four or more short things, split by commas with a last "and", as word numbers from `base`."""
    if source.count(",") + source.count("،") < 2:
        return []
    return [(base + start, base + end) for parts in _sentences(source) for start, end in _lists(parts)]


def _lists(parts: Sequence[Part]) -> Iterable[tuple[int, int]]:
    """Runs of short parts: the end of one part, short ones after commas, and what follows the closing "and"."""
    index = 0
    while index < len(parts) - 1:
        end = index + 1
        while end < len(parts) - 1 and not parts[end][2] and parts[end][1] - parts[end][0] <= _ITEM_WORDS:
            end += 1
        if end - index + 1 >= _LIST:
            first = max(parts[index][0], parts[index][1] - _ITEM_WORDS - 1)
            yield first, min(parts[end][1], parts[end][0] + _ITEM_WORDS + 1)
        index = end


def _sentences(source: str) -> Iterable[list[Part]]:
    """For each sentence its parts: what stands between its commas and its "and"s."""
    parts: list[Part] = []
    start = count = 0
    for border in (*_BORDER.finditer(source), None):
        words = fold(source[start : border.start() if border else len(source)]).split()
        parts += _split_at_and(words, count)
        count += len(words)
        if border is None or border[0] not in ",،":
            yield parts
            parts = []
        start = border.end() if border else len(source)


def _split_at_and(words: Sequence[str], base: int) -> Iterable[Part]:
    start, after_and = 0, False
    for number, word in enumerate(words):
        if word in _AND:
            if number > start:
                yield base + start, base + number, after_and
            start, after_and = number + 1, True
    if len(words) > start:
        yield base + start, base + len(words), after_and

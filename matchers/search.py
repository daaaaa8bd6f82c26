"""Search: where the patterns of all terms stand in a text, in one pass whatever their number."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import ahocorasick_rs

from matchers.text import Text

Seen = tuple[int, int, int]
"""Number of the pattern, and where in the folded text it starts and ends."""

MANY = 12_000
"""With more patterns of whole words than this, the text's words are looked up in a table instead. An automaton of so
many takes longer than the table: at 100,000 two seconds to build, and five times as long for each text, since it no
longer fits into the processor's cache."""


class Search:
    """Patterns by their numbers, ready to be found. Those that begin with a space may end inside a word; all others are
    whole words."""

    def __init__(self, patterns: Mapping[str, int], *, many: int = MANY) -> None:
        stems, phrases = _by_length(patterns)
        if len(patterns) - len(stems) <= many:
            stems, phrases = patterns, {}
        self._phrases = [(length, some, frozenset(some)) for length, some in phrases.items()]
        self._numbers = list(stems.values())
        self._automaton = _automaton([_spaced(pattern) for pattern in stems])

    def find(self, text: Text) -> list[Seen]:
        """Every pattern wherever it stands, by where it ends; of those that end together the longest first."""
        found = self._automaton.find_matches_as_indexes(text.folded, overlapping=True) if self._automaton else ()
        seen = [(self._numbers[number], start, end) for number, start, end in found]
        if not self._phrases:
            return seen
        for length, phrases, known in self._phrases:  # a set is asked in half the time of a dictionary
            if there := known.intersection(_runs(text.words, length)):
                seen += _placed({phrase: phrases[phrase] for phrase in there}, text.words, length)
        return in_order(seen)


def in_order(seen: Iterable[Seen]) -> list[Seen]:
    """By where they end; of those that end together the longest first."""
    return sorted(seen, key=lambda one: (one[2], one[1]))


def _spaced(pattern: str) -> str:
    return pattern if pattern.startswith(" ") else f" {pattern} "


def _by_length(patterns: Mapping[str, int]) -> tuple[Mapping[str, int], dict[int, dict[str, int]]]:
    """Those that may end inside a word, and the others by how many words they have."""
    stems: dict[str, int] = {}
    lengths: dict[int, dict[str, int]] = defaultdict(dict)
    for pattern, number in patterns.items():
        if pattern[0] == " ":
            stems[pattern] = number
        else:
            lengths[pattern.count(" ") + 1][pattern] = number
    return stems, dict(lengths)


def _runs(words: Sequence[str], length: int) -> Iterable[str]:
    """So many words that follow each other, from every word on."""
    return map(" ".join, zip(*(words[skipped:] for skipped in range(length)), strict=False)) if length > 1 else words


def _placed(phrases: Mapping[str, int], words: Sequence[str], length: int) -> Iterable[Seen]:
    start = 0
    for word, phrase in zip(words, _runs(words, length), strict=False):
        if phrase in phrases:
            yield phrases[phrase], start, start + len(phrase) + 2
        start += len(word) + 1


def _automaton(patterns: list[str]) -> ahocorasick_rs.AhoCorasick | None:
    # Measured with 1,000 and 100,000 terms: the fastest of the three, quick to build and small.
    kind = ahocorasick_rs.Implementation.ContiguousNFA
    return ahocorasick_rs.AhoCorasick(patterns, store_patterns=False, implementation=kind) if patterns else None

"""Precision from what people judged: how many matches are right, how sure that is, and how many votes it lacks. Pure.

A match that was judged counts once, however many people spoke: right or wrong is what the weighted majority says, and a
reviewer's word weighs as much as that of three readers. Where both sides weigh the same nothing is decided.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from store.views.values import StoryView, Voice

WEIGHTS = {"reader": 1, "reviewer": 3}
MARGIN = 0.1  # an interval of ten points to each side is what "enough votes" means
_Z = 1.959964

Verdicts = Mapping[tuple[str, str], bool]
"""Whether a story is rightly shown for a commitment, by both."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of `n` are so. `share` is None where n is 0; `low` to `high` is the 95 % interval (Wilson's)."""

    right: int
    n: int

    @property
    def share(self) -> float | None:
        return self.right / self.n if self.n else None

    @property
    def low(self) -> float:
        return wilson(self.right, self.n)[0]

    @property
    def high(self) -> float:
        return wilson(self.right, self.n)[1]

    @property
    def needs(self) -> int:
        """How many more votes make the interval no wider than ten points to each side, if they come as before."""
        return needed(self.right, self.n)


@dataclass(frozen=True, slots=True)
class Line:
    """The precision of one thing: a commitment, or a term of it in a language."""

    commitment: str
    lang: str
    term: str
    rate: Rate


def wilson(right: int, n: int) -> tuple[float, float]:
    """The 95 % score interval of a share (Wilson 1927): sound for few votes, and for none wrong."""
    if n == 0:
        return 0.0, 1.0
    share, square = right / n, _Z * _Z
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = _Z / (1 + square / n) * sqrt(share * (1 - share) / n + square / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def needed(right: int, n: int, *, margin: float = MARGIN) -> int:
    """How many more votes, in the same proportion, bring the interval within the margin to each side; of a thing that
    nobody judged, so many as that takes at worst."""
    share = right / n if n else 0.5
    total = n
    while True:
        low, high = wilson(round(share * total), total)
        if total and (high - low) / 2 <= margin:
            return total - n
        total += 1


def verdicts(voices: Iterable[Voice], heirs: Callable[[str], Sequence[str]]) -> Verdicts:
    """What people decided. `heirs` gives the commitments under which the evidence of one counts now."""
    weights: dict[tuple[str, str], int] = defaultdict(int)
    for voice in voices:
        weight = WEIGHTS.get(voice.role, 1) * (1 if voice.verdict == "right" else -1)
        for commitment in dict.fromkeys(heir for each in voice.commitments for heir in heirs(each)):
            weights[voice.story, commitment] += weight
    return {pair: weight > 0 for pair, weight in weights.items() if weight}


def rate(decided: Iterable[bool]) -> Rate:
    """The share of those that are right."""
    found = list(decided)
    return Rate(sum(found), len(found))


def lines(decided: Verdicts, story_of: Callable[[str], StoryView | None]) -> list[Line]:
    """Precision per commitment, per commitment and language, and per term of it and language, of what still matches.

    A story counts once for each term that made some item of it match, in the language of that item.
    """
    votes: dict[tuple[str, str, str], list[bool]] = defaultdict(list)
    for (name, commitment), is_right in decided.items():
        story = story_of(name)
        for key in _keys(story, commitment) if story else ():
            votes[key].append(is_right)
    return [Line(*key, rate(votes[key])) for key in sorted(votes)]


def _keys(story: StoryView, commitment: str) -> set[tuple[str, str, str]]:
    keys = set()
    for item in story.items:
        for match in item.matches:
            if match.commitment == commitment:
                lang = item.lang or "und"
                keys |= {(commitment, "", ""), (commitment, lang, "")}
                keys |= {(commitment, lang, found.term) for found in match.evidence if found.role == "term"}
    return keys

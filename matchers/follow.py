"""Which earlier story a new one continues: another event of the same affair, some days or weeks later."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta

from matchers.traits import Traits, overlap

FOLLOWED = timedelta(days=28)
"""A story is continued within this time or not at all."""
_SAME_LANGUAGE = 2
_ACROSS = 3
_NO_CAPITALS = 4  # in a script without capitals any word may be taken for a name
_OVERLAP = 0.2
_ELSEWHERE = 1  # a name that more stories than this tell of is not rare


def followed(new: Traits, stories: Mapping[str, Sequence[Traits]], known: frozenset[str]) -> str | None:
    """The story that a story begun by this item continues, or None, which is said rather too often.

    It is of the same commitment and shares names that no other story of these weeks tells of. `known` are the skeletons
    of names that prove nothing: of people in office, of other countries, of what the rules look for.
    """
    if not new.best or new.begins is None or new.is_vague:
        return None
    candidates = {story: found for story, members in stories.items() if (found := _before(new, members))}
    if not candidates:
        return None
    spread = Counter(name for members in stories.values() for name in _names(members) & new.names)
    rare = frozenset(name for name in new.names - known if spread[name] <= _ELSEWHERE + 1)
    ranked = sorted((max(_tie(new, one, rare) for one in found), story) for story, found in candidates.items())
    best, story = ranked[-1]
    return story if best > 0 and [one for one, _ in ranked].count(best) == 1 else None


def _before(new: Traits, members: Sequence[Traits]) -> list[Traits]:
    """The members of a story that the item can continue: earlier, not too long ago, of its best commitment."""
    since = (new.begins or 0.0) - FOLLOWED.total_seconds()
    return [
        one
        for one in members
        if one.begins is not None and since <= one.begins < (new.begins or 0.0) and one.best == new.best
    ]


def _names(members: Sequence[Traits]) -> frozenset[str]:
    return frozenset().union(*(one.names for one in members))


def _tie(new: Traits, earlier: Traits, rare: frozenset[str]) -> int:
    """How many rare names tie the two together; 0 where they are too few, or the headlines share none."""
    shared = earlier.names & rare
    in_titles = (new.title_names & earlier.names) | (earlier.title_names & new.names)
    wanted = _ACROSS
    if new.language == earlier.language:
        wanted = _SAME_LANGUAGE if new.title.isascii() else _NO_CAPITALS
        if overlap(new.words, earlier.words) < _OVERLAP:
            return 0
    return len(shared) if len(shared) >= wanted and in_titles & rare else 0

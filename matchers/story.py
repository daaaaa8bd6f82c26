"""Which items tell the same story, within and across languages: one item at a time, against those seen lately."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from feeds.item import canonical_url
from matchers.language import detect, is_small
from matchers.names import is_title_case, names, numbers
from matchers.text import fold

WINDOW = timedelta(days=8)
"""Items further apart than this are never one story, whatever they share; so much of the past is needed."""


@dataclass(frozen=True, slots=True)
class StoryItem:
    """What deciding about stories needs of an item. `story` is the story it is in, once it is in one.

    `published` may be known only roughly: then it is the earliest moment, and `until` the latest.
    """

    key: str
    title: str
    summary: str = ""
    lang: str | None = None
    link: str | None = None
    published: datetime | None = None
    until: datetime | None = None
    commitments: tuple[str, ...] = ()
    story: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """The story an item belongs to, and why: "new" for the first of its story."""

    story: str
    reason: str


def assign(item: StoryItem, recent: Sequence[StoryItem], *, context: Collection[str] = ()) -> Joined:
    """The story of an item, given the items of the last days with their stories.

    `context` are folded words that every item of the plan holds, such as its parties' names, and commitments that
    catch what has no other: they prove nothing. `recent` reaches back at least twice the window.
    A story is joined on the average of its members, so that one odd member cannot draw others in. The order of
    `recent` does not matter. A new story is named after its first item.
    """
    known = frozenset(context)
    stories: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for other in recent:
        if other.story is not None and other.key != item.key:
            stories[other.story].append(likeness(item, other, known))
    averages = {story: sum(score for score, _ in found) / len(found) for story, found in stories.items()}
    best = max(averages, key=lambda story: (averages[story], story), default=None)
    if best is None or averages[best] < _ENOUGH:
        return Joined(item.key, "new")
    return Joined(best, max(stories[best])[1])


_ENOUGH = 0.3
_CERTAIN = 9.0


def likeness(one: StoryItem, other: StoryItem, context: frozenset[str]) -> tuple[float, str]:
    """How much speaks for one story (above 0) or against it, and what speaks most. Symmetric.

    The weights follow a logistic regression over the pairs of a labelled set.
    """
    if one.link and other.link and canonical_url(one.link) == canonical_url(other.link):
        return _CERTAIN, "same link"
    days = _days_apart(one, other)
    if days is not None and days > WINDOW.days:
        return -_CERTAIN, ""
    a, b = _traits(one.title, one.summary, context), _traits(other.title, other.summary, context)
    if a.title == b.title and len(a.title_words) >= 4:
        return _CERTAIN, "same title"
    names = len(a.names & b.names)
    figures = len(a.numbers & b.numbers)
    score = -1.85 + _near(days) + _topic(one.commitments, other.commitments, context) + 0.8 * min(2, figures)
    alike = 0.0
    if a.language == b.language:
        alike = _overlap(a.words, b.words)
        score += 3.0 * alike + 2.0 * _overlap(a.title_words, b.title_words) + 0.7 * min(3, names)
    else:
        score += 0.5 + 0.3 * min(3, names)
    if a.title_names and b.title_names and not (a.title_names & b.names or b.title_names & a.names):
        score -= 1.4
    return score, _reason(alike, names, figures)


_NEAR = (1.5, 1.2, -0.5, -0.5)
_UNKNOWN = -1.8


def _near(days: int | None) -> float:
    if days is None:
        return _UNKNOWN
    return _NEAR[days] if days < len(_NEAR) else -1.2


def _reason(alike: float, names: int, figures: int) -> str:
    if alike >= 0.5:
        return "nearly the same text"
    found = ["the same days and topic"]
    if names:
        found.append("shared names")
    if figures:
        found.append("shared figures")
    return ", ".join(found)


def _topic(ours: Sequence[str], theirs: Sequence[str], context: frozenset[str]) -> float:
    """What the matched commitments say: the same ones speak for, disjoint ones against, a shared catch-all hardly."""
    if not ours or not theirs:
        return -1.4
    shared = set(ours) & set(theirs)
    if not shared:
        return -1.2
    if shared <= context:
        return _CATCH_ALL
    return 0.8 * len(shared) / len(set(ours) | set(theirs)) + 0.8 * (ours[0] == theirs[0])


_CATCH_ALL = 0.0


def _days_apart(one: StoryItem, other: StoryItem) -> int | None:
    """Whole days between two items; None where a date is missing or is known only to a month or a year."""
    if one.published is None or other.published is None:
        return None
    first = max(one.published, other.published)
    last = min(one.until or one.published, other.until or other.published)
    apart = (first - last).days
    if apart > WINDOW.days:
        return apart
    return None if one.until or other.until else max(0, round((first - last).total_seconds() / 86400))


# --- traits of one item -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Traits:
    language: str
    title: str
    title_words: frozenset[str]
    words: frozenset[str]
    title_names: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[float]


@lru_cache(maxsize=4096)
def _traits(title: str, summary: str, context: frozenset[str]) -> _Traits:
    bare = _without_outlet(title)
    folded = fold(f"{bare} {summary}").split()
    usual = _skeletons(context)
    in_summary = names(_SENTENCE_START.sub(r"\1", summary)) - usual
    in_title = names(bare) - usual
    if is_title_case(bare):
        in_title &= in_summary
    return _Traits(
        language=detect(f"{bare} {summary}", folded),
        title=fold(bare),
        title_words=frozenset(_content(fold(bare).split(), context)),
        words=frozenset(_content(folded, context)),
        title_names=in_title,
        names=in_title | in_summary,
        numbers=numbers(f"{bare} . {summary}"),
    )


# The first word of a sentence has a capital whether it is a name or not.
_SENTENCE_START = re.compile(r"(^|[.!?:»\"]\s+)\W*\w+")


@lru_cache(maxsize=8)
def _skeletons(context: frozenset[str]) -> frozenset[str]:
    return names(" ".join(word.capitalize() for word in context))


def _content(words: Sequence[str], context: frozenset[str]) -> list[str]:
    """Words that carry content, cut to a stem."""
    return [word[:6] for word in words if len(word) > 2 and word not in context and not is_small(word)]


def _overlap(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """How much of the shorter text is in the longer one, 0 to 1; very short ones never reach 1."""
    return len(ours & theirs) / (min(len(ours), len(theirs)) + 2)


def _without_outlet(title: str) -> str:
    """A headline without what aggregators add to it: " - The Outlet", " | Outlet"."""
    for mark in (" | ", " - ", " – ", " — "):
        head, found, tail = title.rpartition(mark)
        if found and len(tail.split()) <= 4 and len(head.split()) >= 4:
            return head
    return title

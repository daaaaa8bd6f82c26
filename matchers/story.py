"""Which items tell the same story, within and across languages: one item at a time, against those seen lately."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from math import floor

from feeds.item import canonical_url
from matchers.language import detect, is_small
from matchers.names import is_title_case, names, numbers
from matchers.text import fold

WINDOW = timedelta(days=8)
"""Items further apart than this are never one story, whatever they share; so much of the past is needed."""
COMPARED = 12
"""So many members of a story stand for all."""


@dataclass(frozen=True, slots=True)
class StoryItem:
    """What deciding about stories needs of an item. `lang` is the language of its words, where that was found out
    already; `story` is the story it is in, once it is in one.

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
    A story is joined on the average of its members, so that one odd member cannot draw others in; of a story with
    very many, the first stand for all. The order of `recent` does not matter. A new story is named after its first
    item.
    """
    told = Recent(context)
    for other in sorted(recent, key=lambda other: (other.published is None, other.published or _EPOCH, other.key)):
        told.add(other)
    return told.assign(item)


class Recent:
    """The stories of the last days, ready to be compared with one new item after the other.

    `context` as for `assign`. Of each story the first `COMPARED` members that were added are compared: a flood of
    items that are all alike then costs no more than as many different ones.
    """

    def __init__(self, context: Collection[str]) -> None:
        self._context = frozenset(context)
        self._stories: dict[str, list[_Traits]] = {}

    def add(self, item: StoryItem) -> None:
        """An item that is in a story by now. One that is in none is passed over."""
        if item.story is None:
            return
        members = self._stories.setdefault(item.story, [])
        if len(members) < COMPARED:
            members.append(_traits(item, self._context))

    def forget(self, before: datetime) -> None:
        """Drop the items published before that moment, and those of which it is not known."""
        for story, members in list(self._stories.items()):
            kept = [one for one in members if one.published is not None and one.published >= before]
            if kept:
                self._stories[story] = kept
            else:
                del self._stories[story]

    def assign(self, item: StoryItem) -> Joined:
        """The story the item belongs to, or a new one. The item is not added."""
        mine = _traits(item, self._context)
        best, reason = (_ENOUGH, ""), ""
        for story, members in self._stories.items():
            found = [_compare(mine, other, self._context) for other in members if other.key != item.key]
            average = sum(score for score, _ in found) / len(found) if found else -_CERTAIN
            if (average, story) >= best:
                best, reason = (average, story), max(found)[1]
        return Joined(best[1], reason) if best[1] else Joined(item.key, "new")


_ENOUGH = 0.3
_CERTAIN = 9.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def likeness(one: StoryItem, other: StoryItem, context: frozenset[str]) -> tuple[float, str]:
    """How much speaks for one story (above 0) or against it, and what speaks most. Symmetric.

    The weights follow a logistic regression over the pairs of a labelled set.
    """
    return _compare(_traits(one, context), _traits(other, context), context)


def _compare(a: _Traits, b: _Traits, context: frozenset[str]) -> tuple[float, str]:
    if a.link and a.link == b.link:
        return _CERTAIN, "same link"
    days = _days_apart(a, b)
    if days is not None and days > WINDOW.days:
        return -_CERTAIN, ""
    if a.title == b.title and len(a.title_words) >= 4:
        return _CERTAIN, "same title"
    score = -1.85 + (_UNKNOWN[_is_lost(a) or _is_lost(b)] if days is None else _near(days)) + _topic(a, b, context)
    conflict = bool(a.title_names and b.title_names)
    if a.marks.isdisjoint(b.marks):  # most pairs: nothing else needs to be looked at
        return score + (0.0 if a.language == b.language else 0.5) - 1.4 * conflict, _reason(0.0, 0, 0)
    names = len(a.names & b.names)
    figures = len(a.numbers & b.numbers)
    score += 0.8 * min(2, figures)
    alike = 0.0
    if a.language == b.language:
        alike = _overlap(a.words, b.words)
        score += 3.0 * alike + 2.0 * _overlap(a.title_words, b.title_words) + 0.7 * min(3, names)
    else:
        score += 0.5 + 0.3 * min(3, names)
    if conflict and a.title_names.isdisjoint(b.names) and b.title_names.isdisjoint(a.names):
        score -= 1.4
    return score, _reason(alike, names, figures)


_NEAR = (1.5, 1.2, -0.5, -0.5)
_UNKNOWN = (-1.8, -2.6)  # known to the month; known to the year at best
_MONTH = 31 * 86400


def _near(days: int) -> float:
    return _NEAR[days] if days < len(_NEAR) else -1.2


def _is_lost(one: _Traits) -> bool:
    return one.begins is None or one.ends - one.begins > _MONTH


def _reason(alike: float, names: int, figures: int) -> str:
    if alike >= 0.5:
        return "nearly the same text"
    found = ["the same days and topic"]
    if names:
        found.append("shared names")
    if figures:
        found.append("shared figures")
    return ", ".join(found)


def _topic(a: _Traits, b: _Traits, context: frozenset[str]) -> float:
    """What the matched commitments say: the same ones speak for, disjoint ones against, a shared catch-all hardly."""
    if not a.commitments or not b.commitments:
        return -1.4
    shared = a.commitments & b.commitments
    if not shared:
        return -1.2
    if shared <= context:
        return _CATCH_ALL
    return 0.8 * len(shared) / len(a.commitments | b.commitments) + 0.8 * (a.best == b.best)


_CATCH_ALL = 0.0


def _days_apart(one: _Traits, other: _Traits) -> int | None:
    """Whole days between two items; None where a date is missing or is known only to a month or a year."""
    if one.begins is None or other.begins is None:
        return None
    apart = (max(one.begins, other.begins) - min(one.ends, other.ends)) / 86400
    if floor(apart) > WINDOW.days:
        return floor(apart)
    return None if one.is_vague or other.is_vague else max(0, round(apart))


# --- traits of one item -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Traits:
    """What is compared of an item. `marks` are all its words, names and numbers: items without a common one share
    nothing. `begins` and `ends` are seconds of the time in which it was published."""

    key: str
    link: str
    begins: float | None
    ends: float
    is_vague: bool
    commitments: frozenset[str]
    best: str
    language: str
    title: str
    title_words: frozenset[str]
    words: frozenset[str]
    title_names: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[float]
    marks: frozenset[str | float]
    published: datetime | None


def _traits(item: StoryItem, context: frozenset[str]) -> _Traits:
    bare = _without_outlet(item.title)
    title = fold(bare)
    folded = f"{title} {fold(item.summary)}".split()
    usual = _skeletons(context)
    in_summary = names(_SENTENCE_START.sub(r"\1", item.summary)) - usual
    in_title = names(bare) - usual
    if is_title_case(bare):
        in_title &= in_summary
    words = frozenset(_content(folded, context))
    figures = numbers(f"{bare} . {item.summary}")
    until = item.until or item.published
    return _Traits(
        key=item.key,
        link=canonical_url(item.link) if item.link else "",
        begins=item.published.timestamp() if item.published else None,
        ends=until.timestamp() if until else 0.0,
        is_vague=item.until is not None,
        commitments=frozenset(item.commitments),
        best=item.commitments[0] if item.commitments else "",
        language=item.lang or detect(f"{bare} {item.summary}", folded),
        title=title,
        title_words=frozenset(_content(title.split(), context)),
        words=words,
        title_names=in_title,
        names=in_title | in_summary,
        numbers=figures,
        marks=words | in_title | in_summary | figures,
        published=item.published,
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

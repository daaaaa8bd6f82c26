"""What is compared of an item when stories are told apart: its words, names, numbers and days."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from feeds.item import canonical_url
from matchers.language import SMALL_WORDS, detect
from matchers.names import is_title_case, names, numbers
from matchers.phase import phase
from matchers.text import fold


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
class Traits:
    """What is compared of an item. `marks` are all its words, names and numbers: items without a common one share
    nothing. `begins` and `ends` are seconds of the time in which it was published; `phase` is that of its headline."""

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
    phase: str
    marks: frozenset[str | float]
    published: datetime | None


def traits(item: StoryItem, context: frozenset[str]) -> Traits:
    bare = _without_outlet(item.title)
    title = fold(bare)
    folded = f"{title} {fold(item.summary)}".split()
    empty = _empty(context)
    usual = _skeletons(context)
    in_summary = names(_SENTENCE_START.sub(r"\1", item.summary)) - usual
    in_title = names(bare) - usual
    language = item.lang or detect(f"{bare} {item.summary}", folded)
    if language not in _WITHOUT_TITLE_CASE and is_title_case(bare):
        in_title &= in_summary
    words = frozenset(_content(folded, empty))
    figures = numbers(f"{bare} . {item.summary}")
    until = item.until or item.published
    return Traits(
        key=item.key,
        link=canonical_url(item.link) if item.link else "",
        begins=item.published.timestamp() if item.published else None,
        ends=until.timestamp() if until else 0.0,
        is_vague=item.until is not None,
        commitments=frozenset(item.commitments),
        best=item.commitments[0] if item.commitments else "",
        language=language,
        title=title,
        title_words=frozenset(_content(title.split(), empty)),
        words=words,
        title_names=in_title,
        names=in_title | in_summary,
        numbers=figures,
        phase=phase(bare),
        marks=words | in_title | in_summary | figures,
        published=item.published,
    )


_WITHOUT_TITLE_CASE = {"it", "hi"}

# The first word of a sentence has a capital whether it is a name or not.
_SENTENCE_START = re.compile(r"(^|[.!?:»\"]\s+)\W*\w+")


@lru_cache(maxsize=8)
def _skeletons(context: frozenset[str]) -> frozenset[str]:
    return names(" ".join(word.capitalize() for word in context))


@lru_cache(maxsize=8)
def _empty(context: frozenset[str]) -> frozenset[str]:
    return context | SMALL_WORDS


def _content(words: Sequence[str], empty: frozenset[str]) -> list[str]:
    """Words that carry content, cut to a stem."""
    return [word[:6] for word in words if len(word) > 2 and word not in empty]


def overlap(ours: frozenset[str], theirs: frozenset[str]) -> float:
    """How much of the shorter text is in the longer one, 0 to 1; very short ones never reach 1."""
    return len(ours & theirs) / (min(len(ours), len(theirs)) + 2)


def _without_outlet(title: str) -> str:
    """A headline without what aggregators add to it: " - The Outlet", " | Outlet"."""
    for mark in (" | ", " - ", " – ", " — "):
        head, found, tail = title.rpartition(mark)
        if found and len(tail.split()) <= 4 and len(head.split()) >= 4:
            return head
    return title
